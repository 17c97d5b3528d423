"""What happens when words arrive."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class MessageArrived(Event):
    """Bytes came in by a channel and are kept; nobody has read them yet. Subject: the message."""

    kind = "message.arrived"
    channel: str


@dataclass(frozen=True, kw_only=True)
class MessageSettled(Event):
    """A message that is no report of its own got its place in the daily closing: by reading it, or by a person
    (their words stand sealed on the row). Subject: the message."""

    kind = "message.settled"
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MessageQuarantined(Event):
    """Nobody but a person can make sense of a message. Subject: the message."""

    kind = "message.quarantined"
    reason: str


@dataclass(frozen=True, kw_only=True)
class MessageErased(Event):
    """The term of a message that belongs to nobody was over: its bytes and its key are gone, its row stays in the
    daily closing. Subject: the message."""

    kind = "message.erased"
    channel: str
    state: str


@dataclass(frozen=True, kw_only=True)
class ChannelFellSilent(Event):
    """What we send ourselves by a channel does not come through any more. Subject: its row."""

    kind = "channel.fell_silent"
    channel: str


@dataclass(frozen=True, kw_only=True)
class ChannelHeardAgain(Event):
    """A silent channel works again. Subject: its row."""

    kind = "channel.heard_again"
    channel: str


@dataclass(frozen=True, kw_only=True)
class ReportReceived(Event):
    """Subject: the report. `arrived`: it was read from a message whose arrival the journal has already."""

    kind = "report.received"
    channel: str
    customer_id: int
    arrived: bool = False


@dataclass(frozen=True, kw_only=True)
class ReportUnderstood(Event):
    """What arrived can become a case or join one. What this wakes may fail without losing the report."""

    kind = "report.understood"
    node_id: int


@dataclass(frozen=True, kw_only=True)
class ReportQuarantined(Event):
    """The report was kept, but no case could be opened; a person must look. Subject: the report."""

    kind = "report.quarantined"
    reason: str
