"""Working time the slow way: one flag a second, painted interval by interval, for ten days at most."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bihuan.ground.worktime.calendar import Calendar

type Flags = NDArray[np.bool_]


class Oracle:
    """The seconds from `start` (UTC, whole) on, each open or shut."""

    def __init__(self, calendar: Calendar, start: datetime, seconds: int) -> None:
        self.start = start
        self.open: Flags = np.zeros(seconds, dtype=np.bool_)
        first = start.date() - timedelta(days=3)
        for ahead in range(seconds // 86_400 + 8):
            self._paint_day(calendar, first + timedelta(days=ahead))

    def _paint_day(self, calendar: Calendar, day: date) -> None:
        for opens, closes in self._hours(calendar, day):
            low, high = self._second(calendar, day, opens), self._second(calendar, day, closes)
            if low < high:
                self.open[max(low, 0) : max(high, 0)] = True

    def _hours(self, calendar: Calendar, day: date) -> tuple[tuple[int, int], ...]:
        for written, hours in calendar.overrides:
            if written == day:
                return hours
        if day in calendar.workdays:
            return calendar.week[0] if calendar.workday is None else calendar.workday
        return () if day in calendar.holidays else calendar.week[day.weekday()]

    def _second(self, calendar: Calendar, day: date, minute: int) -> int:
        wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
        return self.of(wall.replace(tzinfo=calendar.zone, fold=0))

    def of(self, moment: datetime) -> int:
        return int((moment.astimezone(UTC) - self.start).total_seconds())

    def rest(self, since: datetime, until: datetime | None) -> None:
        end = len(self.open) if until is None else self.of(until)
        self.open[max(self.of(since), 0) : max(end, 0)] = False

    def worked(self, since: datetime, until: datetime) -> int:
        return int(np.count_nonzero(self.open[self.of(since) : self.of(until)]))

    def after(self, since: datetime, spent: int) -> datetime | None:
        """The earliest moment by which so many seconds are open; None beyond what is painted."""
        if spent == 0:
            return since
        seconds = np.flatnonzero(self.open[self.of(since) :])
        return None if spent > len(seconds) else since + timedelta(seconds=int(seconds[spent - 1]) + 1)
