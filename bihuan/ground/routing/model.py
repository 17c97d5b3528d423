"""What a day of work is made of: jobs, technicians, and the time it takes to drive. Whole seconds; no business word.

Places are indexes into the table of travel. A window bounds when work may begin, both ends included.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
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
    """Somebody who leaves `start` (home, if not told) after the shift begins and is home before it ends, or at most
    `overtime` seconds later.

    `certificates` have their last valid day, as ISO dates; `parts` are those in the van and free to be used; `room` is
    for the loads of their jobs in any unit: goods, or seconds of work outdoors on a hot day.
    """

    id: Id
    home: int
    shift: Window
    start: int | None = None
    lunch: Lunch | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    certificates: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    max_jobs: int | None = None
    room: int | None = None
    overtime: int = 0

    @property
    def home_by(self) -> int:
        """The latest return, with all overtime."""
        return self.shift[1] + self.overtime

    def free_from(self, moment: int) -> "Technician":
        """The same technician, whose day begins at that moment."""
        ends = max(moment, self.shift[1])
        return replace(self, shift=(moment, ends), overtime=max(0, self.home_by - ends))

    @property
    def leaves_from(self) -> int:
        return self.home if self.start is None else self.start

    def has_lunch(self) -> bool:
        """Whether lunch is owed on a day with work: where its whole window lies within the shift."""
        if self.lunch is None:
            return False
        opens, closes = self.lunch.begins
        return self.shift[0] <= opens and closes + self.lunch.seconds <= self.shift[1]


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work at a place. No windows: at any time.

    `technician` is who must do it, if anybody does; `held` jobs stay where a plan that is improved has them. `was` is
    who was told to do it, so that giving it to somebody else is a change; `excluded` never do it, and anybody but the
    `preferred` costs what the policy says. `promised`: for this day, to the customer. `age`: days that it has waited.
    `together`: another job that begins at the same moment, by another technician; it names this one.
    """

    id: Id
    at: int
    seconds: int
    windows: tuple[Window, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    certificates: frozenset[str] = frozenset()
    parts: Mapping[str, int] = field(default_factory=dict)
    priority: Priority = Priority.NORMAL
    promised: bool = False
    age: int = 0
    technician: Id | None = None
    held: bool = False
    was: Id | None = None
    preferred: frozenset[Id] = frozenset()
    excluded: frozenset[Id] = frozenset()
    together: Id | None = None
    load: int = 0


@dataclass(frozen=True, kw_only=True)
class Store:
    """Where parts are fetched on the way, in so many seconds: how many there are of each, and from when on."""

    at: int
    seconds: int
    parts: Mapping[str, int] = field(default_factory=dict)
    ready: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """A day to be planned. `travel[a, b]` is seconds from place a to place b; its diagonal is not looked at. `day` is
    an ISO date, or nothing where no certificate is looked at."""

    technicians: tuple[Technician, ...]
    jobs: tuple[Job, ...]
    travel: Travel
    store: Store | None = None
    day: str = ""


def needs(job: Job) -> Hashable:
    """All that `can_do` looks at of a job: whoever can do one can do all that need the same."""
    return job.technician, job.excluded, job.certificates, *sorted(job.skills.items())


def can_do(technician: Technician, job: Job, day: str = "") -> bool:
    """Whether the technician may do the job at all: skills at their level, certificates valid on the day, nobody else
    must do it, and they are not excluded. Parts and hours are not looked at."""
    return (
        job.technician in (None, technician.id)
        and technician.id not in job.excluded
        and all(technician.skills.get(skill, 0) >= level for skill, level in job.skills.items())
        and all(technician.certificates.get(one, "") >= (day or "0") for one in job.certificates)
    )
