"""What a customer reads of each promise: time left, why it stands still, and the plain truth when it was broken."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.worktime import clock
from bihuan.service.cases.models import Case
from bihuan.service.commitments.actions import climb, mark_broken
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.profiles_in_use import activate
from bihuan.service.commitments.queries import promises_of
from bihuan.web.customers.kept_publicly import last_month
from bihuan.web.customers.promised import Promised, promised
from tests.makers import NOW, a_case, company, later
from tests.pages.axe import overflow, shots, violations
from tests.web.customers.test_tracking import path_of

pytestmark = pytest.mark.django_db


def read(case: Case, now: datetime, *, about: str = "first_response", waits_for: str = "") -> Promised:
    rows = [one for one in promises_of(case.id, now=now) if one.about == about]
    with translation.override("en"):
        return promised(rows, waits_for=waits_for, now=now)


def of(case: Case, about: str = "first_response") -> Promise:
    return Promise.objects.get(case=case, about=about)


@pytest.mark.demand("S3-03")
def test_time_left_is_said_in_words_with_the_moment() -> None:
    case = a_case(company(), channel="app")
    [one] = read(case, later(minutes=40)).open
    assert (one.title, one.state) == ("First contact", "running")
    assert (one.words, one.notes) == ("1 h 20 min left · by Today 12:00", [])
    assert read(case, later(minutes=40)).sorry == ""


def test_a_clock_that_stands_still_says_why() -> None:
    case = a_case(company(), channel="app")
    Promise.objects.filter(case=case, about="solve").update(due_at=None)
    [one] = read(case, later(hours=1), about="solve", waits_for="parts").open
    assert (one.state, one.words) == ("resting", "Paused")
    assert one.notes == ["The clock stands still until the parts are here."]


@pytest.mark.demand("S3-140")
def test_a_broken_promise_is_told_honestly_with_what_happens_now() -> None:
    case = a_case(company(), channel="app")
    mark_broken(later(hours=3))
    told = read(case, later(hours=3))
    [one] = told.open
    assert (one.state, one.words, one.notes) == ("broken", "1 h late · promised for Today 12:00", [])
    assert told.sorry == (
        "We did not keep what is marked late below, and we are sorry. We still owe it to you and see to it first."
    )
    climb(later(hours=6))
    assert "passed up to whoever is in charge (Today 16:00)" in read(case, later(hours=6)).sorry


def test_kept_late_and_not_kept_are_told_apart() -> None:
    case = a_case(company(), channel="app")
    row = of(case)
    row.state, row.open, row.ended_at, row.ended_how = "broken", False, later(hours=4), "done"
    row.save()
    [late] = read(case, later(hours=5)).ended
    assert late.words == "Done Today 14:00 · promised for Today 12:00"
    Promise.objects.filter(id=row.id).update(ended_how="missed")
    [never] = read(case, later(hours=5)).ended
    assert never.words == "Not kept · promised for Today 12:00"
    Promise.objects.filter(id=row.id).update(state="kept", ended_how="done", ended_at=later(hours=1))
    [kept] = read(case, later(hours=5)).ended
    assert (kept.words, kept.notes) == ("Kept: Today 11:00", [])


def test_a_due_time_among_unpublished_holidays_is_marked() -> None:
    case = a_case(company(), channel="app")
    Promise.objects.filter(case=case).update(provisional=True)
    [one] = read(case, NOW).open
    assert one.notes == ["The public holidays of 2026 are not announced yet, so this time may still move."]


def test_what_is_open_stands_first_and_much_that_has_ended_is_folded_away() -> None:
    case = a_case(company(), channel="app")
    for minutes in range(1, 7):
        row = of(case, "solve")
        row.pk, row.state, row.open = None, "kept", False
        row.ended_at, row.began_at = later(minutes=minutes), NOW - timedelta(minutes=minutes)
        row.about = "progress"
        row.save()
    rows = promises_of(case.id, now=later(hours=1))
    told = promised([one for one in rows if one.public], waits_for="", now=later(hours=1))
    assert (told.folded, len(told.ended), told.open[0].state) == (True, 6, "running")


@pytest.mark.demand("S3-108")
def test_the_private_page_leads_to_all_that_we_promise(client: Client) -> None:
    seen = client.get(path_of(a_case(company(), channel="app")), headers={"Accept-Language": "en"})
    page = seen.content.decode()
    assert ("All that we promise, and how well we keep it" in page, 'href="/promises"' in page) == (
        True,
        True,
    )


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_are_sound_on_a_phone_and_a_desk(
    page: Page, live_server: LiveServer, language: str
) -> None:
    cache.clear()
    now = clock.now()
    made = company()
    case = a_case(made, channel="app", now=now - timedelta(hours=30))
    mark_broken(now)
    climb(now)
    Promise.objects.filter(case=case, about="solve").update(provisional=True)
    last = last_month(now)
    old = [a_case(made, channel="app", now=last.since + timedelta(days=day)) for day in range(12)]
    Promise.objects.filter(case__in=old, about="first_response").update(
        state="kept",
        open=False,
        ended_how="done",
        ended_at=last.since + timedelta(days=13),
        worked_seconds=60,
    )
    activate("peak-summer", now=now)
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    for path, name in ((path_of(case), "customers-case"), ("/promises", "customers-commitments")):
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{live_server.url}{path}")
            assert (violations(page), overflow(page)) == ([], 0)
        shots(page, name)
