"""Taking and giving back a technician's time."""

from collections.abc import Mapping
from datetime import UTC, datetime

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


def retime(technician_id: int, times: Mapping[int, tuple[int, int]]) -> None:
    """Give visits of a technician other times, [from, until) in epoch seconds, all at once; refused when any is
    taken."""
    if not times:
        return
    try:
        with transaction.atomic():
            Busy.objects.filter(technician_id=technician_id, why=Busy.VISIT, subject_id__in=times).delete()
            Busy.objects.bulk_create(
                Busy(technician_id=technician_id, begins=begins, ends=ends, why=Busy.VISIT, subject_id=visit)
                for visit, (begins, ends) in times.items()
            )
    except IntegrityError as error:
        at = [datetime.fromtimestamp(each, UTC) for span in times.values() for each in span]
        raise TechnicianBusy(min(at), max(at)) from error


def free_time(*, why: str, subject_id: int) -> int:
    """Give back what was booked for this visit or leave. Returns how many bookings that were."""
    return Busy.objects.filter(why=why, subject_id=subject_id).delete()[0]


def free_time_of(technician_id: int, *, why: str, subject_id: int) -> int:
    """The same for one of several technicians. Returns how many bookings that were."""
    mine = Busy.objects.filter(technician_id=technician_id, why=why, subject_id=subject_id)
    return mine.delete()[0]


def hold_time(
    technician_id: int,
    *,
    begins: datetime,
    ends: datetime,
    slot_from: datetime,
    subject_id: int,
    until: datetime,
) -> Busy:
    """Keep [begins, ends) free for somebody who decides, until then; refused when any of it is taken."""
    held = take_time(technician_id, begins=begins, ends=ends, why=Busy.HOLD, subject_id=subject_id)
    held.expires, held.slot_from = int(until.timestamp()), int(slot_from.timestamp())
    held.save(update_fields=["expires", "slot_from"])
    return held


def drop_holds(*, subject_id: int, technician_id: int, now: datetime) -> int:
    """Give back what is kept for this subject, and of this technician what was kept too long. Returns how many."""
    over = Q(technician_id=technician_id, expires__lte=int(now.timestamp()))
    return Busy.objects.filter(over | Q(subject_id=subject_id), why=Busy.HOLD).delete()[0]


def drop_expired_holds(now: datetime) -> int:
    """A sweep: reservations that nobody made a booking of. Returns how many."""
    return Busy.objects.filter(why=Busy.HOLD, expires__lte=int(now.timestamp())).delete()[0]
