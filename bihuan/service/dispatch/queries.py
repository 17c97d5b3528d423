"""Asking about dispatch: the lanes of the board, a service point's desk, slots, visits. Cut by who asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils.timezone import get_default_timezone, make_aware

from bihuan.ground.vault.actions import keys_for
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.queries import busy_between
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import visible
from bihuan.service.dispatch.assigning import standing_assignment
from bihuan.service.dispatch.capacity.queries import with_room
from bihuan.service.dispatch.choosing import Crew, crew_of
from bihuan.service.dispatch.fitting import Fit
from bihuan.service.dispatch.grabs.models import Round
from bihuan.service.dispatch.mates import mates_of
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.dispatch.reserving import without_own_hold
from bihuan.service.dispatch.slots import Hours, Slot, shift_end, slots_on
from bihuan.service.dispatch.visiting import open_visit

TO_OFFER, RETURNED, WAITING = "to_offer", "returned", "waiting"
TO_ASSIGN, TO_BOOK, ON_HOLD = "to_assign", "to_book", "on_hold"
UP_FOR_GRABS = "up_for_grabs"
LANES = (TO_OFFER, RETURNED, WAITING, TO_ASSIGN, UP_FOR_GRABS, TO_BOOK, ON_HOLD)

_ASKED = Exists(Offer.objects.filter(case=OuterRef("pk"), state=Offer.OPEN))
_GIVEN_BACK = Exists(Offer.objects.filter(case=OuterRef("pk"), state__in=(Offer.RETURNED, Offer.RECALLED)))
_GRABBABLE = Exists(Round.objects.filter(case=OuterRef("pk"), state=Round.OPEN))
_LANES: dict[str, Q] = {
    TO_OFFER: Q(stands_at="to_accept") & ~Q(_ASKED) & ~Q(_GIVEN_BACK),
    RETURNED: Q(stands_at="to_accept") & ~Q(_ASKED) & Q(_GIVEN_BACK),
    WAITING: Q(stands_at="to_accept") & Q(_ASKED),
    TO_ASSIGN: Q(stands_at="to_assign") & ~Q(_GRABBABLE),
    UP_FOR_GRABS: Q(stands_at="to_assign") & Q(_GRABBABLE),
    TO_BOOK: Q(stands_at="to_book"),
    ON_HOLD: Q(stands_at="on_hold"),
}
KEY = ("next_due_at", "id")
HALF_HOUR = 1_800  # seconds


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the address bar asks for; empty means everything."""

    category: str = ""
    urgency: str = ""
    district: str = ""
    node_id: int = 0


def lane(viewer: Viewer, name: str, filters: Filters = Filters()) -> QuerySet[Case]:
    """The open cases of one lane, for a keyset page by `KEY`; an unknown lane is the first."""
    return _open(viewer, filters).filter(_LANES.get(name, _LANES[TO_OFFER])).select_related("node", "place")


def lane_counts(viewer: Viewer, filters: Filters = Filters()) -> dict[str, int]:
    """How many open cases stand in each lane: one statement."""
    counted = {name: Count("id", filter=where) for name, where in _LANES.items()}
    found: dict[str, int] = _open(viewer, filters).aggregate(**counted)
    return found


def _open(viewer: Viewer, filters: Filters) -> QuerySet[Case]:
    found = visible(viewer).filter(open=True, stands_at__in=("to_accept", "to_assign", "to_book", "on_hold"))
    for column, wanted in (
        ("category", filters.category),
        ("urgency", filters.urgency),
        ("district", filters.district),
        ("node_id", filters.node_id),
    ):
        if wanted:
            found = found.filter(**{column: wanted})
    return found


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What dispatch knows of one case in a list: who was asked last, who goes, which visit."""

    offer: Offer | None
    returns: tuple[Offer, ...]
    assignment: Assignment | None
    visit: Visit | None


def standings(case_ids: Iterable[int], *, hands: bool = True) -> dict[int, Standing]:
    """For a whole list page, in three statements; in one without `hands`, where nobody can have been assigned."""
    ids = list(case_ids)
    offers: dict[int, list[Offer]] = {}
    for row in Offer.objects.select_related("node").filter(case_id__in=ids).order_by("-id"):
        offers.setdefault(row.case_id, []).append(row)
    assigned: dict[int, Assignment] = {}
    visits: dict[int, Visit] = {}
    if hands:
        jobs = Assignment.objects.select_related("technician__person").filter(case_id__in=ids)
        assigned = {row.case_id: row for row in jobs.filter(state__in=Assignment.STANDING)}
        visits = {row.case_id: row for row in Visit.objects.filter(case_id__in=ids, state__in=Visit.OPEN)}
    return {
        case_id: Standing(
            offer=next(
                (one for one in offers.get(case_id, []) if one.state in (Offer.OPEN, Offer.ACCEPTED)), None
            ),
            returns=tuple(
                one for one in offers.get(case_id, []) if one.state in (Offer.RETURNED, Offer.RECALLED)
            ),
            assignment=assigned.get(case_id),
            visit=visits.get(case_id),
        )
        for case_id in ids
    }


def first_assigned(case_ids: Iterable[int]) -> dict[int, datetime]:
    """When each of these cases was first given to a service point or a technician: two statements."""
    wanted, found = list(case_ids), dict[int, datetime]()
    for given in (Offer, Assignment):
        rows = given.objects.filter(case_id__in=wanted).values("case_id").annotate(first=Min("made_at"))
        for row in rows.order_by():
            found[row["case_id"]] = min(row["first"], found.get(row["case_id"], row["first"]))
    return found


def offers_of(case: Case) -> list[tuple[Offer, str]]:
    """Everybody who was asked, newest first, with what they wrote (empty once the customer was forgotten)."""
    hand = keys_for([case.customer.key_id])
    rows = Offer.objects.select_related("node").filter(case=case).order_by("-id")
    return [(row, (hand.open(row.words_sealed) or "") if row.words_sealed else "") for row in rows]


def assignments_of(case: Case) -> list[tuple[Assignment, str]]:
    """Every technician who was asked, newest first, with what they wrote."""
    hand = keys_for([case.customer.key_id])
    rows = Assignment.objects.select_related("technician__person").filter(case=case).order_by("-id")
    return [(row, (hand.open(row.words_sealed) or "") if row.words_sealed else "") for row in rows]


def open_visit_of(case_id: int) -> Visit | None:
    """The visit that is planned, booked or under way."""
    return open_visit(case_id)


def visits_of(case_id: int) -> list[Visit]:
    return list(Visit.objects.select_related("technician__person").filter(case_id=case_id).order_by("number"))


def visit_of(viewer: Viewer, visit_id: int) -> Visit:
    """One visit of a case that this viewer may see."""
    viewer.must("visit.read")
    rows = Visit.objects.select_related("technician__person", "case__customer", "case__place")
    found = rows.filter(id=visit_id).first()
    if found is None or not visible(viewer).filter(id=found.case_id).exists():
        raise NotFound
    return found


def offered_jobs(technician_id: int) -> list[Assignment]:
    """Jobs that wait for this technician's answer, the most pressing first; the customer stays masked."""
    rows = Assignment.objects.select_related("case__place", "case__machine", "case__customer")
    return list(
        rows.filter(technician_id=technician_id, state=Assignment.OFFERED).order_by("answer_by", "id")
    )


def jobs_of(technician_id: int) -> list[Assignment]:
    """Jobs this technician accepted and has not finished."""
    rows = Assignment.objects.select_related("case__place", "case__machine", "case__customer")
    return list(rows.filter(technician_id=technician_id, state=Assignment.ACCEPTED).order_by("id"))


def free_slots(case: Case, *, now: datetime) -> list[Slot]:
    """The slots the customer of this case may choose from; empty while nobody is assigned."""
    return [fit.slot for fit in free_fits(case, now=now)]


def free_fits(case: Case, *, now: datetime) -> list[Fit]:
    """The same with what each costs."""
    standing = standing_assignment(case.id)
    if standing is None:
        return []
    crew = crew_of(frozenset({standing.technician.node_id}), now=now)
    crew = without_own_hold(crew, case_id=case.id)
    mine = next((one for one in crew.abilities if one.id == standing.technician_id), None)
    if mine is None:
        return []
    return with_room(case, standing.technician.node, crew.fits_for(mine, case))


def to_change_to(visit: Visit | None, fits: list[Fit]) -> list[Fit]:
    """All but the time that is agreed."""
    return fits if visit is None else [fit for fit in fits if fit.slot.begins != visit.slot_from]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One slot of a technician's day: visits, taken otherwise, free, or not at work."""

    slot: Slot
    visits: tuple[Visit, ...]
    state: str  # visit, busy, free, off


@dataclass(frozen=True, kw_only=True)
class DayRow:
    """One technician's day as six slots."""

    technician_id: int
    name: str
    cells: tuple[Cell, ...]
    jobs: int
    max_jobs: int


def day_of(crew: Crew, day: date) -> list[DayRow]:
    """The day of every technician of these nodes, those who go along too, in three more statements."""
    zone = get_default_timezone()
    begins = make_aware(datetime.combine(day, time()))
    ids = [one.id for one in crew.abilities]
    visits: dict[int, list[Visit]] = {}
    rows = Visit.objects.select_related("case").filter(
        technician_id__in=ids, slot_from__gte=begins, slot_from__lt=begins + timedelta(days=1)
    )
    for visit in rows.exclude(state__in=(Visit.WITHDRAWN, Visit.PLANNED)):
        visits.setdefault(visit.technician_id, []).append(visit)
    booked = {visit.case_id: visit for held in visits.values() for visit in held}
    for case_id, mate in mates_of(list(booked)).items():
        visits.setdefault(mate.technician_id, []).append(booked[case_id])
    taken = busy_between(ids, begins, begins + timedelta(days=1))
    return [
        DayRow(
            technician_id=one.id,
            name=one.name,
            cells=tuple(
                _cell(slot, visits.get(one.id, []), taken.get(one.id, []), one.shifts, zone)
                for slot in slots_on(day, zone)
            ),
            jobs=len(visits.get(one.id, [])),
            max_jobs=one.max_jobs,
        )
        for one in crew.abilities
    ]


def _cell(
    slot: Slot, visits: Sequence[Visit], taken: Sequence[tuple[int, int]], hours: Hours, zone: tzinfo
) -> Cell:
    here = tuple(one for one in visits if one.slot_from == slot.begins)
    if here:
        return Cell(slot=slot, visits=here, state="visit")
    if shift_end(slot, hours, zone) is None:
        return Cell(slot=slot, visits=(), state="off")
    return Cell(slot=slot, visits=(), state="busy" if _is_full(slot, taken) else "free")


def _is_full(slot: Slot, taken: Sequence[tuple[int, int]]) -> bool:
    """Whether no half hour of a slot is free."""
    begins, ends = int(slot.begins.timestamp()), int(slot.taken_until.timestamp())
    for start, end in sorted(taken):
        if start < begins + HALF_HOUR:
            begins = max(begins, end)
    return begins + HALF_HOUR > ends


def answers_due(viewer: Viewer) -> Sequence[Offer]:
    """Offers that wait for the answer of this viewer's service points, the most pressing first."""
    viewer.must("offer.answer")
    rows = Offer.objects.select_related("case__place", "case__report", "case__customer", "node")
    rows = rows.filter(state=Offer.OPEN)
    if viewer.nodes is not None:
        rows = rows.filter(node_id__in=viewer.nodes)
    return list(rows.order_by("answer_by", "id")[:100])


def to_assign(viewer: Viewer) -> list[Case]:
    """Accepted cases of this viewer's nodes that nobody goes to yet, the most pressing first."""
    viewer.must("visit.assign")
    return list(lane(viewer, TO_ASSIGN).order_by(*KEY)[:50])
