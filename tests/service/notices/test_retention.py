"""Customers go by themselves when their time is over, and never while something is still open with them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from bihuan.ground.journal.queries import all_faults
from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import Consent, Contact, Customer, Machine
from bihuan.registers.customers.notice import NOTICE_VERSION
from bihuan.registers.customers.queries import shown
from bihuan.registers.customers.terms import CUSTOMER, days_kept, terms_listed
from bihuan.service.cases import talking
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.notices.retention import due, forget_after_term
from bihuan.service.searching.models import Words
from tests.makers import NOW, Company, a_case, company, later, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def concluded(made: Company, **more: Any) -> Case:
    """A case that its customer called off an hour after it was opened; its machine is under no cover."""
    case = a_case(made, **more)
    talking.move_saying(
        case, "cancel", doer=Doer.of(made.viewer(Role.AGENT)), now=later(hours=1), reason="客户取消"
    )
    settle(later(hours=1))
    Machine.objects.filter(customer=case.customer).update(cover_until=None)
    return case


def night(days: float) -> datetime:
    """So many days after the case was concluded, in the small hours."""
    moment = later(hours=1) + timedelta(days=days)
    return moment.astimezone(UTC).replace(hour=19)  # 03:00 in Shanghai, on the next day


@pytest.mark.demand("L-22")
def test_a_customer_goes_by_themselves_when_the_term_is_over_and_not_a_day_before(made: Company) -> None:
    case, term = concluded(made), days_kept(CUSTOMER)
    assert [forget_after_term(night(term - 2)), forget_after_term(night(term))] == [0, 1]
    customer = Customer.objects.select_related("key").get(id=case.customer_id)
    assert (customer.forgotten_at, shown([customer])[customer.id].name) == (night(term), "")
    assert list(Contact.objects.filter(customer=customer)) == []
    assert list(Words.objects.filter(customer_id=customer.id)) == []
    change = Change.objects.get(register="customers", deed="forgotten")
    assert (change.row, change.person) == (str(customer.id), None)
    assert (list(all_faults()), Case.objects.filter(id=case.id).count()) == ([], 1)


@pytest.mark.demand("L-22")
def test_whoever_has_something_open_or_under_cover_is_kept(made: Company) -> None:
    at = night(days_kept(CUSTOMER))
    still_open, covered, gone = a_case(made), concluded(made), concluded(made)
    Machine.objects.filter(customer=covered.customer).update(extended_until=at.date() + timedelta(days=30))
    assert [one.id for one in due(at)] == [gone.customer_id]
    assert still_open.customer_id not in [one.id for one in due(at + timedelta(days=9999))]


def test_by_day_nobody_is_forgotten(made: Company) -> None:
    concluded(made)
    assert forget_after_term(later(days=days_kept(CUSTOMER) + 9, hours=4)) == 0


@pytest.mark.demand("L-22")
def test_the_administrator_changes_the_term_and_the_notice_says_the_same(
    client: Client, made: Company
) -> None:
    client.force_login(made.people[Role.ADMINISTRATOR])
    client.cookies["language"] = "en"
    held = terms_listed().get(code=CUSTOMER)
    assert client.post(f"/settings/terms/{held.id}", {"days": "10"}).status_code == 422
    assert client.post(f"/settings/terms/{held.id}", {"days": "400"}).status_code == 302
    assert days_kept(CUSTOMER) == 400
    assert "400 days after our last dealing" in client.get("/privacy").content.decode()


@pytest.mark.demand("L-19")
def test_the_notice_says_who_what_for_how_long_and_which_rights(client: Client) -> None:
    client.cookies["language"] = "en"
    seen = client.get("/privacy").content.decode()
    for words in (
        "Who answers for your data",
        "What we keep, and why",
        "How long, and where",
        "saying no changes nothing about the service",
        "corrected or deleted",
        f"Version {NOTICE_VERSION}",
    ):
        assert words in seen


@pytest.mark.demand("L-19")
def test_each_consent_is_asked_apart_unticked_and_kept_with_the_notice_that_was_shown(
    client: Client, made: Company
) -> None:
    client.cookies["language"] = "en"
    seen = client.get("/report/").content.decode()
    assert all(f'name="consent_{kind}"' in seen for kind in ("service", "recording", "marketing"))
    assert ("checked" in seen, 'href="/privacy"' in seen) == (False, True)
    sent = {"words": "冰箱不制冷", "phone": "13900001111", "consent_service": "on", "key": "k-1"}
    assert client.post("/report/", sent).status_code == 302
    kept = {one.kind: (one.given, one.notice) for one in Consent.objects.all()}
    assert kept == {
        "service": (True, NOTICE_VERSION),
        "recording": (False, NOTICE_VERSION),
        "marketing": (False, NOTICE_VERSION),
    }
    assert Case.objects.filter(opened_at__gt=NOW - timedelta(days=9999)).count() == 1
