"""Taking and giving back a technician's time."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from bihuan.registers.staff.errors import TechnicianBusy
from bihuan.registers.staff.models import Busy


def take_time(technician_id: int, *, begins: datetime, ends: datetime, why: str, subject_id: int = 0) -> Busy:
    """Book [begins, ends) of a technician, to the second; refused when any of it is taken."""
    try:
        with transaction.atomic():
            return Busy.objects.create(
                technician_id=technician_id,
                begins=int(begins.timestamp()),
                ends=int(ends.timestamp()),
                why=why,
                subject_id=subject_id,
            )
    except IntegrityError as error:
        raise TechnicianBusy(begins, ends) from error


def free_time(*, why: str, subject_id: int) -> int:
    """Give back what was booked for this visit or leave. Returns how many bookings that were."""
    return Busy.objects.filter(why=why, subject_id=subject_id).delete()[0]


def free_time_of(technician_id: int, *, why: str, subject_id: int) -> int:
    """The same for one of several technicians. Returns how many bookings that were."""
    mine = Busy.objects.filter(technician_id=technician_id, why=why, subject_id=subject_id)
    return mine.delete()[0]


def hold_time(
    technician_id: int, *, begins: datetime, ends: datetime, subject_id: int, until: datetime
) -> Busy:
    """Keep [begins, ends) free for somebody who decides, until then; refused when any of it is taken."""
    held = take_time(technician_id, begins=begins, ends=ends, why=Busy.HOLD, subject_id=subject_id)
    Busy.objects.filter(id=held.id).update(expires=int(until.timestamp()))
    held.expires = int(until.timestamp())
    return held


def drop_holds(*, subject_id: int, technician_id: int, now: datetime) -> int:
    """Give back what is kept for this subject, and of this technician what was kept too long. Returns how many."""
    over = Q(technician_id=technician_id, expires__lte=int(now.timestamp()))
    return Busy.objects.filter(over | Q(subject_id=subject_id), why=Busy.HOLD).delete()[0]


def drop_expired_holds(now: datetime) -> int:
    """A sweep: reservations that nobody made a booking of. Returns how many."""
    return Busy.objects.filter(why=Busy.HOLD, expires__lte=int(now.timestamp())).delete()[0]
