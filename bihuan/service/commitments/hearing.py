"""Listening to everything that happens to a case: clocks end, begin, rest, and are exchanged."""

from datetime import datetime

from django.db.models import Min

from bihuan.ground.journal.actions import writing
from bihuan.ground.journal.event import Event, Fact
from bihuan.service.cases.events import (
    CaseClosed,
    CaseMerged,
    CaseOpened,
    CaseRested,
    CaseResumed,
    CaseUnmerged,
)
from bihuan.service.cases.models import Case
from bihuan.service.cases.owning import set_next_due
from bihuan.service.commitments.ending import end
from bihuan.service.commitments.events import PROMISE_EVENTS
from bihuan.service.commitments.making import RESCOPING, rescope, start
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.profiles_in_use import is_heard
from bihuan.service.commitments.resting import rest
from bihuan.service.commitments.restoring import restore

ALWAYS_HEARD = RESCOPING | {
    CaseRested.kind,
    CaseResumed.kind,
    CaseClosed.kind,
    CaseMerged.kind,
    CaseUnmerged.kind,
}


def hear(fact: Fact[Event]) -> None:
    """Stop the clocks that this event stops, start those that it starts."""
    if fact.chain is None or isinstance(fact.event, PROMISE_EVENTS):
        return
    kind = fact.event.kind
    if kind not in ALWAYS_HEARD and not is_heard(fact.event):
        return
    case = fact.at_hand if isinstance(fact.at_hand, Case) else Case.objects.get(chain_id=fact.chain)
    with writing():
        if isinstance(fact.event, CaseOpened):
            set_next_due(case.id, _soonest(start(case, fact)))
            return
        changed = restore(case, fact) if isinstance(fact.event, CaseUnmerged) else end(case, fact)
        changed |= bool(start(case, fact))
        if isinstance(fact.event, CaseRested | CaseResumed):
            rest(case, fact)
            changed = True
        elif kind in RESCOPING:
            changed |= rescope(case, fact)
        if changed:
            refresh_next_due(case.id)


def _soonest(promises: list[Promise]) -> datetime | None:
    counted = [one.due_at for one in promises if one.due_at and one.open and not one.quiet]
    return min(counted, default=None)


def refresh_next_due(case_id: int) -> None:
    """Write the soonest open promise on the case's row; a broken one stays the soonest until it is made good."""
    soonest = Promise.objects.filter(case_id=case_id, open=True, quiet=False).aggregate(due=Min("due_at"))[
        "due"
    ]
    set_next_due(case_id, soonest)
