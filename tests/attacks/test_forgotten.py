"""A customer who was forgotten: every page about their work still answers, and nothing of theirs comes back."""

from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from bihuan.ground.vault.actions import keys_for
from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.actions import hold
from bihuan.registers.customers.errors import CustomerForgotten
from bihuan.registers.customers.models import Customer
from bihuan.service.cases.models import Case, Note
from bihuan.service.cases.queries import case_of_report
from bihuan.service.fieldwork import quoting, sheets
from bihuan.service.fieldwork.signing import sign
from bihuan.service.intake.queries import link_of, words_of
from bihuan.service.notices.forgetting import forget_customer
from bihuan.service.satisfaction import asking
from bihuan.service.satisfaction.models import Callback
from tests import makers
from tests.afterwards import asked
from tests.attacks.test_hostile_input import signed_in
from tests.makers import NOW, Company, settle
from tests.service.fieldwork.made import OnSite, ready, told

WORDS = {"words": "一句话"}
GOOD = {"speed": "5", "effect": "5", "attitude": "5", "overall": "5", "words": "很好"}


def path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def signed_and_closed() -> tuple[OnSite, list[str]]:
    """A repair that was signed for and closed; its customer's links: case, survey, service sheet."""
    here = ready()
    quote = quoting.quote(here.work, here.prices("labour"), by=here.viewer.actor, now=here.now)
    quoting.answer(quote, consented=True, how="device", by=here.viewer.actor, now=here.now)
    sheet = sign(here.work, told(), doer=here.doer, now=here.now)
    settle(here.now)
    survey = asked(here.case, now=here.now + timedelta(hours=30))
    links = [
        path(link_of(here.case.report)),
        path(asking.link_of(survey)),
        path(sheets.verify_address(sheet)),
    ]
    close(here.case)
    return here, links


def close(case: Case) -> None:
    Case.objects.filter(id=case.id).update(
        open=False, closed_at=NOW, closed_how="confirmed", stands_at="closed"
    )


def forget(made: Company, customer_id: int) -> None:
    forget_customer(made.viewer(Role.ADMINISTRATOR), customer_id, now=NOW)


def asked_for(number: str, customer_id: int) -> list[tuple[str, dict[str, Any] | None]]:
    """Whatever staff may ask about a case and its customer: address, and what is sent where something is."""
    desk, dispatch, site = f"/desk/case/{number}", f"/dispatch/{number}", f"/field/{number}"
    card, reads = f"/desk/customers/{customer_id}", ("", "/record", "/phone", "/write-up/customer_signed")
    seen = [desk + part for part in reads] + [
        f"{dispatch}/{part}" for part in ("job-order", "assign", "book")
    ]
    seen += [f"{site}/{part}" for part in ("", "sheet.pdf", "sign", "quote")] + [card]
    sent: list[tuple[str, dict[str, Any] | None]] = [
        (f"{desk}/note", WORDS),
        (f"{desk}/chase", WORDS),
        (f"{desk}/reveal", {"purpose": "核对回访记录"}),
        (f"{desk}/move", {"move": "not_solved", "reason": "又坏了"}),
        (f"{card}/correct", {"name": "李四", "phone": "13911112222"}),
        (f"{dispatch}/assign", {"step": "return", "reason": "too_far", "words": "太远"}),
        (f"{site}/sign", {"opinion": "satisfied"}),
    ]
    return [*((address, None) for address in seen), *sent]


@pytest.mark.django_db
def test_staff_are_answered_in_words_whatever_they_ask_about_a_forgotten_customer() -> None:
    here, _links = signed_and_closed()
    here.case.refresh_from_db()
    notes, place = Note.objects.count(), here.case.stands_at
    forget(here.made, here.case.customer_id)
    for role in (
        Role.AGENT,
        Role.DISPATCHER,
        Role.SERVICE_POINT_DISPATCHER,
        Role.TECHNICIAN,
        Role.SUPERVISOR,
    ):
        client = signed_in(here.made, role)
        for address, data in asked_for(here.case.number, here.case.customer_id):
            answer = client.get(address) if data is None else client.post(address, data)
            assert answer.status_code < 500, (role, address)
    answer = signed_in(here.made, Role.AGENT).post(
        f"/desk/case/{here.case.number}/note", WORDS, headers={"accept-language": "en"}
    )
    assert (answer.status_code, "was forgotten" in answer.content.decode()) == (409, True)
    here.case.refresh_from_db()
    assert (Note.objects.count(), here.case.open, here.case.stands_at) == (notes, False, place)


@pytest.mark.django_db
def test_the_links_of_a_forgotten_customer_lead_nowhere() -> None:
    here, [case, survey, sheet] = signed_and_closed()
    forget(here.made, here.case.customer_id)
    visitor = Client(raise_request_exception=False)
    for address in (case, f"{case}/sheet.pdf", survey, f"{survey}/solved"):
        assert visitor.get(address).status_code == 404, address
    assert visitor.post(survey, GOOD).status_code == 404
    assert visitor.post(f"{survey}/solved", {"solved": "no"}).status_code == 404
    assert visitor.get(sheet).status_code == 200  # says of the paper that its facts can be read no more
    assert not Callback.objects.exists()


@pytest.mark.django_db
def test_nobody_is_forgotten_while_somebody_still_has_to_ring_them() -> None:
    made = makers.company()
    case = makers.a_case(made)
    Callback.objects.create(case=case, node=case.node, cause="low_score", opened_at=NOW)
    close(case)
    with pytest.raises(Refusal, match="Finish the callback first"):
        forget(made, case.customer_id)
    Callback.objects.update(open=False)
    forget(made, case.customer_id)


@pytest.mark.django_db
def test_a_report_for_a_customer_who_was_forgotten_is_refused_in_words() -> None:
    made = makers.company()
    case = makers.a_case(made)
    close(case)
    forget(made, case.customer_id)
    with pytest.raises(CustomerForgotten):
        makers.a_report(made, phone="", customer_id=case.customer_id)


@pytest.mark.django_db(transaction=True)
def test_who_reports_while_being_forgotten_is_a_new_customer_whose_words_can_be_read() -> None:
    """The forgetting has begun and is not yet through when the same number tells us something."""
    made, phone = makers.company(), makers.a_phone()
    case = makers.a_case(made, phone=phone)
    close(case)
    begun, reports = Event(), []

    def report() -> None:
        begun.wait(10)
        try:
            reports.append(makers.a_report(made, phone=phone, words="冰箱又漏水了"))
        finally:
            connection.close()

    other = Thread(target=report)
    other.start()
    with transaction.atomic():
        forget(made, case.customer_id)
        begun.set()
        other.join(1)
    other.join(30)
    [kept] = reports
    assert kept.customer_id != case.customer_id
    assert words_of(kept, keys_for([kept.customer.key_id])).words == "冰箱又漏水了"
    assert case_of_report(kept.id) is not None


@pytest.mark.django_db(transaction=True)
def test_nobody_is_forgotten_while_they_report() -> None:
    """The report came first: forgetting waits for it, and is refused because there is open work now."""
    made, phone = makers.company(), makers.a_phone()
    case = makers.a_case(made, phone=phone)
    close(case)
    begun, refusals = Event(), []

    def try_to_forget() -> None:
        begun.wait(10)
        try:
            forget(made, case.customer_id)
        except Refusal as refusal:
            refusals.append(str(refusal))
        finally:
            connection.close()

    other = Thread(target=try_to_forget)
    other.start()
    with transaction.atomic():
        hold(case.customer_id)
        begun.set()
        other.join(1)
        makers.a_report(made, phone=phone, words="冰箱又漏水了")
    other.join(30)
    assert len(refusals) == 1
    assert Customer.objects.get(id=case.customer_id).forgotten_at is None
