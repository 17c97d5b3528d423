"""What happens to complaints. The subject is the complaint's own case, where nothing else is said."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class ComplaintLinked(Event):
    """The complaint is about this other case."""

    kind = "complaint.linked"
    about_case_id: int


@dataclass(frozen=True, kw_only=True)
class ComplainedAbout(Event):
    """Subject: the case that the customer complains about; a complaint of its own was opened."""

    kind = "complaint.opened_about"
    complaint_case_id: int


@dataclass(frozen=True, kw_only=True)
class OfficialNotice(Event):
    """Subject: a case of any kind. An authority wants it answered by `answer_by`, in epoch seconds."""

    kind = "complaint.official_notice"
    notice_id: int
    authority: str
    answer_by: int


@dataclass(frozen=True, kw_only=True)
class OfficialAnswered(Event):
    """Subject: the case of the notice. The authority was given its answer."""

    kind = "complaint.official_answered"
    notice_id: int
    authority: str
