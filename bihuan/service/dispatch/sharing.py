"""How far figures of several people lie apart. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, kw_only=True)
class Spread:
    """`deviation`: the usual distance from the mean (root of the mean square). `unevenness`: that as percent of the
    mean; 0 when all have the same."""

    least: int
    most: int
    mean: float
    deviation: float
    unevenness: int


def spread_of(figures: Sequence[int]) -> Spread:
    """The spread of these figures; all zero when there are none."""
    if not figures:
        return Spread(least=0, most=0, mean=0.0, deviation=0.0, unevenness=0)
    mean = sum(figures) / len(figures)
    deviation = sqrt(sum((one - mean) ** 2 for one in figures) / len(figures))
    return Spread(
        least=min(figures),
        most=max(figures),
        mean=round(mean, 1),
        deviation=round(deviation, 1),
        unevenness=round(100 * deviation / mean) if mean else 0,
    )
