"""Odd addresses of the pages about promises: never a failure of ours, and nothing of another service point."""

from datetime import timedelta

import pytest
from django.test import Client

from bihuan.registers.access.roles import Role
from bihuan.service.commitments.actions import mark_broken
from tests import makers
from tests.attacks.test_hostile_input import BACKEND
from tests.makers import NOW

pytestmark = pytest.mark.django_db
ODD = (
    "",
    "0",
    "-1",
    "1e9",
    "9" * 30,
    "𠮷",
    "%00",
    "9999-12",
    "0001-01",
    "2000-01",
    "2026-13",
    "null",
    "[]",
    "'",
)
PAGES = {
    "/manage/promises": ("state", "node", "person", "about", "urgency", "category", "kind", "after"),
    "/manage/promises.csv": ("state", "node", "person"),
    "/manage/kept": ("month", "span", "node", "category", "kind"),
    "/manage/kept.csv": ("month", "node"),
    "/manage/kept/rows": ("month", "span", "metric", "which", "after", "node"),
    "/manage/kept/rows.csv": ("month", "metric"),
    "/manage/what-if": ("month", "profile"),
    "/settings/commitments/differences": ("a", "b", "format"),
}


def entered(made: makers.Company, role: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(made.people[role], backend=BACKEND)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_no_address_of_a_page_of_promises_is_a_failure_of_ours(page: str) -> None:
    made = makers.company()
    makers.a_case(made, channel="app")
    client = entered(made, Role.MANAGER)
    assert client.get(page).status_code in {200, 403}  # a file may be somebody else's
    failed = [
        (name, odd)
        for name in PAGES[page]
        for odd in ODD
        if client.get(f"{page}?{name}={odd}").status_code >= 500
    ]
    assert failed == []


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "", "2026-99", "9" * 40, "2099-01"])
def test_a_what_if_is_asked_of_a_month_that_has_been(month: str) -> None:
    made = makers.company()
    told = {"profile": "default:2", "month": month}
    assert entered(made, Role.MANAGER).post("/manage/what-if", told).status_code == 422


def test_a_service_point_sees_no_promise_of_another_on_the_board_or_in_a_file() -> None:
    made = makers.company()
    case = makers.a_case(made, channel="app")
    mark_broken(NOW + timedelta(days=9))
    assert case.node_id != made.own.id
    client = entered(made, Role.SERVICE_POINT_OWNER)
    for page in ("promises", "promises.csv", "kept/rows", "kept/rows.csv", "kept"):
        for query in ("", f"?node={made.head.id}", f"?node={made.authorised.id}", "?state=broken"):
            said = client.get(f"/manage/{page}{query}")
            body = said.getvalue() if said.streaming else said.content
            assert said.status_code < 500
            assert case.number.encode() not in body
