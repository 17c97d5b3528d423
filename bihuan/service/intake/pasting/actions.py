"""Taking a pasted message in, once."""

from datetime import datetime

from django.db import IntegrityError, transaction

from bihuan.ground.journal.event import Actor
from bihuan.registers.organisation.models import Node
from bihuan.service.intake.actions import receive
from bihuan.service.intake.errors import SameKeyOtherBody
from bihuan.service.intake.models import Pasted, Report
from bihuan.service.intake.pasting.queries import SCOPE, taken_before
from bihuan.service.intake.told import Told


def take_in(
    told: Told,
    *,
    mark: str,
    by: Actor,
    node: Node,
    now: datetime,
    taken_by: int | None,
    sent_at: datetime | None,
) -> Report:
    """Write down what a pasted message says; the same message again finds its report, however it was mended since.

    `sent_at` is when the message itself says it was sent; a clock that is ahead is not believed.
    """
    try:
        return receive(
            told,
            by=by,
            node=node,
            now=now,
            taken_by=taken_by,
            once=(SCOPE, mark),
            received_at=min(sent_at, now) if sent_at else now,
        )
    except SameKeyOtherBody:
        held = taken_before(mark)
        if held is None:
            raise
        return held


def let_go(report_id: int) -> None:
    """What was taken in was withdrawn: the same message may be taken in again."""
    Report.objects.filter(id=report_id).update(once_print=None, asked_print="")


def note_joined(mark: str, *, number: str, now: datetime) -> bool:
    """Say that this message was added to a case; False when it was before. Call inside the joining's transaction."""
    try:
        with transaction.atomic():
            Pasted.objects.create(print=mark, number=number, at=now)
    except IntegrityError:
        return False
    return True
