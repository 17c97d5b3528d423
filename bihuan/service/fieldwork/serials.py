"""The body codes that a technician reads on the machine: 内机 and 外机 each have their own."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.registers.customers.actions import write_serials as write_on_machine
from bihuan.service.fieldwork.actions import lock
from bihuan.service.fieldwork.errors import FieldLacks, NotArrived, WorkIsOver
from bihuan.service.fieldwork.models import Work
from bihuan.service.searching.indexing import mark_stale

LONGEST_SERIAL = 60


@transaction.atomic
def write_serials(work: Work, numbers: Mapping[str, str], *, now: datetime) -> None:
    """Keep what was read, unit by unit; an empty answer leaves what is known."""
    told = {unit: number.strip() for unit, number in numbers.items() if number.strip()}
    case = lock(work)
    if work.finished_at is not None:
        raise WorkIsOver
    if work.arrived_at is None:
        raise NotArrived
    if not told:
        return
    if case.machine is None:
        raise FieldLacks("serial", _("This case names no machine yet. Ask the desk to add it."))
    if any(len(number) > LONGEST_SERIAL for number in told.values()):
        raise FieldLacks("serial", _("A serial has at most 60 characters."))
    write_on_machine(case.machine, told)
    mark_stale([case.customer_id])
