"""What came of the calls of some days, and the figures that are read off it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bihuan.ground.routing.model import Window


class Stage(StrEnum):
    ASKED = "asked"
    PROMISED = "promised"
    BEGUN = "begun"  # somebody is on the way, or there
    SERVED = "served"
    ABSENT = "absent"  # somebody came, and nobody was at home
    CANCELLED = "cancelled"
    REFUSED = "refused"  # no window was free that the customer could take


ENDS = (Stage.SERVED, Stage.ABSENT, Stage.CANCELLED, Stage.REFUSED)


@dataclass(kw_only=True)
class Entry:
    """One call. `told` is who the customer was told would come, `technician` who is to come now; `broken` how often
    nobody came on the day that was promised; `late` seconds after the end of the window."""

    urgent: bool
    stage: Stage = Stage.ASKED
    window: Window | None = None
    told: int | None = None
    technician: int | None = None
    broken: int = 0
    late: int | None = None


@dataclass(frozen=True)
class Trip:
    """Somebody leaves for a call, is there, begins, and is gone again."""

    technician: int
    call: int
    left: int
    there: int
    begun: int
    gone: int


@dataclass
class Record:
    """`travel` and `overtime` are seconds."""

    entries: list[Entry]
    trips: list[Trip] = field(default_factory=list)
    travel: int = 0
    overtime: int = 0

    def count(self, stage: Stage) -> int:
        return sum(one.stage is stage for one in self.entries)


@dataclass(frozen=True)
class Figures:
    """`inside`: the share of arrivals that were inside of the window promised. `kept`: the same of all promises, those
    broken counted. `same_day`: the share of urgent calls served on their day. Both for those that are not urgent."""

    inside: float
    kept: float
    late: float  # seconds on the mean, of all arrivals
    served: int
    refused: int
    broken: int
    reassigned: int
    urgent: int
    same_day: float
    travel: int
    overtime: int


def figures(record: Record) -> Figures:
    """The figures of a record."""
    calls, urgent = _some(record, urgent=False), _some(record, urgent=True)
    came = [one.late for one in calls if one.late is not None]
    inside, broken = sum(late <= 0 for late in came), sum(one.broken for one in calls)
    today = sum(one.late is not None and not one.broken for one in urgent)
    return Figures(
        inside=inside / max(1, len(came)),
        kept=inside / max(1, len(came) + broken),
        late=sum(max(0, late) for late in came) / max(1, len(came)),
        served=record.count(Stage.SERVED),
        refused=record.count(Stage.REFUSED),
        broken=broken,
        reassigned=sum(one.late is not None and one.told != one.technician for one in record.entries),
        urgent=len(urgent),
        same_day=today / max(1, len(urgent)),
        travel=record.travel,
        overtime=record.overtime,
    )


def _some(record: Record, *, urgent: bool) -> Sequence[Entry]:
    return [one for one in record.entries if one.urgent is urgent]
