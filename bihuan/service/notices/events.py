"""What happens to a notice, written on the chain of the case it is about. The subject is the case."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class NoticeSent(Event):
    kind = "notice.sent"
    notice_id: int
    about: str  # the kind of notice
    channel: str


@dataclass(frozen=True, kw_only=True)
class NoticeGivenUp(Event):
    """Nobody could be told: the provider refused to the last try, or there is no address. Somebody must ring."""

    kind = "notice.given_up"
    notice_id: int
    about: str
    channel: str
