"""A shop's counter: one short form, the machine taken in, a receipt with the customer's private page on it."""

from typing import Any

import pytest
from django.test import Client

from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case, Tick
from bihuan.service.cases.needs import Need
from bihuan.service.intake.queries import link_of
from tests.makers import Company, company

pytestmark = [pytest.mark.django_db, pytest.mark.demand("S0-09", "U-03")]
FORM: dict[str, Any] = {
    "phone": "13900001111",
    "name": "张三丰",
    "words": "电饭煲插上电没有反应",
    "way": "carry_in",
    "category": "refrigerator",
    "brand": "澄川",
    "looks": "外壳有划痕，带电源线",
    "privacy_read": "on",
    "key": "counter-1",
}


def at_the_counter(made: Company) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(Person.objects.get(id=made.people[Role.AGENT].id))
    return client


def test_a_walk_in_becomes_a_case_of_the_store_with_its_machine_taken_in() -> None:
    client = at_the_counter(company())
    answer = client.post("/desk/store", FORM)
    case = Case.objects.get()
    assert answer.headers["Location"] == f"/desk/store/receipt/{case.number}"
    assert (case.channel, case.way, case.brand) == ("store", "carry_in", "澄川")
    assert Tick.objects.filter(case=case, need=Need.MACHINE_RECEIVED).count() == 1


def test_the_form_sent_twice_is_one_report_and_one_machine() -> None:
    client = at_the_counter(company())
    client.post("/desk/store", FORM)
    client.post("/desk/store", FORM)
    assert (Case.objects.count(), Tick.objects.filter(need=Need.MACHINE_RECEIVED).count()) == (1, 1)


def test_a_machine_is_not_taken_without_its_looks_nor_a_number_without_consent() -> None:
    client = at_the_counter(company())
    answer = client.post("/desk/store", FORM | {"looks": "", "privacy_read": ""})
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert set(answer.context["form"].errors) == {"looks", "privacy_read"}


def test_the_receipt_shows_what_was_taken_and_the_code_of_the_private_page() -> None:
    client = at_the_counter(company())
    client.post("/desk/store", FORM | {"serial": "SN20260001"})
    case = Case.objects.get()
    page = client.get(f"/desk/store/receipt/{case.number}").content.decode()
    assert ("SN20260001" in page, FORM["looks"] in page) == (True, True)
    code = client.get(f"/desk/store/receipt/{case.number}/code.svg")
    assert (case.number in page, FORM["words"] in page, "13900001111" in page) == (True, True, False)
    assert code.headers["Content-Type"] == "image/svg+xml"
    assert b'fill="#fff"' in code.content  # a code is read from a dark page too
    assert link_of(case.report).split("/c/")[1] not in page


def test_a_visit_at_home_is_taken_at_the_counter_too() -> None:
    client = at_the_counter(company())
    client.post("/desk/store", FORM | {"way": "on_site", "looks": "", "door": "文一西路1号"})
    assert (Case.objects.get().way, Tick.objects.filter(need=Need.MACHINE_RECEIVED).count()) == ("on_site", 0)
