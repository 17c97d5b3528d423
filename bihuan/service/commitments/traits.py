"""What a case is, as the scopes of clauses ask it."""

from bihuan.service.cases.models import Case
from bihuan.service.commitments.clause import Traits


def traits_of(case: Case, asked: frozenset[str]) -> Traits:
    """The traits of a case by which clauses are chosen. What costs a statement is asked only when a scope in force
    names it."""
    told = {
        "work": {case.kind},
        "urgency": {case.urgency},
        "channel": {case.channel},
        "category": {case.category},
        "grade": {case.grade},
        "region": {case.city, case.district},
    }
    if "tier" in asked:
        told["tier"] = {case.customer.tier}
    return {trait: frozenset(values - {""}) for trait, values in told.items()}


def as_traits(told: dict[str, str]) -> Traits:
    """Traits that somebody names one by one."""
    return {trait: frozenset({value}) for trait, value in told.items() if value}
