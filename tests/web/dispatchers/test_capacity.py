"""The page of the capacity calendar."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bihuan.registers.access.roles import Role
from bihuan.service.dispatch.capacity.models import Day, Limit
from tests.makers import Company, company
from tests.statements import statements

pytestmark = pytest.mark.django_db
MONTH = "2026-12"


@pytest.fixture
def made() -> Company:
    return company()


def signed_in(made: Company, role: Role) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(made.people[role])
    return client


def about(made: Company, **more: Any) -> dict[str, Any]:
    return {"node": made.own.id, "month": MONTH, "of_category": "", "of_kind": ""} | more


def shown(client: Client, **query: Any) -> str:
    response = client.get(reverse("dispatchers:capacity"), {"month": MONTH} | query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.demand("U-12")
def test_a_peak_season_is_set_and_every_day_says_in_words_how_full_it_is(made: Company) -> None:
    client = signed_in(made, Role.SERVICE_POINT_DISPATCHER)
    season = {
        "visits": "20",
        "overbook": "10",
        "reserve": "2",
        "name": "Peak",
        "first_day": "2026-12-01",
        "last_day": "2026-12-20",
        "category": "",
        "kind": "",
        "weekday": "",
    }
    answer = client.post(reverse("dispatchers:capacity_limit"), about(made) | season, follow=True)
    assert "The limit is kept" in answer.content.decode()
    row = Limit.objects.get()
    assert (row.node_id, row.visits, row.last_day) == (made.own.id, 20, date(2026, 12, 20))
    page = shown(client)
    assert page.count("0 of 22") == 20 and page.count("20 free") == 20 and page.count("no limit") == 11
    changed = about(made, limit=row.id) | season | {"visits": "10"}
    client.post(reverse("dispatchers:capacity_limit"), changed)
    assert Limit.objects.get().visits == 10
    client.post(reverse("dispatchers:capacity_limit"), about(made, limit=row.id, step="drop"))
    assert Limit.objects.count() == 0


@pytest.mark.demand("U-12")
def test_a_day_is_closed_with_its_reason_and_opened_again(made: Company) -> None:
    client = signed_in(made, Role.MANAGER)
    url, day = reverse("dispatchers:capacity_day"), "2026-12-24"
    missing = client.post(url, about(made, day=day, closed="on"))
    assert (missing.status_code, "Say why the day is closed." in missing.content.decode()) == (422, True)
    client.post(url, about(made, day=day, closed="on", reason="Team meeting"))
    assert "closed: Team meeting" in shown(client, node=made.own.id)
    assert "Team meeting" in shown(client, node=made.own.id, day=day)
    client.post(url, about(made, day=day))
    assert Day.objects.count() == 0


def test_a_service_point_sees_and_keeps_its_own_calendar_alone(made: Company) -> None:
    client = signed_in(made, Role.SERVICE_POINT_OWNER)
    page = shown(client, node=made.authorised.id)
    assert made.own.name in page and made.authorised.name not in page
    answer = client.post(
        reverse("dispatchers:capacity_day"), about(made, node=made.authorised.id, day="2026-12-24")
    )
    assert answer.status_code == 404
    assert signed_in(made, Role.AGENT).get(reverse("dispatchers:capacity")).status_code == 403


def test_the_month_is_a_file_too_and_asks_as_much_for_many_limits_as_for_one(made: Company) -> None:
    client = signed_in(made, Role.DISPATCHER)
    Limit.objects.create(node=made.own, visits=5)
    file = client.get(
        reverse("dispatchers:capacity"), {"month": MONTH, "node": str(made.own.id), "format": "csv"}
    )
    lines = b"".join(file.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert (len(lines), lines[1]) == (32, "2026-12-01,0,0,5,5,,")
    one = len(statements(lambda: shown(client, node=made.own.id)))
    for weekday in range(7):
        Limit.objects.create(node=made.own, visits=weekday, weekday=weekday)
    assert len(statements(lambda: shown(client, node=made.own.id))) == one


@pytest.mark.parametrize("query", [{"day": "2026-13-99"}, {"month": "x"}, {"node": "-1"}, {"limit": "99999"}])
def test_an_address_that_makes_no_sense_shows_the_calendar(made: Company, query: dict[str, str]) -> None:
    assert "Limits of this node" in shown(signed_in(made, Role.SUPERVISOR), **query)
