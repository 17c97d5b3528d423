"""How an event is tied to what it wakes. The story itself is told in `flow.py`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.ground.journal.event import Event, Fact

type Reaction[E: Event] = Callable[[Fact[E]], object]


@dataclass(frozen=True)
class Wakes:
    """`at_once` shares the event's transaction and only writes rows; `later` runs after commit,
    at least once until it succeeds, its writes exactly once. What is `urgent` goes before the rest that waits."""

    at_once: tuple[Reaction[Any], ...] = ()
    later: tuple[Reaction[Any], ...] = ()
    urgent: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the story; `event` is None for what hears everything."""

    event: type[Event] | None
    wakes: Wakes


def on[E: Event](
    event: type[E],
    *,
    at_once: Sequence[Reaction[E]] = (),
    later: Sequence[Reaction[E]] = (),
    urgent: bool = False,
) -> Line:
    return Line(event, Wakes(tuple(at_once), tuple(later), urgent))


def on_every(*at_once: Reaction[Any]) -> Line:
    return Line(None, Wakes(tuple(at_once)))


def name_of(reaction: Reaction[Any]) -> str:
    """The name under which a later reaction is written down: `room.module.function` below the house."""
    return f"{reaction.__module__}.{getattr(reaction, '__qualname__', 'reaction')}"


class Story:
    """All lines, in the order told."""

    def __init__(self) -> None:
        self._by_event: dict[type[Event], list[Wakes]] = {}
        self._every: list[Wakes] = []
        self._later: dict[str, Reaction[Any]] = {}
        self._urgent: set[str] = set()

    def follow(self, lines: Iterable[Line]) -> None:
        """Called once, at start-up, with the whole story; calling again tells it anew."""
        self._by_event, self._every, self._later, self._urgent = {}, [], {}, set()
        for line in lines:
            if line.event is None:
                self._every.append(line.wakes)
            else:
                self._by_event.setdefault(line.event, []).append(line.wakes)
            named = {name_of(reaction): reaction for reaction in line.wakes.later}
            self._later |= named
            self._urgent |= set(named) if line.wakes.urgent else set()

    def events(self) -> frozenset[type[Event]]:
        return frozenset(self._by_event)

    def at_once(self, event: Event) -> list[Reaction[Any]]:
        """Whoever hears everything comes first: an event is heard before whatever it leads to, in the order in which
        the journal has them."""
        wakes = [*self._every, *self._by_event.get(type(event), ())]
        return [reaction for one in wakes for reaction in one.at_once]

    def later(self, event: Event) -> list[str]:
        return [name_of(reaction) for one in self._by_event.get(type(event), ()) for reaction in one.later]

    def reaction(self, name: str) -> Reaction[Any]:
        return self._later[name]

    def is_urgent(self, name: str) -> bool:
        return name in self._urgent


STORY = Story()
