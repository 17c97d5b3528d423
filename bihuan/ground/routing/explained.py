"""An explanation of a visit, or of a job that nobody does, as JSON."""

from typing import Any

from bihuan.ground.routing.explain import Alternative, Assigned, Cost, Explaining, Fact
from bihuan.ground.routing.model import Id
from bihuan.ground.routing.plans import Plan, written
from bihuan.ground.routing.why import Reason

PARTS = ("travel", "change", "preference", "balance", "overtime")


def answered(explaining: Explaining, plan: Plan, job: Id) -> dict[str, Any]:
    """Why a job is done by whom and when, or why by nobody. Raises KeyError for one that is unknown."""
    found = explaining.assigned(job)
    if found is not None:
        return told(found)
    return next(one for one in written(plan, setup_seconds=0)["unserved"] if one["job"] == job)


def told(one: Assigned) -> dict[str, Any]:
    """An explanation as JSON."""
    return {
        "job": one.job,
        "technician": one.technician,
        "start": one.start,
        "window": None if one.window is None else list(one.window),
        "slack": one.slack,
        "policy": one.policy,
        "cost": _cost(one.cost) | {"rank": one.rank, "feasible": one.feasible},
        "because": [_fact(fact) for fact in one.because],
        "alternatives": [_alternative(other, one.cost) for other in one.alternatives],
        "rejected": [_rejected(reason) for reason in one.rejected],
    }


def _cost(one: Cost) -> dict[str, Any]:
    return {name: getattr(one, name) for name in (*PARTS, "total")}


def _fact(one: Fact) -> dict[str, Any]:
    said = {"kind": one.kind, "about": one.about, "need": one.need, "have": one.have}
    return {name: value for name, value in said.items() if value not in ("", None)}


def _alternative(one: Alternative, own: Cost) -> dict[str, Any]:
    """What is worse: the parts of the cost that are more, and that it begins later."""
    mine, theirs = _cost(own), _cost(one.cost)
    worse = {name: theirs[name] - mine[name] for name in PARTS if theirs[name] > mine[name]}
    if one.later > 0:
        worse["start"] = one.later
    return {
        "technician": one.technician,
        "start": one.start,
        "cost": theirs,
        "extra": one.extra,
        "worse": worse,
    }


def _rejected(one: Reason) -> dict[str, Any]:
    said = {
        "rule": one.rule.value,
        "technician": one.technician,
        "need": one.need,
        "have": one.have,
        "short_by": one.short_by,
    }
    return said | ({"about": one.about} if one.about else {})
