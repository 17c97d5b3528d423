"""What an event is: a fact, named in the past tense, that nobody may change."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Self

type Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

KINDS: dict[str, type["Event"]] = {}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who did it, by number and never by name: staff, customer, token, or the clock."""

    kind: str
    id: int = 0


CLOCK = Actor(kind="clock")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One fact about one row. Fields are whole numbers, codes, truth values or lists of these: no floats,
    no sentence, no personal data, because a journal is never erased.

    A later shape of the same kind raises `version` and tells in `upcasters` how an older one reads.
    """

    kind: ClassVar[str] = ""
    version: ClassVar[int] = 1
    upcasters: ClassVar[Mapping[int, Upcaster]] = {}
    subject_id: int

    def __init_subclass__(cls) -> None:
        if cls.kind:
            if KINDS.get(cls.kind, cls).__qualname__ != cls.__qualname__:
                raise TypeError(f"Two events call themselves {cls.kind!r}.")
            KINDS[cls.kind] = cls

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, facts: dict[str, Any], *, version: int) -> Self:
        """The event as it was written under `version`, in today's shape."""
        for step in range(version, cls.version):
            facts = cls.upcasters[step](facts)
        known = {field.name for field in fields(cls)}
        return cls(**{name: _frozen(value) for name, value in facts.items() if name in known})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


@dataclass(frozen=True, kw_only=True)
class Fact[E: Event]:
    """An event with its circumstances, as a reaction gets it.

    `happened_at` may lie before `recorded_at`: an offline phone, an import. `at_hand` is the row that the event is
    about, when whoever recorded it held it: an at-once reaction may use it instead of asking the database.
    """

    event: E
    by: Actor
    chain: int | None
    happened_at: datetime
    recorded_at: datetime
    at_hand: object = None
