"""What was proposed and done to put a weak point right. The subject is the proposal."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class ImprovementProposed(Event):
    """`round` counts from 1; a later round refers to the one before."""

    kind = "improvement.proposed"
    node_id: int
    owner_id: int
    round: int


@dataclass(frozen=True, kw_only=True)
class ImprovementCarriedOn(Event):
    """A phase ended: do, check or act. `decision` only after act: standard, again, dropped."""

    kind = "improvement.carried_on"
    phase: str
    decision: str = ""
