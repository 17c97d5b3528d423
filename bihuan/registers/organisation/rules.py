"""Who serves which street: what is left out, and where two service points stand on the same ground. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """What one service point serves: a district, or one street of it; a blank category or kind is every one."""

    node_id: int
    city: str
    district: str
    street: str = ""
    category: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Ground:
    """One street of a district (blank: the rest of the district). `by` are the service points that come first there,
    `also` those that come after them."""

    street: str
    by: tuple[int, ...]
    also: tuple[int, ...] = ()

    @property
    def is_gap(self) -> bool:
        return not self.by

    @property
    def is_overlap(self) -> bool:
        """Whether several come first: who gets the work is then decided by load and distance."""
        return len(self.by) > 1


def grounds(
    lines: Iterable[Line],
    streets: Sequence[str],
    *,
    city: str,
    district: str,
    category: str = "",
    kind: str = "",
) -> list[Ground]:
    """Every street of a district with who serves it, then the rest of the district.

    `streets` are all that are known; those that only a line names are added. Whoever names the street comes before
    whoever serves the whole district. `category`, `kind` blank: whoever does any work there.
    """
    here = [
        one for one in lines if (one.city, one.district) == (city, district) and _fits(one, category, kind)
    ]
    whole = _nodes(one for one in here if not one.street)
    names = dict.fromkeys([*streets, *sorted({one.street for one in here if one.street})])
    found = [_ground(name, here, whole) for name in names]
    return [*found, Ground(street="", by=whole)]


def _ground(street: str, here: Sequence[Line], whole: tuple[int, ...]) -> Ground:
    named = _nodes(one for one in here if one.street == street)
    if not named:
        return Ground(street=street, by=whole)
    return Ground(street=street, by=named, also=tuple(one for one in whole if one not in named))


def _fits(line: Line, category: str, kind: str) -> bool:
    return (not category or line.category in ("", category)) and (not kind or line.kind in ("", kind))


def _nodes(lines: Iterable[Line]) -> tuple[int, ...]:
    return tuple(sorted({line.node_id for line in lines}))
