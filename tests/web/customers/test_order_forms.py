"""Delivery, recycling and extended warranty: each with a form, a card and a way of its own."""

from typing import Any

import pytest
from django.test import Client

from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.cases.topics import topics_told
from bihuan.service.commitments.models import Promise
from bihuan.service.intake.models import Report
from bihuan.service.orders.models import Order
from tests.makers import DISTRICT, Company, company
from tests.service.orders.ordering import a_platform, taken

pytestmark = pytest.mark.django_db
WHO = {
    "phone": "13900004444",
    "consent_service": "on",
    "category": "refrigerator",
    "brand": "澄川",
    "key": "k1",
}
FORMS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "delivery": (
        "/report/delivery",
        {"carried": "lift", "along": "both", "order_number": "JD-77", "district": DISTRICT},
        "logistics",
        "to_accept",
    ),
    "recycling": ("/report/recycling", {"starts": "dead", "carried": "stairs"}, "logistics", "to_accept"),
    "extended_warranty": (
        "/report/warranty",
        {"years": "2", "serial": "SN4711", "bought_on": "2025-01-02"},
        "customer_service",
        "to_review",
    ),
}


@pytest.fixture
def made() -> Company:
    return company()


@pytest.mark.demand("L-33")
@pytest.mark.parametrize("kind", sorted(FORMS))
def test_each_service_has_its_own_form_card_and_department(made: Company, client: Client, kind: str) -> None:
    path, told, department, place = FORMS[kind]
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert client.get(path).status_code == 200
    sent = client.post(path, WHO | told)
    case = Case.objects.select_related("report").get()
    assert (sent.status_code, sent["Location"].startswith("/c/")) == (302, True)
    assert (case.kind, case.card, case.stands_at, case.department) == (kind, kind, place, department)
    client.force_login(made.people[Role.AGENT])
    page = client.get(f"/desk/case/{case.number}").content.decode()
    shown = [words for _, words in topics_told({name: str(value) for name, value in told.items()})]
    assert shown and all(words in page for words in shown)
    due = set(Promise.objects.filter(case=case).values_list("about", flat=True))
    assert ("review" if kind == "extended_warranty" else "dispatch") in due


def test_what_is_needed_is_asked_for_and_nothing_typed_is_lost(made: Company, client: Client) -> None:
    sent = client.post("/report/warranty", WHO | {"years": "", "serial": "SN4711", "words": "想再保两年"})
    assert (sent.status_code, Report.objects.count()) == (422, 0)
    assert "想再保两年" in sent.content.decode() and "SN4711" in sent.content.decode()


@pytest.mark.demand("L-33")
@pytest.mark.parametrize(
    ("called", "kind"),
    [
        ("送货", "delivery"),
        ("旧机回收", "recycling"),
        ("延保", "extended_warranty"),
        ("送货安装", "installation"),
    ],
)
def test_an_order_of_a_platform_goes_onto_the_card_of_its_service(
    made: Company, called: str, kind: str
) -> None:
    taken(made, a_platform(made), kind=called)
    assert (Case.objects.get().kind, Order.objects.count()) == (kind, 1)
