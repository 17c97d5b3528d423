"""How far the demo has been filled, for the page of operations."""

from dataclasses import dataclass
from datetime import datetime

from bihuan.management.demo.models import Filling


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`made` of `cases` past cases are there; `ended_at` None while the worker is at it."""

    founded_at: datetime
    made: int
    cases: int
    ended_at: datetime | None
    trouble: str

    @property
    def percent(self) -> int:
        return 100 if self.ended_at else min(99, self.made * 100 // max(self.cases, 1))


def progress() -> Progress | None:
    """None where there is no demo company. One statement."""
    row = Filling.objects.order_by("-id").first()
    if row is None:
        return None
    return Progress(
        founded_at=row.founded_at, made=row.made, cases=row.cases, ended_at=row.ended_at, trouble=row.trouble
    )
