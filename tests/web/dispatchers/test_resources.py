"""Before a time is agreed: parts, hands and the customer's wish stand together at one look."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.vault.actions import keys
from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.parts.models import Stock
from bihuan.service.dispatch.slots import SUITS, slots_on, suits
from bihuan.service.dispatch.words import SUITS as SUITS_WORDS
from bihuan.service.intake.models import Report
from bihuan.service.intake.queries import words_of
from tests.makers import Company, a_case, company
from tests.service.fieldwork.made import a_part, accepted
from tests.statements import statements

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, tzinfo=UTC).date()


@pytest.mark.demand("S0-18")
@pytest.mark.parametrize(
    ("wish", "hours"),
    [
        ("", [8, 10, 12, 14, 16, 18]),
        ("any", [8, 10, 12, 14, 16, 18]),
        ("morning", [8, 10]),
        ("afternoon", [12, 14, 16]),
        ("evening", [18]),
        ("weekend", []),
    ],
)
def test_which_slots_of_a_monday_suit_a_wish(wish: str, hours: list[int]) -> None:
    found = [slot.begins.hour for slot in slots_on(MONDAY, SHANGHAI) if suits(slot, wish, SHANGHAI)]
    assert found == hours


@given(st.integers(0, 13))
def test_every_slot_suits_one_part_of_the_day_only(ahead: int) -> None:
    for slot in slots_on(MONDAY + timedelta(days=ahead), SHANGHAI):
        assert sum(suits(slot, part, SHANGHAI) for part in ("morning", "afternoon", "evening")) == 1


def test_every_wish_has_its_words() -> None:
    assert tuple(SUITS_WORDS) == SUITS


def stocked(made: Company, *, shelf: int = 0, van: int = 0) -> None:
    part = a_part(number="FR-2001")
    if shelf:
        Stock.objects.create(part=part, node=made.own, quantity=shelf)
    if van:
        Stock.objects.create(part=part, node=made.own, technician=made.technicians[0], quantity=van)


@pytest.mark.demand("S0-18")
@pytest.mark.django_db
@pytest.mark.parametrize("page", ["assign", "book"])
def test_one_look_shows_parts_free_time_and_the_customers_wish(client: Client, page: str) -> None:
    made = company()
    here = accepted(made, now=clock.now(), asked={"suits": "morning"}, symptoms=("fr_no_cooling",))
    stocked(made, shelf=4, van=1)
    client.force_login(made.people[Role.SERVICE_POINT_DISPATCHER])
    answer = client.get(f"/dispatch/{here.case.number}/{page}")
    seen = answer.content.decode()
    technician = made.technicians[0].person.name
    assert answer.status_code == 200
    for words in ("Mornings, 8–12", f"shelf 4 · {technician} 1", technician):
        assert words in seen
    if page == "book":
        assert "suits the customer" in seen


@pytest.mark.demand("S0-18")
@pytest.mark.django_db
def test_a_part_that_is_nowhere_is_said_before_booking(client: Client) -> None:
    made = company()
    here = accepted(made, now=clock.now(), symptoms=("fr_no_cooling",))
    stocked(made)
    client.force_login(made.people[Role.SERVICE_POINT_DISPATCHER])
    seen = client.get(f"/dispatch/{here.case.number}/book").content.decode()
    assert ("none here, order first" in seen, "Not said yet: ask." in seen) == (True, True)


@pytest.mark.django_db
def test_the_look_costs_the_same_for_one_part_and_many(client: Client) -> None:
    made = company()
    here = accepted(made, now=clock.now(), symptoms=("fr_no_cooling",))
    stocked(made, shelf=1, van=2)
    client.force_login(made.people[Role.SERVICE_POINT_DISPATCHER])
    counts = []
    for number in ("FR-2011", "FR-2040"):
        counts.append(len(statements(lambda: client.get(f"/dispatch/{here.case.number}/assign"))))
        Stock.objects.create(part=a_part(number=number), node=made.own, quantity=1)
    assert counts[0] == counts[1]


@pytest.mark.demand("S0-18")
@pytest.mark.django_db
def test_the_customer_says_on_the_web_when_it_suits(client: Client) -> None:
    company()
    told = {"words": "冰箱不制冷", "phone": "13800138999", "consent_service": "on", "suits": "evening"}
    answer = client.post("/report/", told)
    assert answer.status_code == 302
    report = Report.objects.select_related("customer__key").get()
    assert words_of(report, keys(report.customer.key)).asked == {"suits": "evening"}


@pytest.mark.django_db
def test_a_wish_on_the_case_page_is_in_words(client: Client) -> None:
    made = company()
    case = a_case(made, asked={"suits": "weekend"})
    client.force_login(made.people[Role.AGENT])
    assert "Weekends" in client.get(f"/desk/case/{case.number}").content.decode()
