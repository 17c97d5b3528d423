"""A plan in two turns: first what must not be left, then all the rest around it.

Where far more is asked for than a day holds, a search over everything hardly ever looks at the few jobs that matter.
So they are planned alone first, and the search is long only if they do not simply fit; the plan of all begins with
them, and in tiers nothing below displaces them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bihuan.ground.routing.model import Id, Problem
from bihuan.ground.routing.plans import Plan, solve
from bihuan.ground.routing.policies import Policy
from bihuan.ground.routing.search import Budget

FIRST = 1  # the last tier of the first turn: safety, and what was promised


def solve_in_turns(
    problem: Problem,
    policy: Policy,
    budget: Budget,
    *,
    seed: int,
    start: Mapping[Id, Sequence[Id]] | None = None,
    reasons_for: Collection[Id] | None = None,
) -> Plan:
    """As `plans.solve`; at most a third of the budget is for the first turn."""
    first = [job for job in problem.jobs if policy.tier(job) <= FIRST]
    names = {job.id for job in first}
    first = [replace(job, together=None) if job.together not in names else job for job in first]
    if not policy.in_tiers or not first or len(first) == len(problem.jobs):
        return solve(problem, policy, budget, seed=seed, start=start, reasons_for=reasons_for)
    alone, least, spent = replace(problem, jobs=tuple(first)), Budget(rounds=0), budget.share(1 / 3)
    plan = solve(alone, policy, least, seed=seed, start=start, reasons_for=())
    left = budget.less(plan.seconds)
    if plan.unserved:
        told = plan.orders()
        plan = solve(alone, policy, spent, seed=seed, start=told, reasons_for=())
        left = left.less(plan.seconds, plan.rounds)
    begun = {who: list(order) for who, order in (start or {}).items()}
    for who, order in plan.orders().items():
        begun[who] = [*order, *(one for one in begun.get(who, ()) if one not in names)]
    return solve(problem, policy, left, seed=seed, start=begun, reasons_for=reasons_for)
