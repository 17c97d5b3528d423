"""A day of a service point as the board shows it: everybody's day in order, what is only meant, and what waits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Max, Q, QuerySet
from django.utils.timezone import get_default_timezone, localdate, make_aware

from bihuan.registers.access.errors import NotAllowed, NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.models import Node
from bihuan.registers.staff.models import Busy, Shift, Technician
from bihuan.registers.staff.queries import Ability, abilities, taken_between
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import visible
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.queries import PromiseView, open_promises
from bihuan.service.dispatch.fitting import Place
from bihuan.service.dispatch.lines import home_of, place_of, task_of
from bihuan.service.dispatch.mates import mates_of
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.planning.intending import intended_on
from bihuan.service.dispatch.planning.models import DayPlan, Intended, Moved
from bihuan.service.dispatch.queries import KEY, Filters, lane_counts
from bihuan.service.dispatch.timing.forecast import arrivals_of

VERBS = ("visit.assign", "offer.make")  # one of them opens the board
SHOWN = (Visit.BOOKED, Visit.ON_THE_WAY, Visit.ARRIVED, Visit.FINISHED, Visit.MISSED)
MEANT = "meant"
IN_POOL, MOST_IN_POOL = 300, 3_000  # cases that wait: drawn at first, and with "show more"
MINUTE = 60
DAY = timedelta(days=1)

type Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A visit in a technician's day, or what is meant for a case without an agreed time. They set off at `begins`, work
    from `arrives` to `ends`; `late`: minutes after the agreed slot. `along`: shown with the second technician."""

    case: Case
    state: str  # of the visit, or "meant"
    slot: Span
    begins: datetime
    arrives: datetime
    ends: datetime
    late: int = 0
    along: bool = False

    @property
    def movable(self) -> bool:
        return self.state in (Visit.BOOKED, MEANT) and not self.along

    @property
    def urgent(self) -> bool:
        return self.case.urgency == "urgent"

    @property
    def place(self) -> Place:
        return place_of(self.case)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A technician's day: stops in order, and when they are not at work, on leave, or kept free for a customer."""

    one: Ability
    stops: tuple[Stop, ...]
    off: tuple[Span, ...]
    leave: tuple[Span, ...]
    kept: tuple[Span, ...]

    @property
    def jobs(self) -> int:
        return sum(stop.state != MEANT for stop in self.stops)

    @property
    def driven(self) -> timedelta:
        return sum((stop.arrives - stop.begins for stop in self.stops), timedelta())

    @property
    def worked(self) -> timedelta:
        return sum((stop.ends - stop.arrives for stop in self.stops), timedelta())

    @property
    def home(self) -> Place:
        return home_of(self.one)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A case of the pool with its soonest promise; `name`: who goes, where somebody does already."""

    case: Case
    promise: PromiseView | None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Board:
    """`version` is the plan's, for whoever changes it; `waits` counts the pool, of which `pool` holds the first."""

    node: Node
    day: date
    version: int
    published_version: int
    published_at: datetime | None
    rows: tuple[Row, ...]
    pool: tuple[Waiting, ...]
    waits: int
    lanes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One service point on a day. `used`: percent of the hours at work that visits take."""

    node: Node
    people: int
    at_work: int
    booked: int
    to_assign: int
    to_book: int
    broken: int
    used: int


def board_of(viewer: Viewer, node_id: int, day: date, *, now: datetime, in_pool: int = IN_POOL) -> Board:
    """The whole day of one service point, in a fixed number of statements. `in_pool`: so many of those that wait."""
    node = node_seen(viewer, node_id)
    begins = make_aware(datetime.combine(day, time()))
    plan = DayPlan.objects.filter(node=node, day=day).first()
    crew = abilities(frozenset({node_id}))
    ids = [one.id for one in crew]
    taken = taken_between(ids, begins, begins + DAY, now=now)
    stops = _stops(viewer, ids, taken, day, now=now)
    waiting = _pool(viewer, node_id, now=now)
    first = list(waiting.select_related("node", "place", "technician_person").order_by(*KEY)[:in_pool])
    promises = open_promises([case.id for case in first], now=now)
    return Board(
        node=node,
        day=day,
        version=plan.version if plan else 1,
        published_version=plan.published_version if plan else 0,
        published_at=plan.published_at if plan else None,
        rows=tuple(_row(one, stops.get(one.id, []), taken, day) for one in crew),
        pool=tuple(_waiting(case, promises.get(case.id, ())) for case in first),
        waits=waiting.count(),
        lanes=lane_counts(viewer, Filters(node_id=node_id)),
    )


def node_seen(viewer: Viewer, node_id: int) -> Node:
    """The service point, where this viewer dispatches; NotFound elsewhere."""
    if not any(viewer.may(verb) for verb in VERBS):
        raise NotAllowed(VERBS[0])
    node = Node.objects.filter(id=node_id, retired_at__isnull=True).first()
    if node is None or (viewer.nodes is not None and node_id not in viewer.nodes):
        raise NotFound
    return node


def mark_of(viewer: Viewer, node_id: int, day: date, *, now: datetime) -> str:
    """Changes whenever the board would look another way: two statements. Times left are told anew each minute."""
    node = node_seen(viewer, node_id)
    version = DayPlan.objects.filter(node=node, day=day).values_list("version", "published_version").first()
    told = Case.objects.filter(node_id=node_id, open=True).aggregate(n=Count("id"), last=Max("stands_since"))
    last = int(told["last"].timestamp()) if told["last"] else 0
    plan = "-".join(str(part) for part in version or (1, 0))
    return f"{plan}-{told['n']}-{last}-{int(now.timestamp()) // MINUTE}"


def newest_move(node_id: int, day: date, *, since: datetime) -> Moved | None:
    """What was moved last on a day, where it was after a moment and stands."""
    rows = Moved.objects.select_related("case").filter(plan__node_id=node_id, plan__day=day, undone_at=None)
    return rows.filter(made_at__gte=since).order_by("-id").first()


def _waiting(case: Case, promises: Sequence[PromiseView]) -> Waiting:
    person = case.technician_person
    return Waiting(case=case, promise=next(iter(promises), None), name=person.name if person else "")


def _pool(viewer: Viewer, node_id: int, *, now: datetime) -> QuerySet[Case]:
    """What waits for a technician or a time and is meant for none that is still to come."""
    today = make_aware(datetime.combine(localdate(now), time()))
    waits = visible(viewer).filter(open=True, node_id=node_id, stands_at__in=("to_assign", "to_book"))
    return waits.exclude(id__in=Intended.objects.filter(slot_from__gte=today).values("case_id"))


def _stops(
    viewer: Viewer, ids: list[int], taken: Iterable[Busy], day: date, *, now: datetime
) -> dict[int, list[Stop]]:
    begins = make_aware(datetime.combine(day, time()))
    rows = Visit.objects.select_related("case__place", "case__node").filter(
        technician_id__in=ids, slot_from__gte=begins, slot_from__lt=begins + DAY, state__in=SHOWN
    )
    visits = list(rows.order_by("slot_from", "id"))
    along = mates_of([visit.case_id for visit in visits])
    planned = {(row.technician_id, row.subject_id): row for row in taken if row.why == Busy.VISIT}
    foreseen = arrivals_of(ids, now=now) if day == localdate(now) else {}
    found: dict[int, list[Stop]] = {}
    for visit in visits:
        found.setdefault(visit.technician_id, []).append(
            _visited(visit, planned.get((visit.technician_id, visit.id)), foreseen.get(visit.id))
        )
        mate = along.get(visit.case_id)
        if mate is not None and mate.technician_id in ids:
            busy = planned.get((mate.technician_id, visit.id))
            found.setdefault(mate.technician_id, []).append(_visited(visit, busy, None, along=True))
    for row in intended_on(ids, day):
        slot = (row.slot_from, row.slot_until)
        found.setdefault(row.technician_id, []).append(
            Stop(case=row.case, state=MEANT, slot=slot, begins=row.begins, arrives=row.begins, ends=row.ends)
        )
    return found


def _visited(visit: Visit, busy: Busy | None, foreseen: datetime | None, *, along: bool = False) -> Stop:
    assert visit.slot_from is not None and visit.slot_until is not None
    work = timedelta(seconds=task_of(visit.case, whole=False).seconds)
    arrives = visit.arrived_at or (_at(busy.ends) - work if busy is not None else visit.slot_from)
    begins = visit.set_off_at or (min(_at(busy.begins), arrives) if busy is not None else arrives)
    ends = visit.ended_at or (max(_at(busy.ends), arrives + work) if busy is not None else arrives + work)
    comes = visit.arrived_at or max(arrives, foreseen or arrives)
    over = int((comes - visit.slot_until).total_seconds())
    return Stop(
        case=visit.case,
        state=visit.state,
        slot=(visit.slot_from, visit.slot_until),
        begins=min(begins, arrives),
        arrives=arrives,
        ends=max(ends, arrives),
        late=-(-over // MINUTE) if over > 0 else 0,
        along=along,
    )


def _row(one: Ability, stops: Iterable[Stop], taken: Iterable[Busy], day: date) -> Row:
    mine = [row for row in taken if row.technician_id == one.id]
    return Row(
        one=one,
        stops=tuple(sorted(stops, key=lambda stop: (stop.arrives, stop.case.id))),
        off=tuple(_off(one, day)),
        leave=tuple((_at(row.begins), _at(row.ends)) for row in mine if row.why == Busy.LEAVE),
        kept=tuple((_at(row.begins), _at(row.ends)) for row in mine if row.why == Busy.HOLD),
    )


def _off(one: Ability, day: date) -> Iterator[Span]:
    """The stretches of a day outside of their hours."""
    free_from = make_aware(datetime.combine(day, time()))
    midnight = free_from + DAY
    for opens, closes in one.shifts.get(day.weekday(), ()):
        begins = make_aware(datetime.combine(day, opens))
        if begins > free_from:
            yield free_from, begins
        free_from = max(free_from, make_aware(datetime.combine(day, closes)))
    if free_from < midnight:
        yield free_from, midnight


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, get_default_timezone())


def summaries(viewer: Viewer, day: date, *, now: datetime) -> list[Summary]:
    """Every service point with technicians that this viewer dispatches, by name: seven statements."""
    if not any(viewer.may(verb) for verb in VERBS):
        raise NotAllowed(VERBS[0])
    people = Technician.objects.filter(retired_at__isnull=True, person__is_active=True)
    if viewer.nodes is not None:
        people = people.filter(node_id__in=viewer.nodes)
    home = dict(people.values_list("id", "node_id"))
    nodes = Node.objects.filter(id__in=set(home.values()), retired_at__isnull=True).order_by("name")
    hours, busy = _hours_of(home, day), _seconds_of(home, day, now=now)
    booked = _counted(
        Visit.objects.filter(technician_id__in=home, state__in=SHOWN, **_within("slot_from", day)),
        "technician__node_id",
    )
    waits = visible(viewer).filter(open=True, node_id__in=set(home.values()))
    to_assign = _counted(waits.filter(stands_at="to_assign"), "node_id")
    to_book = _counted(waits.filter(stands_at="to_book"), "node_id")
    broken = _counted(
        waits.filter(
            id__in=Promise.objects.filter(open=True)
            .filter(Q(broken_at__isnull=False) | Q(due_at__lt=now))
            .values("case_id")
        ),
        "node_id",
    )
    found = []
    for node in nodes:
        here = [one for one, node_id in home.items() if node_id == node.id]
        shift = sum(hours.get(one, 0) for one in here)
        taken = sum(busy.get(one, (0, 0))[0] for one in here)
        away = sum(min(busy.get(one, (0, 0))[1], hours.get(one, 0)) for one in here)
        found.append(
            Summary(
                node=node,
                people=len(here),
                at_work=sum(hours.get(one, 0) > busy.get(one, (0, 0))[1] for one in here),
                booked=booked.get(node.id, 0),
                to_assign=to_assign.get(node.id, 0),
                to_book=to_book.get(node.id, 0),
                broken=broken.get(node.id, 0),
                used=round(100 * taken / (shift - away)) if shift > away else 0,
            )
        )
    return found


def _within(column: str, day: date) -> dict[str, datetime]:
    begins = make_aware(datetime.combine(day, time()))
    return {f"{column}__gte": begins, f"{column}__lt": begins + DAY}


def _counted(rows: QuerySet[Case] | QuerySet[Visit], by: str) -> dict[int, int]:
    return {row[by]: row["n"] for row in rows.order_by().values(by).annotate(n=Count("id"))}


def _hours_of(technician_ids: Iterable[int], day: date) -> dict[int, int]:
    """technician → seconds at work on this weekday."""
    found: dict[int, int] = {}
    for row in Shift.objects.filter(technician_id__in=list(technician_ids), weekday=day.weekday()):
        span = datetime.combine(day, row.ends) - datetime.combine(day, row.begins)
        found[row.technician_id] = found.get(row.technician_id, 0) + int(span.total_seconds())
    return found


def _seconds_of(technician_ids: Iterable[int], day: date, *, now: datetime) -> dict[int, tuple[int, int]]:
    """technician → seconds of the day for visits, and on leave."""
    begins = make_aware(datetime.combine(day, time()))
    since, until = int(begins.timestamp()), int((begins + DAY).timestamp())
    found: dict[int, tuple[int, int]] = {}
    for row in taken_between(list(technician_ids), begins, begins + DAY, now=now):
        seconds = min(row.ends, until) - max(row.begins, since)
        visits, leave = found.get(row.technician_id, (0, 0))
        match row.why:
            case Busy.VISIT:
                visits += seconds
            case Busy.LEAVE:
                leave += seconds
        found[row.technician_id] = visits, leave
    return found
