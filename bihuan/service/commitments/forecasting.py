"""Who will break a promise if nothing moves: read from what became of comparable promises. Pure.

Comparable are the promises of the same metric that were still open when as much of their allowance was used. Of these
the share that was kept is the chance. Where too few are known, the time left alone decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass

PARTS = 20  # the allowance is looked at in twentieths
FEWEST = 20  # fewer comparable promises say nothing
LIKELY = 0.5  # kept less often than this: it will probably break
NEARLY_OVER = 0.9  # the rule where too few are known: so much of the allowance is used


@dataclass(frozen=True, kw_only=True)
class Curve:
    """How many promises of a metric were kept and broken, by the twentieth of their allowance in which they ended.

    Each holds `PARTS` + 1 numbers; the last one counts those that used all of it.
    """

    kept: tuple[int, ...] = (0,) * (PARTS + 1)
    broken: tuple[int, ...] = (0,) * (PARTS + 1)


@dataclass(frozen=True, kw_only=True)
class Chance:
    """`kept`: the share of `known` comparable promises that were kept, 0 to 1; None when too few are known.
    `used`: how much of its own allowance a promise has used, 0 to 1."""

    kept: float | None
    known: int
    used: float

    @property
    def will_break(self) -> bool:
        """Whether it will probably break if nothing moves."""
        return self.used >= NEARLY_OVER if self.kept is None else self.kept < LIKELY

    @property
    def pressing(self) -> float:
        """For sorting: the chance of being kept, or the share of time that is left where nothing is known."""
        return 1 - self.used if self.kept is None else self.kept


NOTHING_KNOWN = Curve()


def part_of(used: float) -> int:
    """The twentieth of the allowance in which a promise stands; `PARTS` when all is used."""
    return min(max(int(used * PARTS), 0), PARTS)


def curve_of(ended: Iterable[tuple[int, bool, int]]) -> Curve:
    """A curve from counts: (twentieth, whether kept, how many); what ended later than the last counts there."""
    kept, broken = [0] * (PARTS + 1), [0] * (PARTS + 1)
    for part, was_kept, count in ended:
        (kept if was_kept else broken)[min(max(part, 0), PARTS)] += count
    return Curve(kept=tuple(kept), broken=tuple(broken))


def chance(curve: Curve, used: float) -> Chance:
    """How a promise will fare that has used this share of its allowance (0 to 1) and is still open."""
    part = part_of(used)
    kept, broken = sum(curve.kept[part:]), sum(curve.broken[part:])
    known = kept + broken
    return Chance(kept=kept / known if known >= FEWEST else None, known=known, used=min(max(used, 0.0), 1.0))


def used_share(*, allowed_seconds: int, seconds_left: int) -> float:
    """How much of an allowance is used when so many seconds of its calendar are left until it is due, 0 to 1."""
    if allowed_seconds <= 0:
        return 1.0
    return min(max(1 - seconds_left / allowed_seconds, 0.0), 1.0)
