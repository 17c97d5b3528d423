"""A customer hands a machine in over a counter, before anybody was sent anywhere."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.ground.journal.actions import hold_chain, record, writing
from bihuan.ground.journal.event import Actor
from bihuan.service.cases import talking
from bihuan.service.cases.actions import tick
from bihuan.service.cases.models import Case, Tick
from bihuan.service.cases.needs import Need
from bihuan.service.fieldwork.errors import FieldLacks
from bihuan.service.fieldwork.events import MachineReceived


@transaction.atomic
def hand_in(case: Case, looks: str, *, by: Actor, now: datetime) -> bool:
    """Write down that the machine is with us: its looks and accessories, for the receipt. False when it was written
    down before. FieldLacks without words."""
    if not looks.strip():
        raise FieldLacks("receipt", _("Write down looks and accessories for the receipt."))
    hold_chain(case.chain_id)
    if Tick.objects.filter(case=case, need=Need.MACHINE_RECEIVED).exists():
        return False
    with writing():
        tick(case, Need.MACHINE_RECEIVED, by=by, now=now)
        received = MachineReceived(subject_id=case.id, work_id=0)
        record(received, by=by, now=now, chain=case.chain_id)
        talking.note(case, _("Handed in over the counter: %(looks)s") % {"looks": looks}, by=by, now=now)
    return True
