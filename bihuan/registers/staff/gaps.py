"""What technicians still lack before a plan can use them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from bihuan.registers.staff.models import Certificate, Shift, Skill, Technician


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """A technician at work, and whether they have any skill, any shift, and a phone."""

    id: int
    name: str
    skills: bool
    shifts: bool
    phone: bool


@dataclass(frozen=True, kw_only=True)
class RunsOut:
    """A technician's permit with its last day (inclusive)."""

    name: str
    kind: str
    valid_until: date


def point_numbers_with_technicians() -> frozenset[int]:
    """The service points from which somebody goes out."""
    rows = Technician.objects.filter(retired_at__isnull=True, person__is_active=True)
    return frozenset(rows.values_list("node_id", flat=True))


def technicians_lacking() -> list[Lacking]:
    """Those without skills, shifts or a phone, by number."""
    rows = Technician.objects.filter(retired_at__isnull=True, person__is_active=True).annotate(
        skilled=Exists(Skill.objects.filter(technician=OuterRef("id"))),
        shifted=Exists(Shift.objects.filter(technician=OuterRef("id"))),
    )
    told = rows.order_by("number").values_list("id", "person__name", "skilled", "shifted", "person__phone")
    return [
        Lacking(id=row_id, name=name, skills=skilled, shifts=shifted, phone=bool(phone))
        for row_id, name, skilled, shifted, phone in told
        if not (skilled and shifted and phone)
    ]


def permits_running_out(*, until: date) -> list[RunsOut]:
    """The permits of those at work whose last day comes by then, unless a later one of the kind is there."""
    rows = Certificate.objects.filter(
        retired_at__isnull=True, technician__retired_at__isnull=True, technician__person__is_active=True
    ).select_related("technician__person")
    newest: dict[tuple[int, str], Certificate] = {}
    for row in rows.order_by("valid_until"):
        newest[row.technician_id, row.kind] = row
    return [
        RunsOut(name=row.technician.person.name, kind=row.kind, valid_until=row.valid_until)
        for row in sorted(newest.values(), key=lambda one: (one.valid_until, one.id))
        if row.valid_until <= until
    ]
