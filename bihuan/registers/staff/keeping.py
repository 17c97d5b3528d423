"""Keeping the technicians: skills, permits, weekly hours and leave."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.keeping import held, keep_row, retire_row, unretire_row
from bihuan.registers.staff.actions import take_time
from bihuan.registers.staff.models import Busy, Certificate, Shift, Skill, Technician

TECHNICIAN = frozenset({"person_id", "node_id", "number", "latitude", "longitude", "max_jobs"})
SKILL = frozenset({"technician_id", "category", "kind", "level"})
CERTIFICATE = frozenset({"technician_id", "kind", "number", "valid_until"})
SHIFT = frozenset({"technician_id", "weekday", "begins", "ends"})


@transaction.atomic
def keep_technician(technician_id: int | None, **told: Any) -> Technician:
    """Whoever goes to customers holds the role for it."""
    person = Person.objects.filter(id=told.get("person_id") or 0).first()
    if "person_id" in told and (person is None or Role.TECHNICIAN not in person.roles):
        raise ValidationError({"person_id": _("This person does not have the role of a technician.")})
    return keep_row(Technician, technician_id, told, fields=TECHNICIAN)


def retire_technician(technician_id: int, *, now: datetime) -> None:
    """No new work is given to them; what they did keeps their name."""
    Technician.objects.filter(id=technician_id, retired_at__isnull=True).update(retired_at=now)


@transaction.atomic
def unretire_technician(technician_id: int) -> Technician:
    """They get work again; the person must be able to sign in, and their service point be in use."""
    row = held(Technician, technician_id)
    if not row.person.is_active:
        raise ValidationError(_("This person may not sign in any more. Let them sign in again first."))
    if row.node.retired_at is not None:
        raise ValidationError(
            _("%(name)s is out of use. Choose another service point first.") % {"name": row.node.name}
        )
    return unretire_row(Technician, technician_id)


def keep_skill(skill_id: int | None, **told: Any) -> Skill:
    if not 1 <= told.get("level", 1) <= 3:
        raise ValidationError({"level": _("A level is 1, 2 or 3.")})
    return keep_row(Skill, skill_id, told, fields=SKILL)


def drop_skill(skill_id: int) -> None:
    Skill.objects.filter(id=skill_id).delete()


def keep_certificate(certificate_id: int | None, **told: Any) -> Certificate:
    return keep_row(Certificate, certificate_id, told, fields=CERTIFICATE)


def drop_certificate(certificate_id: int, *, now: datetime) -> None:
    """A permit that was taken back counts no more. One that ran out may stay: its last day is over."""
    retire_row(Certificate, certificate_id, now=now)


def give_certificate_back(certificate_id: int) -> Certificate:
    return unretire_row(Certificate, certificate_id)


@transaction.atomic
def keep_shift(shift_id: int | None, **told: Any) -> Shift:
    kept = keep_row(Shift, shift_id, told, fields=SHIFT)
    same_day = Shift.objects.filter(technician_id=kept.technician_id, weekday=kept.weekday).exclude(
        id=kept.id
    )
    if same_day.filter(begins__lt=kept.ends, ends__gt=kept.begins).exists():
        raise ValidationError(_("These hours overlap with others of the same day."))
    return kept


def drop_shift(shift_id: int) -> None:
    Shift.objects.filter(id=shift_id).delete()


@transaction.atomic
def give_leave(technician_id: int, *, begins: datetime, ends: datetime) -> Busy:
    """Time off, to the second; refused where a visit is booked: it has to be re-booked first."""
    if ends <= begins:
        raise ValidationError({"ends": _("The end lies after the beginning.")})
    held_technician = held(Technician, technician_id)
    return take_time(held_technician.id, begins=begins, ends=ends, why=Busy.LEAVE)


def take_leave_back(busy_id: int) -> None:
    Busy.objects.filter(id=busy_id, why=Busy.LEAVE).delete()
