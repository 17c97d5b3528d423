"""Periodic maintenance: a plan for each machine that wants it, one case for each due date, told and booked as ever."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils.timezone import localdate

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import Customer, Machine
from bihuan.registers.parts.models import UpkeepInterval
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, booking, offering
from bihuan.service.dispatch.models import TechnicianWish, UpkeepPlan, UpkeepTurn
from bihuan.service.dispatch.queries import free_slots, open_visit_of
from bihuan.service.dispatch.upkeep import keep_plan, keep_upkeep, next_due, stop_plan
from bihuan.service.dispatch.wishes import wish
from bihuan.service.intake.queries import link_of
from bihuan.service.notices.forgetting import forget_customer
from bihuan.service.notices.giving_copy import copy_of
from bihuan.service.notices.models import Notice
from tests.makers import NOW, Company, a_case, company, later, settle
from tests.service.dispatch.test_dispatch import by

pytestmark = pytest.mark.django_db
TODAY = localdate(NOW)


@pytest.fixture
def made() -> Company:
    return company()


def machine_of(made: Company) -> Machine:
    """A machine bought on 15 May 2025, whose report was closed long ago."""
    case = a_case(made)
    settle()
    Case.objects.filter(id=case.id).update(open=False)
    machine = case.machine
    assert machine is not None
    return machine


def every(months: int, **more: object) -> None:
    UpkeepInterval.objects.create(category="refrigerator", months=months, lead_days=14, **more)


def upkeep_cases() -> list[Case]:
    return list(Case.objects.filter(kind="maintenance").order_by("id"))


@pytest.mark.demand("S0-06")
def test_a_plan_opens_its_case_ahead_once_and_the_customer_is_told_and_chooses_the_time(
    client: Client, made: Company
) -> None:
    machine = machine_of(made)
    every(6)
    assert keep_upkeep(NOW) == 0
    plan = UpkeepPlan.objects.get()
    assert (plan.machine_id, plan.next_due) == (machine.id, date(2027, 5, 15))
    UpkeepPlan.objects.update(next_due=TODAY + timedelta(days=15))
    assert keep_upkeep(NOW) == 0
    day = later(days=1)
    assert [keep_upkeep(day) for _ in range(3)] == [1, 0, 0]
    [case] = upkeep_cases()
    assert (case.machine_id, case.customer_id, case.card, case.district) == (
        machine.id,
        machine.customer_id,
        "maintenance",
        "西湖区",
    )
    settle(day)
    assert "upkeep_due" in set(Notice.objects.filter(case_id=case.id).values_list("kind", flat=True))
    case = Case.objects.get(id=case.id)
    assert case.node_id == made.own.id
    point = by(made, Role.SERVICE_POINT_DISPATCHER)
    offering.accept_offer(case, doer=point, now=day)
    case = Case.objects.get(id=case.id)
    assigning.assign_best(case, doer=point, now=day)
    token = link_of(case.report).rpartition("/")[2]
    assert client.get(f"/c/{token}/slot").status_code == 200
    visit = open_visit_of(case.id)
    assert visit is not None
    booking.book(visit, free_slots(case, now=day)[0], doer=point, now=day, by_customer=True)
    assert Case.objects.get(id=case.id).stands_at == "booked"


def test_the_next_date_counts_whole_intervals_and_what_was_missed_is_not_made_up(made: Company) -> None:
    assert next_due(date(2025, 5, 15), 6, after=TODAY) == date(2027, 5, 15)
    assert next_due(date(2026, 8, 31), 6, after=TODAY) == date(2027, 2, 28)
    machine_of(made)
    every(6)
    keep_upkeep(NOW)
    UpkeepPlan.objects.update(next_due=date(2024, 5, 15))
    assert keep_upkeep(NOW) == 1
    plan = UpkeepPlan.objects.get()
    assert (plan.next_due, UpkeepTurn.objects.count()) == (date(2027, 5, 15), 1)


def test_a_sweep_that_died_after_the_report_finds_the_case_it_had_made(made: Company) -> None:
    machine_of(made)
    every(12)
    keep_upkeep(NOW)
    UpkeepPlan.objects.update(next_due=TODAY)
    assert keep_upkeep(NOW) == 1
    UpkeepTurn.objects.update(case=None)
    assert (keep_upkeep(later(hours=1)), len(upkeep_cases())) == (1, 1)


def test_maintenance_that_is_still_open_is_not_opened_again(made: Company) -> None:
    machine_of(made)
    every(1)
    keep_upkeep(NOW)
    UpkeepPlan.objects.update(next_due=TODAY)
    assert keep_upkeep(NOW) == 1
    assert (keep_upkeep(later(days=25)), len(upkeep_cases())) == (0, 1)
    assert {turn.case_id for turn in UpkeepTurn.objects.all()} == {upkeep_cases()[0].id}


def test_a_plan_ends_with_its_owner_its_contract_or_when_somebody_stops_it(made: Company) -> None:
    machine = machine_of(made)
    keep_plan(
        machine,
        months=3,
        lead_days=10,
        due=TODAY + timedelta(days=5),
        contract="HT-1",
        until=TODAY + timedelta(days=30),
        now=NOW,
    )
    assert keep_upkeep(NOW) == 1
    Case.objects.filter(kind="maintenance").update(open=False)
    assert keep_upkeep(later(days=89)) == 0
    assert UpkeepPlan.objects.get().why_ended == "over"
    keep_plan(machine, months=3, lead_days=10, due=TODAY + timedelta(days=90), now=NOW)
    assert stop_plan(machine, now=NOW)
    assert (keep_upkeep(later(days=89)), UpkeepPlan.objects.get().why_ended) == (0, "stopped")
    keep_plan(machine, months=3, lead_days=10, due=TODAY, now=NOW)
    Customer.objects.filter(id=machine.customer_id).update(forgotten_at=NOW)
    assert (keep_upkeep(NOW), UpkeepPlan.objects.get().why_ended) == (0, "retired")


def test_a_stopped_plan_is_not_made_anew_by_the_categorys_interval(made: Company) -> None:
    machine = machine_of(made)
    every(6)
    keep_upkeep(NOW)
    stop_plan(machine, now=NOW)
    keep_upkeep(NOW)
    assert UpkeepPlan.objects.get().why_ended == "stopped"


def test_the_brands_own_interval_counts_before_the_categorys(made: Company) -> None:
    machine_of(made)
    every(6)
    UpkeepInterval.objects.create(category="refrigerator", brand="澄川", months=24)
    keep_upkeep(NOW)
    assert UpkeepPlan.objects.get().months == 24


def test_a_plan_without_sense_is_refused(made: Company) -> None:
    machine = machine_of(made)
    for months, lead, due in ((0, 1, TODAY), (1, 500, TODAY), (1, 1, TODAY - timedelta(days=1))):
        with pytest.raises(Refusal):
            keep_plan(machine, months=months, lead_days=lead, due=due, now=NOW)


def test_the_plan_is_kept_and_stopped_on_the_owners_card(made: Company) -> None:
    machine = machine_of(made)
    client = Client(headers={"accept-language": "en"})
    client.force_login(made.people[Role.AGENT])
    path = f"/desk/customers/{machine.customer_id}"
    told = {"months": "6", "lead_days": "14", "due": "2099-01-31", "contract": "HT-7", "until": ""}
    page = client.post(f"{path}/machines/{machine.id}/upkeep", told, follow=True).content.decode()
    assert "next on 2099-01-31, every 6 months" in page
    assert "HT-7" in page
    page = client.post(f"{path}/machines/{machine.id}/upkeep", {"step": "stop"}, follow=True).content.decode()
    assert "none: stopped" in page
    assert client.post(f"{path}/machines/0/upkeep", told).status_code == 404


def test_with_the_customer_go_their_wishes_and_plans_and_their_copy_tells_of_both_before(
    made: Company,
) -> None:
    machine = machine_of(made)
    case = Case.objects.get(machine=machine)
    wish(case, technician_id=made.technicians[0].id, wanted=False, reason="quarrel", now=NOW)
    keep_plan(machine, months=3, lead_days=10, due=TODAY, contract="HT-9", now=NOW)
    copy = copy_of(machine.customer, now=NOW)
    assert [one["contract"] for one in copy["maintenance"]] == ["HT-9"]
    assert [(one["wanted"], one["reason"]) for one in copy["technicians"]] == [(False, "quarrel")]
    forget_customer(made.viewer(Role.ADMINISTRATOR), machine.customer_id, now=NOW)
    assert not TechnicianWish.objects.exists()
    assert set(UpkeepPlan.objects.values_list("why_ended", "contract")) <= {("retired", "")}
