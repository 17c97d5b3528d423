"""What a call is: a fold over what the telephone system told of it. Any order, any repetition, the same call."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

SHORT = timedelta(seconds=5)  # who hangs up sooner had dialled wrongly
RINGING, QUEUED, TALKING, HANDLED, MISSED, ABANDONED = (
    "ringing",
    "queued",
    "talking",
    "handled",
    "missed",
    "abandoned",
)
OPEN = (RINGING, QUEUED, TALKING)
ORDER = (
    "ringing",
    "notice",
    "key",
    "queued",
    "ring_back",
    "answered",
    "transfer",
    "transferred",
    "recording",
    "ended",
)


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One event of a call, as it counts: a sort of `ORDER`, when, and what it said."""

    sort: str
    at: datetime
    number: str = field(default="", repr=False)
    agent: str = ""
    keys: str = ""
    to: str = ""
    ready: bool | None = None
    recording: str = field(default="", repr=False)
    cause: str = ""
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class CallNow:
    """How a call stands. Moments are None while that did not happen; `agent` is whoever talks, or talked last."""

    state: str
    rang_at: datetime
    number: str = field(default="", repr=False)
    keys: str = ""
    language: str = ""
    queued_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    agent: str = ""
    recording: str = field(default="", repr=False)
    notice_at: datetime | None = None
    wished_ring_back: bool = False
    transfer_asked_at: datetime | None = None
    transfer_ready: bool | None = None
    transferred_at: datetime | None = None
    transfer_to: str = ""
    taken_over_at: datetime | None = None
    cause: str = ""


def folded(events: Iterable[Happened]) -> CallNow:
    """The call that these events tell of. ValueError for none at all."""
    told = sorted(set(events), key=_place)
    if not told:
        raise ValueError("A call of which nothing was told is no call.")
    answers = [one for one in told if one.sort == "answered"]
    answered, ended = _first(told, "answered"), _first(told, "ended")
    began = told[0].at
    return CallNow(
        state=_state(told, began=began, answered=answered, ended=ended),
        rang_at=began,
        number=_said(told, "number"),
        keys="".join(one.keys for one in told if one.sort == "key")[:20] or _said(told, "keys"),
        language=_last(told, "language"),
        queued_at=_first(told, "queued"),
        answered_at=answered,
        ended_at=ended,
        agent=_last(answers, "agent"),
        recording=_last(told, "recording"),
        notice_at=_first(told, "notice"),
        wished_ring_back=any(one.sort == "ring_back" for one in told),
        cause=_last([one for one in told if one.sort == "ended"], "cause"),
        **_transfer(told),
    )


def _transfer(told: list[Happened]) -> dict[str, Any]:
    """The last transfer: asked, agreed to or not, put through, taken over by somebody there."""
    asked = [one for one in told if one.sort == "transfer"]
    through = [one for one in told if one.sort == "transferred"]
    at = through[-1].at if through else None
    begun = at or (asked[-1].at if asked and asked[-1].ready else None)
    over = [one.at for one in told if begun is not None and one.sort == "answered" and one.at > begun]
    ready = [one.ready for one in (*asked, *through) if one.ready is not None]
    return {
        "transfer_asked_at": asked[-1].at if asked else None,
        "transfer_ready": ready[-1] if ready else None,
        "transferred_at": at,
        "transfer_to": _last([*asked, *through], "to"),
        "taken_over_at": min(over, default=None),
    }


def waits_since(
    *, asked_at: datetime | None, ready: bool | None, transferred_at: datetime | None
) -> datetime | None:
    """From when a customer who is put through waits: once they agreed to, or at the latest when they were put
    through; None when neither is so."""
    begun = [at for at in (asked_at if ready else None, transferred_at) if at is not None]
    return min(begun, default=None)


def _state(
    told: list[Happened], *, began: datetime, answered: datetime | None, ended: datetime | None
) -> str:
    if ended is not None and answered is not None and answered <= ended:
        return HANDLED
    if ended is not None:
        return ABANDONED if ended - began <= SHORT else MISSED
    if answered is not None:
        return TALKING
    return QUEUED if any(one.sort == "queued" for one in told) else RINGING


def _place(one: Happened) -> tuple[object, ...]:
    return (one.at, ORDER.index(one.sort), one.agent, one.keys, one.to, str(one.ready), one.number,
            one.recording, one.cause, one.language)  # fmt: skip


def _first(told: Iterable[Happened], sort: str) -> datetime | None:
    return min((one.at for one in told if one.sort == sort), default=None)


def _said(told: Iterable[Happened], name: str) -> str:
    return next((str(getattr(one, name)) for one in told if getattr(one, name)), "")


def _last(told: list[Happened], name: str) -> str:
    return _said(reversed(told), name)


@dataclass(frozen=True, kw_only=True)
class Held:
    """One ended call as the figures count it; seconds from the first ring, or from the queue where it waited."""

    waited: float
    state: str


@dataclass(frozen=True, kw_only=True)
class Level:
    """The service level of a stretch of time. Abandoned within five seconds counts apart, in none of the rates.
    Rates are percent, None where nothing was offered; `wait` is seconds, of answered calls."""

    offered: int = 0
    answered: int = 0
    within_15: int = 0
    within_20: int = 0
    lost: int = 0
    short: int = 0
    wait: float | None = None
    longest: float | None = None

    @property
    def rate_15(self) -> float | None:
        return self._percent(self.within_15)

    @property
    def rate_20(self) -> float | None:
        return self._percent(self.within_20)

    @property
    def lost_rate(self) -> float | None:
        return self._percent(self.lost)

    def _percent(self, part: int) -> float | None:
        return round(100 * part / self.offered, 1) if self.offered else None


def level_of(calls: Iterable[Held]) -> Level:
    """The figures of these ended calls."""
    rows = list(calls)
    waits = [one.waited for one in rows if one.state == HANDLED]
    lost = sum(1 for one in rows if one.state == MISSED)
    return Level(
        offered=len(waits) + lost,
        answered=len(waits),
        within_15=sum(1 for wait in waits if wait <= 15),
        within_20=sum(1 for wait in waits if wait <= 20),
        lost=lost,
        short=sum(1 for one in rows if one.state == ABANDONED),
        wait=round(sum(waits) / len(waits), 1) if waits else None,
        longest=max(waits, default=None),
    )
