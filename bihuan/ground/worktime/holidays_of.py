"""Public holidays and make-up workdays of a country, from the `holidays` package.

A year whose notice is not out yet is a statutory guess: it has holidays but no make-up workdays, and
`is_announced` says so. No year raises.
"""

from datetime import date
from functools import cache

import holidays

FIRST_YEAR, LAST_YEAR = 2015, 2045  # the years spelled into a calendar's version


@cache
def _known(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=range(FIRST_YEAR, LAST_YEAR + 1), expand=False)


def is_known(country: str) -> bool:
    """Whether the country has holidays that a calendar can follow."""
    return country in holidays.list_supported_countries()


def is_announced(country: str, year: int) -> bool:
    """Whether the year's days off are known as announced; for China, with its make-up workdays.

    Other countries fix their days by law: each year the package knows counts as announced.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return False
    return country != "CN" or year in getattr(_known(country), "special_public_holidays", {})


def days_off(country: str) -> dict[date, str]:
    """The public holidays of the known years, with their names."""
    return dict(_known(country).items())


def makeup_workdays(country: str) -> frozenset[date]:
    """The weekend days of the known years worked to make up for days off."""
    return frozenset(day for day in _known(country).weekend_workdays if FIRST_YEAR <= day.year <= LAST_YEAR)
