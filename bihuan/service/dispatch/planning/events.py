"""What happens to the plan of a day as a whole, and to what is proposed for it."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class PlanPublished(Event):
    """The day is told to its technicians as it stands. The subject is the plan; `persons` are those with work."""

    kind = "plan.published"
    node_id: int
    day: str
    plan_version: int
    persons: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeRefused(Event):
    """A person did not agree to what was proposed for a case on the plan. The subject is the case."""

    kind = "dispatch.change_refused"
    proposal_id: int
    technician_id: int
    reason: str
