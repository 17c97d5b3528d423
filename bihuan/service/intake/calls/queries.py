"""Asking about calls: who is on the line, who waits and how long, who is to be rung, and how well calls are taken."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from bihuan.ground.vault.actions import keys_for
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.masking import masked_phone
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.calls.erlang import Load, wait_at
from bihuan.service.intake.calls.hearing import SILENT, call_mark
from bihuan.service.intake.calls.models import Call, RingBack, Seat
from bihuan.service.intake.calls.ringing_back import said_of
from bihuan.service.intake.calls.rules import ABANDONED, HANDLED, MISSED, OPEN, Held, Level, level_of
from bihuan.service.intake.calls.transferring import may_take_over, seated

LOOKED_BACK = timedelta(hours=1)
USUAL_TALK = 240.0  # seconds, while too few calls tell another mean
LEAST_CALLS = 5
UNTOLD_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a waiting caller may be told. `ahead` callers are before them; `seconds` is None when there is no stable
    estimate: more comes in than those at work can take."""

    ahead: int
    seconds: int | None

    @property
    def position(self) -> int:
        """The place in the queue, 1 for who is next."""
        return self.ahead + 1

    @property
    def minutes(self) -> int | None:
        """Whole minutes, rounded up, as they are spoken."""
        return None if self.seconds is None else max(1, ceil(self.seconds / 60))


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One call on the line."""

    call: Call
    number: str = field(repr=False)  # masked
    estimate: Estimate | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """The hotline at this moment."""

    ringing: int
    queued: int
    talking: int
    agents: int
    next_caller: Estimate  # for whoever would ring now

    @property
    def incoming(self) -> int:
        return self.ringing + self.queued


def open_calls(now: datetime) -> QuerySet[Call]:
    """The calls on the line, the oldest first."""
    rows = Call.objects.filter(state__in=OPEN, rang_at__gt=now - SILENT)
    return rows.select_related("message", "agent", "customer").order_by("rang_at", "id")


def line(now: datetime) -> Line:
    """Who rings, waits and talks, and what whoever rings now would be told: four statements."""
    stands: dict[str, int] = dict.fromkeys(OPEN, 0)
    for state in Call.objects.filter(state__in=OPEN, rang_at__gt=now - SILENT).values_list(
        "state", flat=True
    ):
        stands[state] += 1
    load = load_at(now)
    free = load.agents > stands["talking"]
    before = stands["queued"]
    return Line(
        ringing=stands["ringing"],
        queued=before,
        talking=stands["talking"],
        agents=load.agents,
        next_caller=Estimate(ahead=0, seconds=0) if free and not before else _estimate(load, before),
    )


def load_at(now: datetime) -> Load:
    """What came in during the last hour, how long a call took, and who sits at a telephone."""
    since = now - LOOKED_BACK
    ended = Call.objects.filter(state=HANDLED, ended_at__gte=now - timedelta(days=7)).order_by("-ended_at")
    talks = [
        (ended_at - answered_at).total_seconds()
        for answered_at, ended_at in ended.values_list("answered_at", "ended_at")[:200]
        if answered_at and ended_at
    ]
    enough = len(talks) >= LEAST_CALLS
    return Load(
        calls_per_hour=Call.objects.filter(rang_at__gte=since, rang_at__lte=now).count(),
        talk_seconds=max(1.0, sum(talks) / len(talks)) if enough else USUAL_TALK,
        agents=max(1, seated(now).count()),
    )


def _estimate(load: Load, ahead: int) -> Estimate:
    seconds = wait_at(load, ahead=ahead)
    return Estimate(ahead=ahead, seconds=None if seconds is None else round(seconds))


def estimate_of(call: Call, now: datetime) -> Estimate | None:
    """The place of a waiting call and how long it will take; None for one that does not wait."""
    if call.state != "queued":
        return None
    before = open_calls(now).filter(state="queued", queued_at__lt=call.queued_at).count()
    return _estimate(load_at(now), before)


def waiting_calls(viewer: Viewer, now: datetime) -> list[Waiting]:
    """The calls on the line as an agent sees them, masked; those in the queue with their place."""
    viewer.must("call.take")
    rows = list(open_calls(now))
    hand = keys_for(row.message.key_id for row in rows)
    load = load_at(now)
    queue = sorted(
        (row for row in rows if row.state == "queued"), key=lambda row: (row.queued_at or row.rang_at, row.id)
    )
    places = {row.id: at for at, row in enumerate(queue)}
    return [
        Waiting(
            call=row,
            number=masked_phone(hand.open(row.number_sealed) or ""),
            estimate=_estimate(load, places[row.id]) if row.id in places else None,
        )
        for row in rows
    ]


def call_at_hand(viewer: Viewer, now: datetime) -> Call | None:
    """The call that this agent has on the line now, the newest."""
    return open_calls(now).filter(agent_id=viewer.person_id, state="talking").order_by("-answered_at").first()


def call_of(viewer: Viewer, call_id: int) -> Call:
    """One call; the same refusal whether it is absent or not for this viewer."""
    viewer.must("call.take_over")
    row = (
        Call.objects.select_related("message", "agent", "customer__key", "report").filter(id=call_id).first()
    )
    if row is None or not _may_see(viewer, row):
        raise NotFound
    return row


def calls_of_chain(chain_id: int) -> list[Call]:
    """The calls of which the reports of one case came, the oldest first; one statement."""
    rows = Call.objects.filter(report__chain_id=chain_id).select_related("agent", "report")
    return list(rows.order_by("rang_at", "id"))


def called(name: str) -> Call | None:
    """The call that the telephone system calls so."""
    return Call.objects.select_related("message").filter(call_print=call_mark(name)).first()


def last_call_at() -> datetime | None:
    """When the newest call rang; None before the first."""
    return Call.objects.order_by("-rang_at").values_list("rang_at", flat=True).first()


def _may_see(viewer: Viewer, call: Call) -> bool:
    if call.agent_id == viewer.person_id or may_take_over(viewer, call):
        return True
    return viewer.may("call.take") and (call.agent_id is None or Role.SUPERVISOR in viewer.roles)


def number_of(call: Call) -> str:
    """The caller's number in clear, for whoever has them on the line; empty when it was hidden or forgotten."""
    return keys_for([call.message.key_id]).open(call.number_sealed) or ""


def recording_of(call: Call) -> str:
    """Where the recording lies; empty when there is none."""
    return keys_for([call.message.key_id]).open(call.recording_sealed) or ""


def untold_calls(viewer: Viewer) -> list[Call]:
    """Ended calls of this agent of which nobody has said yet what came of them, the oldest first; a supervisor's:
    also those that no known agent took."""
    viewer.must("call.take")
    rows = Call.objects.filter(state=HANDLED, report__isnull=True, reason="")
    mine = rows.filter(agent_id=viewer.person_id)
    if Role.SUPERVISOR in viewer.roles:
        mine = mine | rows.filter(agent__isnull=True)
    return list(mine.select_related("message", "agent").order_by("ended_at")[:UNTOLD_SHOWN])


def masked_numbers(calls: Iterable[Call]) -> dict[int, str]:
    """By call: the number, masked. One query."""
    rows = list(calls)
    hand = keys_for(row.message.key_id for row in rows)
    return {row.id: masked_phone(hand.open(row.number_sealed) or "") for row in rows}


def seat_of(viewer: Viewer) -> Seat | None:
    """Where this agent sits."""
    return Seat.objects.filter(person_id=viewer.person_id or 0).first()


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One number to ring, as a list shows it: masked but for whoever holds it."""

    row: RingBack
    number: str = field(repr=False)
    name: str = field(repr=False)
    words: str = field(repr=False)

    @property
    def full(self) -> bool:
        return "*" not in self.number


def ring_backs_due(viewer: Viewer, limit: int = 100) -> list[Duty]:
    """Who is to be rung, the least time left first."""
    viewer.must("call.take")
    rows = RingBack.objects.filter(open=True).select_related("message", "holder", "call", "customer")
    found = list(rows.order_by("due_at", "id")[:limit])
    hand = keys_for(row.message.key_id for row in found)
    return [_duty(row, hand.open(row.number_sealed) or "", viewer) for row in found]


def _duty(row: RingBack, number: str, viewer: Viewer) -> Duty:
    said = said_of(row)
    held = row.holder_id == viewer.person_id
    return Duty(
        row=row,
        number=number if held else masked_phone(number),
        name=said.get("name", "") if held else "",
        words=said.get("words", ""),
    )


def ring_backs_count(viewer: Viewer) -> int:
    """How many are to be rung."""
    return RingBack.objects.filter(open=True).count() if viewer.may("call.take") else 0


def ring_backs_for(viewer: Viewer) -> QuerySet[RingBack]:
    """Who is to be rung by this person: whom they took, and whom nobody took yet; the least time left first."""
    viewer.must("call.take")
    mine = Q(holder_id=viewer.person_id) | Q(holder__isnull=True)
    return RingBack.objects.filter(mine, open=True).order_by("due_at", "id")


def ring_back_of(viewer: Viewer, ring_back_id: int) -> Duty:
    """One duty to ring; whoever holds it sees the number in full."""
    viewer.must("call.take")
    row = (
        RingBack.objects.select_related("message", "holder", "call", "customer__key")
        .filter(id=ring_back_id)
        .first()
    )
    if row is None:
        raise NotFound
    return _duty(row, keys_for([row.message.key_id]).open(row.number_sealed) or "", viewer)


@dataclass(frozen=True, kw_only=True)
class Hour:
    """The service level of one hour of the day over a stretch of days."""

    hour: int
    level: Level


def levels(viewer: Viewer, since: datetime, until: datetime) -> tuple[Level, list[Hour]]:
    """The service level of calls that rang in this stretch and have ended: all together, and by hour of the day."""
    viewer.must("figures.read")
    rows = Call.objects.filter(rang_at__gte=since, rang_at__lt=until, state__in=(HANDLED, MISSED, ABANDONED))
    by_hour: dict[int, list[Held]] = {}
    for state, rang, answered, ended in rows.values_list("state", "rang_at", "answered_at", "ended_at"):
        until_then = answered or ended or rang
        held = Held(waited=max(0.0, (until_then - rang).total_seconds()), state=state)
        by_hour.setdefault(localtime(rang).hour, []).append(held)
    every = [one for rows_of_hour in by_hour.values() for one in rows_of_hour]
    hours = [Hour(hour=hour, level=level_of(held)) for hour, held in sorted(by_hour.items())]
    return level_of(every), hours
