"""Feedback, a wish to be rung, and the form for smart appliances: short, confirmed, and nothing typed is lost."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.translation import override

from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import ScanCode
from bihuan.registers.customers.registering import register_machine
from bihuan.registers.customers.scan_codes import LeadsTo, codes_for
from bihuan.registers.customers.told import MachineTold
from bihuan.service.cases.models import Case
from bihuan.service.intake.calls.models import RingBack
from bihuan.service.intake.models import RawMessage
from bihuan.web.customers.ring_back import choices, due_at
from tests.makers import NOW, Company, a_case, company, settle

pytestmark = pytest.mark.django_db
FEEDBACK = {
    "kind": "suggestion",
    "topic": "speed",
    "words": "希望师傅能早点到",
    "phone": "13900001111",
    "consent_service": "on",
    "key": "f-1",
}
WISH = {"phone": "13900001111", "words": "问保修", "when": "soon", "consent_service": "on", "key": "r-1"}
SMART = {
    "topic": "network",
    "words": "洗衣机连不上网",
    "phone_system": "android",
    "network": "5",
    "phone": "13900001111",
    "category": "refrigerator",
    "consent_service": "on",
    "key": "s-1",
}


@pytest.fixture
def made() -> Company:
    cache.clear()
    return company()


@pytest.fixture
def visitor(client: Client, made: Company) -> Client:
    client.cookies["language"] = "en"
    return client


def body(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.demand("S2-07", "S2-10", "S2-11", "S3-105")
def test_feedback_is_three_questions_confirmed_with_a_number(visitor: Client, made: Company) -> None:
    assert "Feedback and suggestions" in body(visitor.get("/feedback"))
    answer = visitor.post("/feedback", FEEDBACK)
    again = visitor.post("/feedback", FEEDBACK)
    case = Case.objects.get()
    assert (case.kind, case.channel, again.headers["Location"]) == (
        "suggestion",
        "web",
        answer.headers["Location"],
    )
    assert case.number in body(visitor.get(answer.headers["Location"]))
    visitor.force_login(made.people[Role.SUPERVISOR])
    assert "How long it took" in body(visitor.get(f"/desk/case/{case.number}"))


def test_a_complaint_by_the_same_form_is_one(visitor: Client) -> None:
    visitor.post(
        "/feedback", FEEDBACK | {"kind": "complaint", "topic": "attitude", "number": "AF20261123001"}
    )
    assert Case.objects.get().kind == "complaint"


@pytest.mark.demand("S2-10")
def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(visitor: Client) -> None:
    wanting = {key: words for key, words in FEEDBACK.items() if key not in {"phone", "topic"}}
    answer = visitor.post("/feedback", wanting)
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert ("希望师傅能早点到" in body(answer), "This field is required" in body(answer)) == (True, True)


@pytest.mark.demand("S2-20")
def test_whoever_fills_in_what_nobody_sees_is_thanked_and_waits_for_a_person(
    visitor: Client, made: Company
) -> None:
    for path, told in (("/feedback", FEEDBACK), ("/callback", WISH), ("/report/smart", SMART)):
        assert "Thank you" in body(visitor.post(path, told | {"blank": "spam.example"}))
    settle()
    assert (Case.objects.count(), RingBack.objects.count()) == (0, 0)
    kept = RawMessage.objects.order_by("id").values_list("channel", "state", "reason")
    assert list(kept) == [("web", "quarantined", "hidden_field")] * 3
    visitor.force_login(made.people[Role.SUPERVISOR])
    assert "A field that no person sees was filled in" in body(visitor.get("/desk/messages"))


@pytest.mark.demand("S2-06", "S1-02")
def test_a_wish_to_be_rung_is_kept_confirmed_and_a_duty_once(visitor: Client) -> None:
    assert "We will ring you" in body(visitor.post("/callback", WISH))
    visitor.post("/callback", WISH)
    visitor.post("/callback", WISH | {"key": "r-2", "words": "还想问清洗"})
    settle()
    duty = RingBack.objects.get()
    assert (duty.cause, duty.times, duty.open) == ("web", 2, True)
    assert list(RawMessage.objects.order_by("id").values_list("channel", "state")) == [
        ("web", "waiting"),
        ("web", "duplicate"),
    ]


def test_a_wish_without_a_number_is_refused_with_what_was_typed(visitor: Client) -> None:
    answer = visitor.post("/callback", WISH | {"phone": "12"})
    assert (answer.status_code, "问保修" in body(answer), RingBack.objects.count()) == (422, True, 0)


def test_an_evening_that_is_over_is_the_next_morning() -> None:
    afternoon, night = datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert due_at("evening", afternoon) == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert due_at("evening", night) == datetime(2026, 11, 24, 2, tzinfo=UTC)
    assert due_at("soon", night) == datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


@pytest.mark.demand("S2-06")
def test_nobody_is_promised_a_ring_while_nobody_is_rung() -> None:
    before_dawn = datetime(2026, 11, 22, 19, 29, tzinfo=UTC)  # 03:29 of the 23rd
    morning = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    assert (due_at("soon", before_dawn), due_at("2h", before_dawn)) == (morning, morning)
    with override("en"):
        assert [words for _when, words in choices(before_dawn)] == [
            "As soon as possible: Today 09:30 at the latest",
            "This evening by 20:00",
            "Tomorrow by 10:00",
        ]


@pytest.mark.demand("S2-67")
def test_a_smart_appliance_has_a_form_of_its_own_that_becomes_support(visitor: Client, made: Company) -> None:
    assert "2.4 GHz" in body(visitor.get("/report/smart"))
    visitor.post("/report/smart", SMART)
    case = Case.objects.get()
    assert (case.kind, case.way) == ("support", "remote")
    visitor.force_login(made.people[Role.SUPERVISOR])
    page = body(visitor.get(f"/desk/case/{case.number}"))
    assert ("Connecting it to the network" in page, "Android" in page, "5 GHz" in page) == (True, True, True)


@pytest.mark.demand("S3-116", "S1-03")
def test_a_scanned_code_shows_the_machine_and_its_cover_and_never_whose_it_is(
    visitor: Client, made: Company
) -> None:
    owner = a_case(made, phone="13900002222", name="欧阳娜娜").customer
    told = MachineTold(
        category="refrigerator",
        brand="澄川",
        model="REF123",
        serials={"whole": "SN700001"},
        bought_on=NOW.date(),
    )
    register_machine(owner, told, papers=[], now=NOW)
    codes = codes_for(
        [
            LeadsTo(
                category="refrigerator",
                brand="澄川",
                model="REF123",
                serial="SN700001",
                purpose=ScanCode.STICKER,
            ),
            LeadsTo(category="refrigerator", brand="澄川", model="REF123"),
        ],
        now=NOW,
    )
    known, any_of_it = (body(visitor.get(f"/report/?p={one.code}")) for one in codes)
    assert (
        "REF123" in known,
        "Warranty" in known,
        "0001" in known,
        "SN700001" in known,
        "欧阳" in known,
    ) == (
        True,
        True,
        True,
        False,
        False,
    )
    assert "36 months for the whole machine" in any_of_it


@pytest.mark.demand("S2-04", "S3-116")
def test_labels_for_packaging_are_printed_by_the_sheet(made: Company) -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(made.people[Role.MANAGER])
    sheet = client.post("/manage/posters", {"what": "8", "serials": "SN0001-SN0009", "deed": "pdf"})
    assert (sheet.status_code, sheet.content[:5], ScanCode.objects.count()) == (200, b"%PDF-", 9)
