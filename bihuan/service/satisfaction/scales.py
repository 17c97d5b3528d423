"""Scales, and what is derived from answers on them. Pure.

An answer is kept as it was given, with its scale. From answers on ONE scale follow, always this way:

- CSAT: percent of answers in the two best boxes (4 and 5 of five points; very satisfied and satisfied of four);
- mean: the arithmetic mean, in points of that scale;
- index: the mean laid on 0 to 100, the worst box being 0 and the best 100.

Answers on different scales are never added up: a mean of 4.5 and one of 3.5 say nothing together. A mean as
high as the best box cannot be aimed at: one answer below it, ever, would have missed it for good.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Whole points from `worst` to `best`."""

    code: str
    worst: int
    best: int


@dataclass(frozen=True)
class Answer:
    """One raw answer: its points, and the scale they are points of."""

    points: int
    scale: Scale


@dataclass(frozen=True, kw_only=True)
class Derived:
    """What follows from `n` answers on one scale; None of no answer. CSAT in percent, index from 0 to 100."""

    scale: Scale
    n: int
    csat: float | None
    mean: float | None
    index: float | None


FIVE_POINTS = Scale("points_5", 1, 5)
FOUR_OPTIONS = Scale("options_4", 1, 4)
SCALES: Mapping[str, Scale] = {scale.code: scale for scale in (FIVE_POINTS, FOUR_OPTIONS)}
OPINION_POINTS: Mapping[str, int] = {"very_satisfied": 4, "satisfied": 3, "fair": 2, "dissatisfied": 1}


class ScalesMixed(ValueError):
    """Answers on different scales were to be counted as one."""


class OffScale(ValueError):
    """Points that this scale does not have."""


def is_satisfied(points: int, scale: Scale) -> bool:
    """Whether an answer lies in the two best boxes."""
    return points >= scale.best - 1


def derived(scale: Scale, *, n: int, total: int, satisfied: int) -> Derived:
    """What follows from `n` answers whose points sum to `total`, `satisfied` of them in the two best boxes."""
    if not n:
        return Derived(scale=scale, n=0, csat=None, mean=None, index=None)
    mean = total / n
    index = 100 * (mean - scale.worst) / (scale.best - scale.worst)
    return Derived(
        scale=scale, n=n, csat=round(100 * satisfied / n, 1), mean=round(mean, 2), index=round(index, 1)
    )


def derive(answers: Iterable[Answer], *, scale: Scale) -> Derived:
    """The same from raw answers; refused when one of them was given on another scale."""
    held = list(answers)
    for answer in held:
        if answer.scale != scale:
            raise ScalesMixed(f"{answer.scale.code} cannot be counted as {scale.code}.")
        if not scale.worst <= answer.points <= scale.best:
            raise OffScale(f"{answer.points} lies outside of {scale.code}.")
    return derived(
        scale,
        n=len(held),
        total=sum(answer.points for answer in held),
        satisfied=sum(is_satisfied(answer.points, scale) for answer in held),
    )


def is_attainable(mean: float, scale: Scale) -> bool:
    """Whether a mean can be aimed at: above the worst box and below the best."""
    return scale.worst < mean < scale.best
