"""Numbers that customers read come from the profile and the calendars in force."""

import pytest
from django.test import Client

from bihuan.web.customers.about import hours_of_clause, hours_words

pytestmark = pytest.mark.django_db


def test_when_a_promise_counts_is_said_by_its_calendar() -> None:
    assert [hours_words(code) for code in ("24x7", "cn-contact")] == [
        "day and night",
        "between 09:00–21:00",
    ]
    assert hours_words("cn-office").startswith("on working days, ")


def test_how_soon_we_ring_is_what_the_profile_says() -> None:
    assert (hours_of_clause("callback"), hours_of_clause("no such clause")) == (48, 0)


def test_the_page_of_promises_names_no_hours_of_its_own(client: Client) -> None:
    client.cookies["language"] = "en"
    seen = client.get("/promises").content.decode()
    assert "day and night" in seen or "between 09:00–21:00" in seen
