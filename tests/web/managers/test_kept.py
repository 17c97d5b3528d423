"""The page of promises kept: what it says, that every figure opens its rows, and what it costs."""

import csv
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.talking import chase
from bihuan.service.commitments.models import Promise
from bihuan.web.look.months import Month, month_from, this_month
from tests.afterwards import CUSTOMER
from tests.makers import Company, a_case, company
from tests.pages.axe import overflow, shots, violations
from tests.statements import statements

pytestmark = pytest.mark.django_db


def reader(client: Client, made: Company, role: Role = Role.MANAGER) -> Client:
    client.force_login(made.people[role])
    client.cookies["language"] = "en"
    return client


def seen(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def busy(made: Company, *, kept: int = 0, missed: int = 0) -> Month:
    """First contacts of this month: some kept within half an hour, some missed and still open."""
    now = clock.now()
    month = this_month(now)
    begins = max(month.since, now - timedelta(days=2))
    for number in range(kept + missed):
        case = a_case(made, channel="app", now=begins)
        rows = Promise.objects.filter(case=case, about="first_response")
        if number < kept:
            rows.update(
                state="kept",
                open=False,
                ended_at=begins + timedelta(minutes=30),
                ended_how="done",
                worked_seconds=900,
            )
        else:
            rows.update(due_at=begins + timedelta(minutes=45), state="broken")
            rows.update(broken_at=begins + timedelta(minutes=45))
    Promise.objects.exclude(about="first_response").delete()
    return month


@pytest.mark.demand("S2-53", "S3-140", "S3-108")
def test_both_clocks_the_rate_and_the_target_stand_in_words(client: Client) -> None:
    made = company()
    busy(made, kept=11, missed=1)
    page = seen(reader(client, made), "/manage/kept")
    for words in ("91.7%", "n = 12", "15 min", "30 min", "1 still open", "at least 95 %", "target not met"):
        assert words in page
    assert "Nearest rank" in page


def test_too_few_say_nothing_about_a_target(client: Client) -> None:
    made = company()
    busy(made, kept=3)
    page = seen(reader(client, made), "/manage/kept")
    assert ("too few to say" in page, "target met" in page) == (True, False)


@pytest.mark.demand("U-11")
def test_every_figure_opens_its_rows(client: Client) -> None:
    made = company()
    month = busy(made, kept=2, missed=1)
    client = reader(client, made)
    counts = {
        which: seen(
            client, f"/manage/kept/rows?metric=first_response&which={which}&month={month.code}"
        ).count('<th scope="row"')
        for which in ("decided", "kept", "missed", "owed", "proven_late", "dropped")
    }
    assert counts == {"decided": 3, "kept": 2, "missed": 1, "owed": 1, "proven_late": 0, "dropped": 0}


@pytest.mark.demand("U-09")
def test_the_rate_of_chases_is_shown_with_what_was_answered_in_time(client: Client) -> None:
    made = company()
    cases = [a_case(made, channel="app", now=clock.now() - timedelta(minutes=5)) for _ in range(4)]
    chase(cases[0], by=CUSTOMER, now=clock.now() - timedelta(minutes=1))
    page = seen(reader(client, made), "/manage/kept")
    assert ("0.25" in page, "1 for 4 cases" in page, "Chases answered in time" in page) == (True,) * 3


def test_the_table_and_the_rows_are_exported_in_seconds(client: Client) -> None:
    made = company()
    busy(made, kept=2, missed=1)
    client = reader(client, made)
    told = b"".join(client.get("/manage/kept.csv")).decode("utf-8-sig")
    [row] = [one for one in csv.DictReader(told.splitlines()) if one["Promise"] == "First contact"]
    assert (row["Decided"], row["Kept"], row["Still open"], row["Working time p50"]) == ("3", "2", "1", "900")
    rows = b"".join(client.get("/manage/kept/rows.csv?metric=first_response"))
    assert len(list(csv.DictReader(rows.decode("utf-8-sig").splitlines()))) == 3
    assert client.get("/manage/kept.xlsx")["Content-Type"].endswith("spreadsheetml.sheet")


def test_a_service_point_sees_its_own_promises_only(client: Client) -> None:
    made = company()
    busy(made, kept=2)
    Promise.objects.update(node=made.authorised)
    page = seen(reader(client, made, Role.SERVICE_POINT_OWNER), "/manage/kept")
    assert "Nothing was decided" in page


def test_the_page_costs_a_dozen_statements_of_figures_however_many_promises(client: Client) -> None:
    made = company()
    busy(made, kept=1, missed=1)
    client = reader(client, made)
    few = statements(lambda: seen(client, "/manage/kept"))
    busy(made, kept=3, missed=2)
    many = statements(lambda: seen(client, "/manage/kept"))
    counting = [
        one for one in many if "commitments_" in one or "satisfaction_" in one or "improvement_" in one
    ]
    assert (len(many), len(counting) <= 12) == (len(few), True)


def test_a_month_that_cannot_be_read_is_this_month() -> None:
    now = clock.now()
    told = [month_from(text, now=now) for text in ("", "2026-13", "x", "9999-01", "2026-02")]
    assert told == [this_month(now)] * 4 + [Month(2026, 2)]
    assert (Month(2026, 12).next, Month(2026, 1).before) == (Month(2027, 1), Month(2025, 12))


def test_a_span_reaches_back_over_months(client: Client) -> None:
    made = company()
    busy(made, kept=1)
    page = seen(reader(client, made), f"/manage/kept?span=3&month={this_month(clock.now()).next.code}")
    assert "100.0%" in page


def showing(page: Page, live_server: LiveServer, language: str) -> Company:
    """The manager in the browser, with a month that has something of everything."""
    made = company()
    busy(made, kept=12, missed=1)
    case = a_case(made, channel="app", now=clock.now() - timedelta(minutes=30))
    Promise.objects.filter(case=case, about="solve").update(
        state="kept",
        open=False,
        ended_at=clock.now(),
        ended_how="done",
        worked_seconds=600,
        breach_withdrawn_at=clock.now(),
    )
    client = Client()
    client.force_login(made.people[Role.MANAGER])
    cookies = {"sessionid": client.cookies["sessionid"].value, "language": language}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
    return made


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_are_sound_at_any_width(page: Page, live_server: LiveServer, language: str) -> None:
    showing(page, live_server, language)
    for path in ("kept", "kept/rows?metric=first_response&which=decided"):
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{live_server.url}/manage/{path}")
            assert (violations(page), overflow(page)) == ([], 0)
        shots(page, f"managers-{path.partition('?')[0]}")
