"""What happens when the house proposes and a person disposes. The subject is the case."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class TechnicianProposed(Event):
    """The house proposes a technician to the dispatcher."""

    kind = "dispatch.proposed"
    suggestion_id: int
    technician_id: int
    node_id: int


@dataclass(frozen=True, kw_only=True)
class ProposalRefused(Event):
    """A person did not agree; the next one is proposed."""

    kind = "dispatch.proposal_refused"
    suggestion_id: int
    technician_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class BestPassedOver(Event):
    """A person chose somebody else than the best, and said why."""

    kind = "dispatch.best_passed_over"
    stage: str
    chosen: int
    best: int
    reason: str
