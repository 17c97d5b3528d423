"""Taking and giving back a technician's time."""

from datetime import datetime

from django.db import IntegrityError, transaction

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
