"""Promises counted metric by metric, as they were and as they would have been. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bihuan.service.commitments.rules import Light

SHOWN = 200  # cases that would go another way
type Verdict = tuple[str, str]  # metric, state


@dataclass
class Tally:
    """The promises of one metric. Those not asked for any more (void) are in `promises` and nowhere else."""

    promises: int = 0
    kept: int = 0
    broken: int = 0

    def count(self, state: str) -> None:
        self.promises += 1
        self.kept += state == Light.KEPT
        self.broken += state == Light.BROKEN

    @property
    def decided(self) -> int:
        return self.kept + self.broken

    @property
    def rate(self) -> float | None:
        """The share kept, in percent; None when nothing was decided."""
        return 100 * self.kept / self.decided if self.decided else None


@dataclass
class Both:
    """One metric side by side."""

    was: Tally = field(default_factory=Tally)
    would: Tally = field(default_factory=Tally)

    @property
    def difference(self) -> float | None:
        """In percentage points; None when there is nothing to compare."""
        was, would = self.was.rate, self.would.rate
        return None if was is None or would is None else would - was


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A case whose breaches would be others: metric → how many were broken, how many would be."""

    case_id: int
    number: str
    metrics: Mapping[str, tuple[int, int]]


@dataclass
class Comparison:
    """All metrics, and the cases that would go another way: how many, and the first of them."""

    metrics: dict[str, Both] = field(default_factory=dict)
    changed: int = 0
    worse: int = 0
    cases: list[Changed] = field(default_factory=list)

    def add(self, case_id: int, number: str, was: Iterable[Verdict], would: Iterable[Verdict]) -> None:
        """Take in one case."""
        broken: dict[str, list[int]] = {}
        for side, told in enumerate((was, would)):
            for metric, state in told:
                both = self.metrics.setdefault(metric, Both())
                (both.would if side else both.was).count(state)
                broken.setdefault(metric, [0, 0])[side] += state == Light.BROKEN
        differing = {metric: (had, has) for metric, (had, has) in broken.items() if had != has}
        if differing:
            self.changed += 1
            self.worse += sum(has - had for had, has in differing.values()) > 0
            if len(self.cases) < SHOWN:
                self.cases.append(Changed(case_id=case_id, number=number, metrics=differing))

    def as_told(self) -> dict[str, Any]:
        """As plain values, to be kept."""
        return {
            "metrics": {
                metric: [
                    *(both.was.promises, both.was.kept, both.was.broken),
                    *(both.would.promises, both.would.kept, both.would.broken),
                ]
                for metric, both in self.metrics.items()
            },
            "changed": self.changed,
            "worse": self.worse,
            "cases": [[one.case_id, one.number, one.metrics] for one in self.cases],
        }


def read_comparison(told: Mapping[str, Any]) -> Comparison:
    """What `as_told` told."""
    found = Comparison(changed=told.get("changed", 0), worse=told.get("worse", 0))
    for metric, counts in told.get("metrics", {}).items():
        found.metrics[metric] = Both(Tally(*counts[:3]), Tally(*counts[3:]))
    for case_id, number, metrics in told.get("cases", []):
        pairs = {metric: (int(had), int(has)) for metric, (had, has) in metrics.items()}
        found.cases.append(Changed(case_id=case_id, number=number, metrics=pairs))
    return found
