"""Asking about technicians."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Q, QuerySet

from bihuan.registers.staff.models import Busy, Certificate, Shift, Skill, Technician


@dataclass(frozen=True, kw_only=True)
class Ability:
    """One technician as dispatch sees them: plain values, read in four queries for a whole service point."""

    id: int
    person_id: int
    name: str
    node_id: int
    partner: bool  # goes out from a service point that others run
    latitude: float | None
    longitude: float | None
    max_jobs: int
    skills: dict[tuple[str, str], int]
    certificates: dict[str, date]
    shifts: dict[int, list[tuple[time, time]]]


def technician(technician_id: int) -> Technician:
    return Technician.objects.select_related("person", "node").get(id=technician_id)


def technician_of(person_id: int) -> Technician | None:
    """The technician that this person is, if any."""
    return Technician.objects.select_related("person", "node").filter(person_id=person_id).first()


def technicians_at_work() -> list[Technician]:
    """Everybody who goes to customers, by number."""
    rows = Technician.objects.select_related("person").filter(retired_at__isnull=True)
    return list(rows.order_by("number"))


def abilities(node_ids: frozenset[int] | None) -> list[Ability]:
    """Everybody at work in these nodes (None = everywhere), with what they can and when they work."""
    found = Technician.objects.select_related("person", "node").filter(
        retired_at__isnull=True, person__is_active=True
    )
    if node_ids is not None:
        found = found.filter(node_id__in=node_ids)
    rows = list(found.order_by("number"))
    ids = [row.id for row in rows]
    skills: dict[int, dict[tuple[str, str], int]] = {}
    for skill in Skill.objects.filter(technician_id__in=ids):
        skills.setdefault(skill.technician_id, {})[(skill.category, skill.kind)] = skill.level
    permits: dict[int, dict[str, date]] = {}
    for permit in Certificate.objects.filter(technician_id__in=ids, retired_at__isnull=True):
        held = permits.setdefault(permit.technician_id, {})
        held[permit.kind] = max(permit.valid_until, held.get(permit.kind, permit.valid_until))
    shifts: dict[int, dict[int, list[tuple[time, time]]]] = {}
    for shift in Shift.objects.filter(technician_id__in=ids).order_by("begins"):
        shifts.setdefault(shift.technician_id, {}).setdefault(shift.weekday, []).append(
            (shift.begins, shift.ends)
        )
    return [
        Ability(
            id=row.id,
            person_id=row.person_id,
            name=row.person.name,
            node_id=row.node_id,
            partner=row.node.authorised,
            latitude=row.latitude,
            longitude=row.longitude,
            max_jobs=row.max_jobs,
            skills=skills.get(row.id, {}),
            certificates=permits.get(row.id, {}),
            shifts=shifts.get(row.id, {}),
        )
        for row in rows
    ]


def busy_between(
    technician_ids: list[int], begins: datetime, ends: datetime, *, now: datetime | None = None
) -> dict[int, list[tuple[int, int]]]:
    """When these technicians are taken, as epoch seconds [from, until), in order; without the reservations that have
    ended by `now`, where it is told."""
    taken: dict[int, list[tuple[int, int]]] = {}
    for row in taken_between(technician_ids, begins, ends, now=now):
        taken.setdefault(row.technician_id, []).append((row.begins, row.ends))
    return taken


def taken_between(
    technician_ids: Collection[int], begins: datetime, ends: datetime, *, now: datetime | None = None
) -> list[Busy]:
    """The same as rows, with what each is for."""
    rows = Busy.objects.filter(
        technician_id__in=technician_ids, begins__lt=int(ends.timestamp()), ends__gt=int(begins.timestamp())
    )
    if now is not None:
        rows = rows.exclude(why=Busy.HOLD, expires__lte=int(now.timestamp()))
    return list(rows.order_by("begins"))


def visits_between(technician_ids: list[int], begins: datetime, ends: datetime) -> list[tuple[int, int, int]]:
    """(technician, visit, begin in epoch seconds) of the visits for which their time is taken."""
    rows = Busy.objects.filter(
        technician_id__in=technician_ids,
        why=Busy.VISIT,
        begins__lt=int(ends.timestamp()),
        ends__gt=int(begins.timestamp()),
    )
    return list(rows.values_list("technician_id", "subject_id", "begins"))


def certificates_of(technician_id: int) -> list[Certificate]:
    """One technician's certificates, the one that ends first first."""
    held = Certificate.objects.filter(technician_id=technician_id, retired_at__isnull=True)
    return list(held.order_by("valid_until"))


def at_work_in(node_ids: frozenset[int]) -> int:
    """How many technicians in use these nodes have."""
    return Technician.objects.filter(node_id__in=node_ids, retired_at__isnull=True).count()


def skilled_in(category: str, kind: str = "") -> int:
    """How many technicians in use have a skill for a category (and kind of work)."""
    found = Skill.objects.filter(category=category, technician__retired_at__isnull=True)
    found = found.filter(kind=kind) if kind else found
    return found.values("technician_id").distinct().count()


def holding(certificate: str) -> int:
    """How many technicians in use hold a permit of this kind, valid or not."""
    found = Certificate.objects.filter(kind=certificate, retired_at__isnull=True)
    return found.filter(technician__retired_at__isnull=True).values("technician_id").distinct().count()


def skills_of(technician_id: int) -> list[Skill]:
    return list(Skill.objects.filter(technician_id=technician_id).order_by("category", "kind"))


def shift_rows_of(technician_id: int) -> list[Shift]:
    return list(Shift.objects.filter(technician_id=technician_id).order_by("weekday", "begins"))


def leave_of(technician_id: int, *, since: datetime) -> list[Busy]:
    """One technician's leave that ends after `since`, the earliest first."""
    leave = Busy.objects.filter(technician_id=technician_id, why=Busy.LEAVE, ends__gt=int(since.timestamp()))
    return list(leave.order_by("begins"))


def leave_between(technician_ids: list[int], begins: datetime, ends: datetime) -> list[Busy]:
    """Their leave that touches [begins, ends), in order."""
    found = Busy.objects.filter(technician_id__in=technician_ids, why=Busy.LEAVE)
    touching = found.filter(begins__lt=int(ends.timestamp()), ends__gt=int(begins.timestamp()))
    return list(touching.order_by("begins"))


def skill_levels(kind: str) -> dict[tuple[int, str], Skill]:
    """(technician, category) → their skill for one kind of work."""
    return {(row.technician_id, row.category): row for row in Skill.objects.filter(kind=kind)}


def shifts_of(technician_id: int) -> dict[int, list[tuple[time, time]]]:
    """One technician's hours: weekday (0 = Monday) → spans."""
    found: dict[int, list[tuple[time, time]]] = {}
    for shift in Shift.objects.filter(technician_id=technician_id).order_by("weekday", "begins"):
        found.setdefault(shift.weekday, []).append((shift.begins, shift.ends))
    return found


def technicians_listed(search: str = "") -> QuerySet[Technician]:
    """Every technician, retired ones too, for their register."""
    return Technician.objects.select_related("person", "node").filter(_named(search, ""))


def skills_listed(search: str = "") -> QuerySet[Skill]:
    return Skill.objects.select_related("technician__person").filter(_named(search, "technician__"))


def certificates_listed(search: str = "") -> QuerySet[Certificate]:
    return Certificate.objects.select_related("technician__person").filter(_named(search, "technician__"))


def shifts_listed(search: str = "") -> QuerySet[Shift]:
    return Shift.objects.select_related("technician__person").filter(_named(search, "technician__"))


def leave_listed(search: str = "") -> QuerySet[Busy]:
    leave = Busy.objects.select_related("technician__person").filter(why=Busy.LEAVE)
    return leave.filter(_named(search, "technician__"))


def _named(search: str, through: str) -> Q:
    return Q(**{f"{through}number__icontains": search}) | Q(**{f"{through}person__name__icontains": search})
