"""What happens to chats. The subject is the chat; nothing that anybody wrote stands here."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class ChatBegan(Event):
    """A visitor wrote their first line. `open`: within the hours in which agents answer."""

    kind = "chat.began"
    open: bool


@dataclass(frozen=True, kw_only=True)
class ChatTaken(Event):
    """An agent took it from the queue, or from a colleague who asked them to."""

    kind = "chat.taken"
    person_id: int
    waited: int


@dataclass(frozen=True, kw_only=True)
class ChatAnswered(Event):
    """The first answer of an agent, `waited` seconds after the visitor began to wait."""

    kind = "chat.answered"
    person_id: int
    waited: int


@dataclass(frozen=True, kw_only=True)
class ChatWaitsTooLong(Event):
    """Nobody has answered yet, and it is time to."""

    kind = "chat.waits_too_long"
    urgent: bool


@dataclass(frozen=True, kw_only=True)
class ChatHandedBack(Event):
    """It lies in the queue again. `unanswered`: the colleague who was asked said nothing in time."""

    kind = "chat.handed_back"
    person_id: int
    asked_id: int
    unanswered: bool


@dataclass(frozen=True, kw_only=True)
class ChatWentOn(Event):
    """The customer wrote or sent something after a report came of it."""

    kind = "chat.went_on"
    report_id: int


@dataclass(frozen=True, kw_only=True)
class ChatEnded(Event):
    """`by`: customer, agent or clock; `report_id` is 0 where none came of it."""

    kind = "chat.ended"
    by: str
    report_id: int


@dataclass(frozen=True, kw_only=True)
class ChatRated(Event):
    """The customer said how content they were, 1 to 5, with whoever answered last."""

    kind = "chat.rated"
    score: int
    person_id: int
