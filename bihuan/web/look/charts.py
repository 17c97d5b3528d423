"""A chart says one thing, in a sentence; the numbers it was drawn from stand in a table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Series:
    """One named row of numbers, as long as the chart's labels. None is a gap."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """`says` is the sentence over it. `unit` follows each number (%, min). A ring draws its first series."""

    says: str
    labels: Sequence[str]
    series: Sequence[Series]
    kind: Literal["bar", "stacked", "line", "ring"] = "bar"
    unit: str = ""
    height: Literal["small", "normal", "tall"] = "normal"

    def __post_init__(self) -> None:
        for row in self.series:
            if len(row.values) != len(self.labels):
                raise ValueError(f"Chart row has {len(row.values)} numbers for {len(self.labels)} labels.")

    def drawn(self) -> dict[str, Any]:
        """What the browser draws, as plain JSON values."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "labels": [str(label) for label in self.labels],
            "series": [{"name": str(row.name), "values": list(row.values)} for row in self.series],
        }

    def table(self) -> list[tuple[str, list[float | None]]]:
        """One line a label: its numbers, series by series."""
        return [
            (str(label), [row.values[place] for row in self.series])
            for place, label in enumerate(self.labels)
        ]
