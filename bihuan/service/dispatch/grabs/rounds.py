"""A case is put up for grabs, and the round ends: taken, over, or withdrawn because the case went another way."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.service.cases.actions import case_for_change
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.choosing import workers_for
from bihuan.service.dispatch.events import GrabEnded, PutUpForGrabs
from bihuan.service.dispatch.grabs.models import Asked, Round
from bihuan.service.dispatch.policy import answer_by
from bihuan.service.dispatch.rules import Reason

SWEEP = 200


def had_round(case_id: int) -> bool:
    """Whether nobody took this case once already: it is not put up for grabs a second time."""
    return Round.objects.filter(case_id=case_id, state=Round.LAPSED).exists()


@transaction.atomic
def put_up(case: Case, *, minutes: int, now: datetime) -> Round | None:
    """Ask every technician of the service point who passes every gate; those ruled out keep the rule. None when
    there is nobody to ask. `minutes`: of contact hours."""
    case = case_for_change(case.id)
    open_round = Round.objects.filter(case=case, state=Round.OPEN).first()
    if open_round is not None:
        return open_round
    choice = workers_for(case, now=now)
    if not choice.candidates:
        return None
    made = Round.objects.create(case=case, made_at=now, until=answer_by(case, minutes=minutes, now=now))
    Asked.objects.bulk_create(
        [Asked(round=made, technician_id=one.id) for one in choice.candidates]
        + [
            Asked(round=made, technician_id=one.id, rule=one.rule.code, params=plain(one.rule))
            for one in choice.ruled_out
        ]
    )
    told = PutUpForGrabs(
        subject_id=case.id,
        round_id=made.id,
        node_id=case.node_id,
        until=int(made.until.timestamp()),
        asked=len(choice.candidates),
    )
    record(told, by=CLOCK, now=now, chain=case.chain_id)
    return made


def plain(reason: Reason) -> dict[str, Any]:
    """What a reason's sentence says, as JSON keeps it."""
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in reason.params.items()
    }


def reason_of(code: str, params: dict[str, Any]) -> Reason:
    """A reason as it was kept."""
    day = params.get("day")
    return Reason(code, params | ({"day": date.fromisoformat(day)} if isinstance(day, str) else {}))


def end(found: Round, *, how: str, by: Actor, now: datetime) -> bool:
    """Close a round without a winner. False when it was closed already: taken, over or withdrawn."""
    if not Round.objects.filter(id=found.id, state=Round.OPEN).update(state=how, ended_at=now):
        return False
    told = GrabEnded(subject_id=found.case_id, round_id=found.id, how=how)
    record(told, by=by, now=now, chain=found.case.chain_id)
    return True


def withdraw_round(case: Case, *, by: Actor, now: datetime) -> None:
    """The case goes another way: it is not up for grabs any more."""
    found = Round.objects.filter(case=case, state=Round.OPEN).first()
    if found is not None:
        found.case = case
        end(found, how=Round.WITHDRAWN, by=by, now=now)


def lapse_ungrabbed(now: datetime) -> int:
    """A sweep: what nobody grabbed in time goes back to assignment, each exactly once. Returns how many."""
    due = Round.objects.filter(state=Round.OPEN, until__lt=now).order_by("until")
    return sum(_lapse(one, now=now) for one in list(due.values_list("id", flat=True)[:SWEEP]))


@transaction.atomic
def _lapse(round_id: int, *, now: datetime) -> bool:
    case_for_change(Round.objects.values_list("case_id", flat=True).get(id=round_id))
    found = Round.objects.select_related("case").get(id=round_id)
    with writing():
        return end(found, how=Round.LAPSED, by=CLOCK, now=now)
