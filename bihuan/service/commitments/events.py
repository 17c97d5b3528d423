"""What happens to promises. The subject is always the case, whose chain they are written on."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class PromisesMade(Event):
    kind = "promise.made"
    promises: tuple[int, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PromiseKept(Event):
    """What was promised happened; `late` when its time was over."""

    kind = "promise.kept"
    promise_id: int
    clause: str
    late: bool


@dataclass(frozen=True, kw_only=True)
class PromiseAtRisk(Event):
    kind = "promise.at_risk"
    promise_id: int
    clause: str


@dataclass(frozen=True, kw_only=True)
class PromiseBroken(Event):
    kind = "promise.broken"
    promise_id: int
    clause: str


@dataclass(frozen=True, kw_only=True)
class BreachWithdrawn(Event):
    """A late fact proved that the promise had been kept in time."""

    kind = "promise.breach_withdrawn"
    promise_id: int
    clause: str


@dataclass(frozen=True, kw_only=True)
class PromisesVoided(Event):
    """What was promised is not asked for any more: the case was withdrawn or taken another way."""

    kind = "promise.voided"
    promises: tuple[int, ...]


PROMISE_EVENTS = (PromisesMade, PromiseKept, PromiseAtRisk, PromiseBroken, BreachWithdrawn, PromisesVoided)
