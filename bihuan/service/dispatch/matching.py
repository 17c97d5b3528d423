"""The waiting queue: what nobody could take is matched again, the oldest promise first, whenever somebody frees."""

from datetime import datetime

from bihuan.ground.journal.event import Fact
from bihuan.registers.access.events import RegisterChanged
from bihuan.service.cases.events import CaseClosed
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.assigning import find_somebody
from bihuan.service.dispatch.deciding.queue import due, stop_waiting, wait_for, wake
from bihuan.service.dispatch.events import (
    CaseReturned,
    JobRefused,
    MateRefused,
    SlotGivenUp,
    TechnicianReleased,
)
from bihuan.service.dispatch.offering import case_to_offer, offer_by_itself, standing_offer, waits_for_point

LOOKED_AT = 100  # cases in one turn of the clock
PEOPLE = frozenset(
    {
        "leave",
        "capacity",
        "shifts",
        "technicians",
        "skills",
        "certificates",
        "licences",
        "requirements",
        "conditions",
        "heat-limits",
        "hot-days",
        "nodes",
        "coverage",
        "authorisations",
    }
)


def match_waiting(now: datetime) -> int:
    """A sweep: look again at what waits, the oldest promise first. Returns how many found somebody. Safe to repeat:
    what has found somebody waits no more."""
    found = []
    for case_id in due(now, at_most=LOOKED_AT):
        if _look(case_id, now=now):
            found.append(case_id)
    return len(found)


def _look(case_id: int, *, now: datetime) -> bool:
    case = case_to_offer(case_id)
    if case.open and waits_for_point(case) and standing_offer(case_id) is None:
        offer_by_itself(case, now=now)
        done = standing_offer(case_id) is not None
    elif case.open and case.stands_at == "to_assign":
        done = find_somebody(case_id, now=now)
        if not done:
            wait_for(case, now=now)
            return False
    else:
        stop_waiting([case_id])
        return False
    if done:
        stop_waiting([case_id])
    return done


def hear_freed(
    fact: Fact[SlotGivenUp | TechnicianReleased | MateRefused | JobRefused | CaseReturned | CaseClosed],
) -> None:
    """At once, when a visit is given up, a technician is released, or a case ends: somebody has time again."""
    case = Case.objects.select_related("node").filter(id=fact.event.subject_id).first()
    if case is not None:
        wake(fact.recorded_at, node_path=case.node.path)


def hear_changed(fact: Fact[RegisterChanged]) -> None:
    """At once, when who works, when, or what they may was changed: leave that ends, a new shift, a new permit."""
    if fact.event.register in PEOPLE:
        wake(fact.recorded_at)
