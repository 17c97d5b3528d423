"""Months of the installation's zone: which one is meant, where it begins and ends, what it is called."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.dateformat import format as formatted
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext as _

_WRITTEN = re.compile(r"(\d{4})-(\d\d)")


@dataclass(frozen=True, order=True)
class Month:
    year: int
    month: int

    @property
    def code(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), get_default_timezone())

    @property
    def until(self) -> datetime:
        """Where the next one begins."""
        return self.next.since

    @property
    def next(self) -> "Month":
        return month_of(self.first + timedelta(days=31))

    @property
    def before(self) -> "Month":
        return month_of(self.first - timedelta(days=1))

    def __str__(self) -> str:
        return formatted(self.first, _("F Y"))


def month_of(day: date) -> Month:
    return Month(day.year, day.month)


def this_month(now: datetime) -> Month:
    return month_of(localdate(now))


def month_from(text: str, *, now: datetime) -> Month:
    """The month that an address names; this one when it names none, or one that cannot be."""
    found = _WRITTEN.fullmatch(text)
    if found is None or not (1 <= int(found[2]) <= 12 and 2000 <= int(found[1]) <= 9000):
        return this_month(now)
    return Month(int(found[1]), int(found[2]))
