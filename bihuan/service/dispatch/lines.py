"""Reads technicians' days: what takes their time, in order, and what a case asks for as a task."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.timezone import get_default_timezone, make_aware

from bihuan.registers.staff.models import Busy
from bihuan.registers.staff.queries import Ability, taken_between
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.fitting import NEVER, Held, Line, Place, Task, window_of
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.slots import WIDTH, Slot, shift_end
from bihuan.service.dispatch.timing.rules import work_of


def held_between(
    technician_ids: Collection[int], begins: datetime, ends: datetime, *, now: datetime
) -> dict[int, list[Held]]:
    """technician → what takes their time, in order: two statements. Reservations that are over take none."""
    rows = taken_between(technician_ids, begins, ends, now=now)
    wanted = {row.subject_id for row in rows if row.why == Busy.VISIT}
    visits = Visit.objects.select_related("case__place").filter(id__in=wanted)
    told = {visit.id: visit for visit in visits}
    found: dict[int, list[Held]] = {}
    for row in rows:
        visit = told.get(row.subject_id) if row.why == Busy.VISIT else None
        found.setdefault(row.technician_id, []).append(_held(row, visit))
    return found


def _held(row: Busy, visit: Visit | None) -> Held:
    if visit is None:
        return Held(begins=row.begins, ends=row.ends, job=row.why != Busy.LEAVE)
    movable = visit.state == Visit.BOOKED and visit.case.mate_person_id is None
    window = None
    if movable and visit.slot_from is not None and visit.slot_until is not None:
        window = window_of(Slot(visit.slot_from, visit.slot_until))
    return Held(
        begins=row.begins,
        ends=row.ends,
        visit_id=visit.id,
        window=window,
        seconds=int(work_of(visit.case.kind).total_seconds()),
        place=place_of(visit.case),
    )


def place_of(case: Case) -> Place:
    """Where the case is, WGS-84; None where that is not known."""
    place = case.place
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude


def home_of(one: Ability) -> Place:
    return None if one.latitude is None or one.longitude is None else (one.latitude, one.longitude)


def task_of(case: Case, *, whole: bool) -> Task:
    """The work of a case; `whole` where two technicians wait for one another."""
    return Task(seconds=int(work_of(case.kind).total_seconds()), place=place_of(case), whole=whole)


def line_of(one: Ability, day: date, held: Iterable[Held]) -> Line:
    """One technician's day out of what takes their time, whenever that is."""
    begins = make_aware(datetime.combine(day, time()))
    since, until = int(begins.timestamp()), int((begins + timedelta(days=1)).timestamp())
    here = [each for each in held if each.begins < until and each.ends > since]
    return Line.of((replace(each, ends_by=_ends_by(one, each)) for each in here), home=home_of(one))


def _ends_by(one: Ability, held: Held) -> int:
    """When the hours end in which what was agreed lies."""
    if held.window is None:
        return NEVER
    zone = get_default_timezone()
    begins = datetime.fromtimestamp(held.window[0], zone)
    closes = shift_end(Slot(begins, begins + WIDTH), one.shifts, zone)
    return int(closes.timestamp()) if closes is not None else NEVER


def with_planned(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits with the end of their planned time (`planned_until`, epoch seconds), in the order in which they are
    planned."""
    taken = Busy.objects.filter(
        why=Busy.VISIT, subject_id=OuterRef("id"), technician_id=OuterRef("technician_id")
    )
    return rows.annotate(planned_until=Subquery(taken.values("ends")[:1])).order_by(
        "slot_from", "planned_until", "id"
    )


def planned_arrival(visit: Visit) -> datetime | None:
    """When the technician is planned to arrive, of a visit read `with_planned` that is agreed; else None."""
    until: int | None = getattr(visit, "planned_until", None)
    if until is None or visit.state != Visit.BOOKED or visit.slot_from is None:
        return None
    arrives = datetime.fromtimestamp(until, get_default_timezone()) - work_of(visit.case.kind)
    return max(visit.slot_from, arrives)
