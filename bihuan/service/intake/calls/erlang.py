"""How long a caller waits: Erlang's formula for a queue (Erlang C). Callers come at random, take about as long each,
and nobody gives up: so it says rather too much than too little."""

from dataclasses import dataclass
from math import exp


@dataclass(frozen=True, kw_only=True)
class Load:
    """What comes in: `calls_per_hour`, `talk_seconds` (mean time one call takes), `agents` at work."""

    calls_per_hour: float
    talk_seconds: float
    agents: int

    @property
    def erlangs(self) -> float:
        """How many agents would be busy all the time."""
        return self.calls_per_hour / 3600 * self.talk_seconds

    @property
    def is_stable(self) -> bool:
        """Whether the queue ever ends: less work comes in than the agents can do."""
        return self.agents > 0 and self.erlangs < self.agents


def must_wait(load: Load) -> float | None:
    """The chance that a caller has to wait at all; None when there is no stable estimate."""
    if not load.is_stable:
        return None
    busy = 1.0  # Erlang B, step by step: no factorials
    for agents in range(1, load.agents + 1):
        busy = load.erlangs * busy / (agents + load.erlangs * busy)
    use = load.erlangs / load.agents
    return busy / (1 - use + use * busy)


def mean_wait(load: Load) -> float | None:
    """Mean seconds until a call is answered, over all calls; None when there is no stable estimate."""
    waits = must_wait(load)
    return None if waits is None else waits * load.talk_seconds / (load.agents - load.erlangs)


def answered_within(load: Load, seconds: float) -> float | None:
    """The share of calls answered within so many seconds; None when there is no stable estimate."""
    waits = must_wait(load)
    if waits is None:
        return None
    if load.talk_seconds <= 0:
        return 1.0
    return 1 - waits * exp(-(load.agents - load.erlangs) * seconds / load.talk_seconds)


def wait_at(load: Load, *, ahead: int) -> float | None:
    """Seconds that a caller with so many before them waits while all agents talk; None when the queue does not end."""
    return (ahead + 1) * load.talk_seconds / load.agents if load.is_stable else None
