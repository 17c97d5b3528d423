"""Where a message ends in the daily closing when it is no report of its own. A person needs a reason."""

from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import Actor
from bihuan.ground.vault.actions import keys_for
from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.errors import MessageSettledMeanwhile, ReasonMissing, ReportRefused
from bihuan.service.intake.events import MessageQuarantined, MessageSettled
from bihuan.service.intake.models import RawMessage

OPEN = (RawMessage.WAITING, RawMessage.QUARANTINED)
BY_A_PERSON = (RawMessage.ANSWERED, RawMessage.DUPLICATE, RawMessage.SPAM, RawMessage.AUTOMATIC)
LONGEST_REASON = 500


@transaction.atomic
def settle(message: RawMessage, state: str, *, reason: str, by: Actor, now: datetime) -> bool:
    """Give an open message its place; `reason` is a code. False when somebody did so meanwhile."""
    mine = RawMessage.objects.filter(id=message.id, state__in=OPEN).update(
        state=state, reason=reason[:40], settled_at=now
    )
    if mine:
        message.state, message.reason = state, reason[:40]
        record(MessageSettled(subject_id=message.id, state=state, reason=reason[:40]), by=by, now=now)
    return bool(mine)


@transaction.atomic
def quarantine(message: RawMessage, reason: str, *, trouble: str = "", by: Actor, now: datetime) -> None:
    """Keep it for a person to look at. `trouble` tells where it went wrong, never what it says."""
    mine = RawMessage.objects.filter(id=message.id, state=RawMessage.WAITING).update(
        state=RawMessage.QUARANTINED, reason=reason[:40], trouble=trouble
    )
    if mine:
        message.state, message.reason = RawMessage.QUARANTINED, reason[:40]
        record(MessageQuarantined(subject_id=message.id, reason=reason[:40]), by=by, now=now)


@transaction.atomic
def decide(
    viewer: Viewer, message: RawMessage, state: str, *, why: str, now: datetime, same_as: int | None = None
) -> None:
    """A person takes a message out of the quarantine, and says why. ReasonMissing without that;
    MessageSettledMeanwhile when somebody else was quicker."""
    viewer.must("message.decide")
    if not why.strip():
        raise ReasonMissing
    if state not in BY_A_PERSON:
        raise ReportRefused([])
    sealed = keys_for([message.key_id]).seal(message.key_id, why.strip()[:LONGEST_REASON])
    if not settle(message, state, reason="by_a_person", by=viewer.actor, now=now):
        raise MessageSettledMeanwhile
    RawMessage.objects.filter(id=message.id).update(
        why_sealed=sealed, settled_by_id=viewer.person_id, same_as_id=same_as
    )
