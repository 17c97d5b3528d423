"""What happens to promises. The subject is always the case, whose chain they are written on."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class PromisesMade(Event):
    """Written under version 1 before the ledger: those promises ended by older rules, and are not reckoned again."""

    kind = "promise.made"
    version = 2
    upcasters = {1: lambda facts: facts}
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
    """A warning. `warning` counts from 1; those that were missed meanwhile are told with it, as one."""

    kind = "promise.at_risk"
    promise_id: int
    clause: str
    warning: int = 1


@dataclass(frozen=True, kw_only=True)
class PromiseBroken(Event):
    kind = "promise.broken"
    promise_id: int
    clause: str


@dataclass(frozen=True, kw_only=True)
class PromiseEscalated(Event):
    """A step of its ladder is due: those whom the step names are told. `turn` counts its repeats from 1."""

    kind = "promise.escalated"
    promise_id: int
    clause: str
    level: int
    turn: int


@dataclass(frozen=True, kw_only=True)
class BreachWithdrawn(Event):
    """A late fact proved that the promise had been kept in time, or that its time is not over."""

    kind = "promise.breach_withdrawn"
    promise_id: int
    clause: str


@dataclass(frozen=True, kw_only=True)
class PromisesVoided(Event):
    """What was promised is not asked for any more: the case was withdrawn or taken another way."""

    kind = "promise.voided"
    promises: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PromisesRestored(Event):
    """The case was no twin after all: these are asked for again, as if they had never been let go."""

    kind = "promise.restored"
    promises: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PromiseRederived(Event):
    """Days off were published: the promise counts on this version of its calendar now. Due times in epoch seconds."""

    kind = "promise.rederived"
    promise_id: int
    calendar_version: int
    was_due: int
    due: int


@dataclass(frozen=True, kw_only=True)
class PromiseMended(Event):
    """A person had the row written anew from the journal; `columns` are those that differed."""

    kind = "promise.mended"
    promise_id: int
    clause: str
    columns: tuple[str, ...]


PROMISE_EVENTS = (
    PromisesMade,
    PromiseKept,
    PromiseAtRisk,
    PromiseBroken,
    PromiseEscalated,
    BreachWithdrawn,
    PromisesVoided,
    PromisesRestored,
    PromiseRederived,
    PromiseMended,
)
