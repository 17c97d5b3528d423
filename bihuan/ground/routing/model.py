"""What a day of work is made of: jobs, technicians, and the time it takes to drive. Whole seconds; no business word.

Places are indexes into the table of travel. A window bounds when work may begin, both ends included.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

type Window = tuple[int, int]
type Id = str | int
type Travel = npt.NDArray[np.int32]

UNREACHABLE = 1_000_000_000  # seconds and more: there is no way


class Priority(StrEnum):
    SAFETY = "safety"
    HIGH = "high"
    NORMAL = "normal"


@dataclass(frozen=True, kw_only=True)
class Lunch:
    """A break of so many seconds that begins within a window, wherever the technician is then."""

    seconds: int
    begins: Window


@dataclass(frozen=True, kw_only=True)
class Technician:
    """Somebody who leaves home after the shift begins and is back before it ends."""

    id: Id
    home: int
    shift: Window
    lunch: Lunch | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    max_jobs: int | None = None
    room: int | None = None

    def has_lunch(self) -> bool:
        """Whether lunch is owed on a day with work: where its whole window lies within the shift."""
        if self.lunch is None:
            return False
        opens, closes = self.lunch.begins
        return self.shift[0] <= opens and closes + self.lunch.seconds <= self.shift[1]


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work at a place. No windows: at any time. `technician` is who must do it, if anybody does."""

    id: Id
    at: int
    seconds: int
    windows: tuple[Window, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    priority: Priority = Priority.NORMAL
    technician: Id | None = None
    load: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """A day to be planned. `travel[a, b]` is seconds from place a to place b; its diagonal is not looked at."""

    technicians: tuple[Technician, ...]
    jobs: tuple[Job, ...]
    travel: Travel


def can_do(technician: Technician, job: Job) -> bool:
    """Whether the technician has every skill of the job at its level, and nobody else must do it."""
    return job.technician in (None, technician.id) and all(
        technician.skills.get(skill, 0) >= level for skill, level in job.skills.items()
    )
