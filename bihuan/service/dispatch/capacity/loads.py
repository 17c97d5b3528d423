"""What is booked against what may be: the lines of nodes, day by day. Read in few statements however many days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils.timezone import get_default_timezone, make_aware

from bihuan.registers.organisation.models import Node
from bihuan.registers.staff.models import Busy
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.capacity.models import Day, Limit
from bihuan.service.dispatch.capacity.rules import Booked, DayRule, LimitRule, Line, lines_on, room
from bihuan.service.dispatch.models import Visit

COUNTED = (Visit.BOOKED, Visit.ON_THE_WAY, Visit.ARRIVED, Visit.FINISHED, Visit.MISSED)

type Counts = dict[date, list[tuple[str, str, bool, int]]]  # day → (category, kind, urgent, visits)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The limits of one node with its days set by hand, and what is booked there."""

    node_id: int
    limits: tuple[LimitRule, ...]
    by_hand: dict[date, list[DayRule]]
    counts: Counts = field(default_factory=dict)

    def lines(self, day: date) -> list[tuple[Line, Booked]]:
        """What holds on a day, with what is booked on each line."""
        rows = self.counts.get(day, [])
        return [(line, _booked(line, rows)) for line in lines_on(day, self.limits, self.by_hand.get(day, []))]

    def line(self, day: date, *, category: str, kind: str) -> tuple[Line, Booked]:
        """What holds on a day for one line; one that nobody set has no end."""
        lines = lines_on(day, self.limits, self.by_hand.get(day, []))
        found = next((one for one in lines if (one.category, one.kind) == (category, kind)), None)
        line = found or Line(category=category, kind=kind)
        return line, _booked(line, self.counts.get(day, []))

    def room(self, day: date, *, category: str, kind: str, urgent: bool) -> int | None:
        return room(self.lines(day), category=category, kind=kind, urgent=urgent)


def _booked(line: Line, rows: Sequence[tuple[str, str, bool, int]]) -> Booked:
    mine = [(urgent, count) for category, kind, urgent, count in rows if line.is_about(category, kind)]
    return Booked(
        all=sum(count for _urgent, count in mine), urgent=sum(count for urgent, count in mine if urgent)
    )


def calendars(path: str, first: date, last: date, *, but: int = 0) -> list[Calendar]:
    """The calendars that a booking at this node must obey: its own and those of the nodes above that set any.

    Two statements where nobody set a limit, one more for each node that did. `but`: a visit that is not counted.
    """
    ids = [int(part) for part in path.split("/") if part]
    limits: dict[int, list[LimitRule]] = {}
    for row in Limit.objects.filter(node_id__in=ids):
        limits.setdefault(row.node_id, []).append(rule_of(row))
    by_hand: dict[int, dict[date, list[DayRule]]] = {}
    for one in Day.objects.filter(node_id__in=ids, day__gte=first, day__lte=last):
        by_hand.setdefault(one.node_id, {}).setdefault(one.day, []).append(hand_of(one))
    set_at = [node_id for node_id in ids if node_id in limits or node_id in by_hand]
    return [
        Calendar(
            node_id=node_id,
            limits=tuple(limits.get(node_id, ())),
            by_hand=by_hand.get(node_id, {}),
            counts=counts_of(path_of(path, node_id), first, last, but=but),
        )
        for node_id in set_at
    ]


def calendar_of(node: Node, first: date, last: date) -> Calendar:
    """One node's own calendar, whether it set anything or not: three statements."""
    by_hand: dict[date, list[DayRule]] = {}
    for one in Day.objects.filter(node=node, day__gte=first, day__lte=last):
        by_hand.setdefault(one.day, []).append(hand_of(one))
    return Calendar(
        node_id=node.id,
        limits=tuple(rule_of(row) for row in Limit.objects.filter(node=node)),
        by_hand=by_hand,
        counts=counts_of(node.path, first, last),
    )


def path_of(path: str, node_id: int) -> str:
    """The path of a node that stands on this path."""
    return path[: path.index(f"/{node_id}/") + len(f"/{node_id}/")]


def rule_of(row: Limit) -> LimitRule:
    return LimitRule(
        id=row.id,
        name=row.name,
        category=row.category,
        kind=row.kind,
        weekday=row.weekday,
        first_day=row.first_day,
        last_day=row.last_day,
        visits=row.visits,
        overbook=row.overbook,
        reserve=row.reserve,
    )


def hand_of(row: Day) -> DayRule:
    return DayRule(
        category=row.category, kind=row.kind, visits=row.visits, closed=row.closed, reason=row.reason
    )


def counts_of(path: str, first: date, last: date, *, but: int = 0) -> Counts:
    """The visits that technicians of these nodes have on each day: one statement."""
    zone = get_default_timezone()
    begins = make_aware(datetime.combine(first, time()), zone)
    ends = make_aware(datetime.combine(last + timedelta(days=1), time()), zone)
    rows = Visit.objects.filter(
        technician__node__path__startswith=path,
        state__in=COUNTED,
        slot_from__gte=begins,
        slot_from__lt=ends,
    ).exclude(id=but)
    grouped = rows.annotate(on=TruncDate("slot_from", tzinfo=zone)).values(
        "on", "case__category", "case__kind"
    )
    found: Counts = {}
    for row in grouped.annotate(
        n=Count("id"), pressing=Count("id", filter=Q(case__urgency="urgent"))
    ).order_by():
        here = found.setdefault(row["on"], [])
        for urgent, count in ((True, row["pressing"]), (False, row["n"] - row["pressing"])):
            if count:
                here.append((row["case__category"], row["case__kind"], urgent, count))
    return found


def kept_on(path: str, day: date, *, but: int, now: datetime) -> list[tuple[str, str, bool, int]]:
    """What is kept free on a day for customers of these nodes, as of visits; not for the case `but`, and for none that
    is counted on this day anyway."""
    begins = make_aware(datetime.combine(day, time()), get_default_timezone())
    ends = begins + timedelta(days=1)
    kept = Busy.objects.filter(
        technician__node__path__startswith=path,
        why=Busy.HOLD,
        expires__gt=int(now.timestamp()),
        slot_from__gte=int(begins.timestamp()),
        slot_from__lt=int(ends.timestamp()),
    )
    booked = Visit.objects.filter(state__in=COUNTED, slot_from__gte=begins, slot_from__lt=ends)
    cases = Case.objects.filter(id__in=kept.values("subject_id")).exclude(id__in=booked.values("case"))
    told = cases.exclude(id=but).values_list("category", "kind", "urgency")
    return [(category, kind, urgency == "urgent", 1) for category, kind, urgency in told]


def full_days(node: Node, days: Iterable[date], *, category: str, kind: str, urgent: bool) -> frozenset[date]:
    """Which of these days take no more visits of this category and kind at this node."""
    wanted = sorted(days)
    if not wanted:
        return frozenset()
    held = calendars(node.path, wanted[0], wanted[-1])
    return frozenset(
        day
        for day in wanted
        if any(one.room(day, category=category, kind=kind, urgent=urgent) == 0 for one in held)
    )


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """Which of some days are full at some nodes: read once for a whole list of cases."""

    days: tuple[date, ...]
    held: Mapping[int, Sequence[Calendar]]

    def full_for(self, case: Case) -> frozenset[date]:
        """The days that take no more visits of this case at its node."""
        urgent = case.urgency == "urgent"
        return frozenset(
            day
            for day in self.days
            if any(
                one.room(day, category=case.category, kind=case.kind, urgent=urgent) == 0
                for one in self.held.get(case.node_id, ())
            )
        )


def rooms_at(node_ids: Iterable[int], days: Sequence[date]) -> Rooms:
    """What these nodes take on these days; two statements where nobody set anything."""
    first, last = min(days), max(days)
    if not Limit.objects.exists() and not Day.objects.filter(day__gte=first, day__lte=last).exists():
        return Rooms(days=tuple(days), held={})
    paths = Node.objects.filter(id__in=set(node_ids)).values_list("id", "path")
    return Rooms(days=tuple(days), held={node: calendars(path, first, last) for node, path in paths})
