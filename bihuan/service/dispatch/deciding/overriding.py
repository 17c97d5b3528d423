"""What a dispatcher chose instead of the best, kept with the reason so that it can be measured."""

from datetime import datetime

from bihuan.ground.journal.actions import record
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.deciding.events import BestPassedOver
from bihuan.service.dispatch.deciding.models import Override
from bihuan.service.dispatch.errors import ReasonUnknown, SayWhyNotBest
from bihuan.service.dispatch.rules import Choice
from bihuan.service.dispatch.words import OVERRIDE_REASONS

NOT_SAID = "not_said"


def refuse_unsaid(choice: Choice, chosen: int, *, why: str) -> None:
    """Before a person's choice is carried out: whoever passes the best over must say why."""
    if choice.best is not None and choice.best.id != chosen and why not in OVERRIDE_REASONS:
        raise SayWhyNotBest(choice.best.name)


def note_override(
    case: Case,
    choice: Choice,
    *,
    stage: str,
    chosen: int,
    reason: str,
    doer: Doer,
    now: datetime,
    instead_of: int = 0,
) -> Override | None:
    """Keep that a person chose somebody else than the best; None when they chose the best, or nobody fitted.

    `instead_of`: who goes now and shall not; they are not the best any more.
    """
    if reason and reason not in OVERRIDE_REASONS:
        raise ReasonUnknown
    order = [one.id for one in choice.candidates if one.id != instead_of]
    if doer.by.kind != "staff" or not order or order[0] == chosen:
        return None
    made = Override.objects.create(
        case=case,
        stage=stage,
        chosen=chosen,
        best=order[0],
        place=order.index(chosen) + 1 if chosen in order else 0,
        reason=reason or NOT_SAID,
        made_at=now,
        made_by=doer.by.id,
    )
    told = BestPassedOver(subject_id=case.id, stage=stage, chosen=chosen, best=order[0], reason=made.reason)
    record(told, by=doer.by, now=now, chain=case.chain_id)
    return made
