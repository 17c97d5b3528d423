"""What happens to complaints. The subject is the complaint's own case, but for the last."""

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
