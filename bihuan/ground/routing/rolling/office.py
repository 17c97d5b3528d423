"""What a dispatcher is asked while days go on, and what is known then. Nothing that is true of the future is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bihuan.ground.routing.model import Technician, Window
from bihuan.ground.routing.rolling.world import Call

LUNCH_FIRST = -1  # in a queue: lunch before the next call

type Queues = Mapping[int, Sequence[int]]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A day as the office sees it now.

    `technicians` are those at work, each from where and when they are thought to be free; `calls` what is to be done
    on this day and was not begun, by number, with the `windows` promised; `queues` is how it is planned, and `told` who
    the customer was told. `urgent` is the call that has just come, if one has.
    """

    now: int
    day: int
    technicians: tuple[Technician, ...]
    calls: Mapping[int, Call]
    windows: Mapping[int, Window]
    queues: Queues
    told: Mapping[int, int]
    urgent: int | None = None


class Dispatcher(Protocol):
    """Whoever promises windows and plans days."""

    name: str

    def promise(self, call: Call, booked: Mapping[int, tuple[Call, Window]]) -> Window | None:
        """One of the windows that the customer could take, or none. `booked` is all that is promised by now."""

    def evening(self, desk: Desk) -> Queues:
        """The plan of the next day: for each technician the calls in order."""

    def replan(self, desk: Desk) -> Queues | None:
        """Something has happened: the plan of what was not begun, or None to leave it. A call in no queue waits."""
