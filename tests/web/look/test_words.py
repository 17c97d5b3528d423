"""Dates as every page says them."""

from datetime import date, datetime

from django.utils.timezone import get_current_timezone
from django.utils.translation import override

from bihuan.web.look.words import date_words, due_time


def test_a_date_of_a_register_has_its_year_in_the_readers_order() -> None:
    day = date(2030, 6, 7)
    with override("en"):
        assert date_words(day) == "7 Jun 2030"
    with override("zh-hans"):
        assert date_words(day) == "2030年6月7日"


def test_the_midnight_that_ends_a_day_is_said_as_the_end_of_that_day() -> None:
    here = get_current_timezone()
    now = datetime(2026, 11, 23, 10, 0, tzinfo=here)
    with override("en"):
        assert due_time(datetime(2026, 11, 24, 0, 0, tzinfo=here), now) == "Today 24:00"
        assert due_time(datetime(2026, 11, 23, 18, 0, tzinfo=here), now) == "Today 18:00"
