"""Dates as every page says them."""

from datetime import date

from django.utils.translation import override

from bihuan.web.look.words import date_words


def test_a_date_of_a_register_has_its_year_in_the_readers_order() -> None:
    day = date(2030, 6, 7)
    with override("en"):
        assert date_words(day) == "7 Jun 2030"
    with override("zh-hans"):
        assert date_words(day) == "2030年6月7日"
