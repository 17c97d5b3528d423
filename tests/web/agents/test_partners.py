"""People of a partner see of a customer what their work needs, as long as it needs it."""

from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from bihuan.registers.access.models import Person, Reveal
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.abroad import is_at_home
from bihuan.registers.organisation.models import Authorisation
from bihuan.service.cases.models import Case
from bihuan.web.managers.doctor_finding import State
from bihuan.web.managers.doctor_privacy import abroad, partners
from tests.makers import NOW, Company, a_case, a_person, company

pytestmark = pytest.mark.django_db
PHONE = "13912345678"


@pytest.fixture
def made() -> Company:
    return company()


def signed_in(made: Company, client: Client, *, partner: bool) -> Person:
    node = made.authorised if partner else made.own
    person = a_person(Role.SERVICE_POINT_DISPATCHER, node=node)
    client.force_login(person)
    client.cookies["language"] = "en"
    return person


def at(made: Company, *, partner: bool) -> Case:
    case = a_case(made, phone=PHONE)
    Case.objects.filter(id=case.id).update(node=made.authorised if partner else made.own)
    return case


def asked_for(client: Client, case: Case) -> int:
    return client.post(f"/desk/case/{case.number}/reveal", {"purpose": "ring about the visit"}).status_code


@pytest.mark.demand("L-23")
def test_a_partner_reaches_the_customer_while_the_work_lasts_and_not_afterwards(
    client: Client, made: Company
) -> None:
    case, _person = at(made, partner=True), signed_in(made, client, partner=True)
    assert asked_for(client, case) == 200
    Case.objects.filter(id=case.id).update(open=False, closed_at=NOW)
    assert (asked_for(client, case), Reveal.objects.count()) == (403, 1)
    shown = client.get(f"/desk/case/{case.number}").content.decode()
    assert (PHONE in shown, "139****5678" in shown, f"/desk/case/{case.number}/reveal" in shown) == (
        False,
        True,
        False,
    )


@pytest.mark.demand("L-23")
def test_a_partner_is_shown_no_consents_and_no_card_of_the_whole_customer(
    client: Client, made: Company
) -> None:
    case, _person = at(made, partner=True), signed_in(made, client, partner=True)
    assert "You may send me offers" not in client.get(f"/desk/case/{case.number}").content.decode()
    path = f"/desk/customers/{case.customer_id}/reveal"
    assert client.post(path, {"purpose": "ring about the visit"}).status_code == 403


def test_our_own_people_look_behind_the_mask_of_a_closed_case_for_a_purpose(
    client: Client, made: Company
) -> None:
    case, _person = at(made, partner=False), signed_in(made, client, partner=False)
    Case.objects.filter(id=case.id).update(open=False, closed_at=NOW)
    assert asked_for(client, case) == 200


@pytest.mark.demand("L-23")
def test_the_doctor_names_partners_whose_contract_has_ended_while_their_people_may_come_in(
    made: Company,
) -> None:
    assert partners(NOW).state == State.FINE
    person = a_person(Role.SERVICE_POINT_OWNER, node=made.authorised)
    Authorisation.objects.filter(node=made.authorised).update(valid_until="2025-12-31")
    assert localdate(NOW).year == 2026
    found = partners(NOW)
    assert (found.state, made.authorised.name in found.said) == (State.BROKEN, True)
    Person.objects.filter(node=made.authorised).update(is_active=False)
    assert (partners(NOW).state, person.node_id) == (State.FINE, made.authorised.id)


@pytest.mark.demand("L-34")
def test_a_house_abroad_needs_a_ground_that_is_written_down_and_the_notice_says_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    client.cookies["language"] = "en"
    for kind in ("SMTP", "IMAP"):
        monkeypatch.delenv(f"BIHUAN_{kind}_HOST", raising=False)
    assert abroad(NOW).state == State.FINE
    assert "None of it leaves mainland China" in client.get("/privacy").content.decode()
    monkeypatch.setenv("BIHUAN_SMTP_HOST", "smtp.mail-abroad.example.com")
    found = abroad(NOW)
    assert (found.state, "mail-abroad" in found.said) == (State.BROKEN, True)
    settings.BIHUAN_EXPORT_GROUND = "standard contract 2026-17"
    assert abroad(NOW).state == State.FINE
    assert "standard contract 2026-17" in client.get("/privacy").content.decode()


@pytest.mark.parametrize(
    ("host", "at_home"),
    [
        ("dysmsapi.aliyuncs.com", True),
        ("sms.tencentcloudapi.com", True),
        ("api.weixin.qq.com", True),
        ("open.feishu.cn", True),
        ("smtp.exmail.qq.com", True),
        ("mail", True),
        ("notqq.com", False),
        ("smtp.gmail.com", False),
        ("aliyuncs.com.evil.example", False),
    ],
)
def test_a_house_is_known_by_the_end_of_its_name(host: str, at_home: bool) -> None:
    assert is_at_home(host) is at_home
