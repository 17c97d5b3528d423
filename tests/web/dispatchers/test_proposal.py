"""What a dispatcher sees and presses when the house proposes a plan: asked for, watched, read, answered."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from bihuan.ground.worktime import clock
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Skill
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import offering
from bihuan.service.dispatch.planning import solving
from bihuan.service.dispatch.planning.models import Change, DayPlan, Intended, Proposal
from tests.makers import Company, a_case, a_person, company, settle

pytestmark = pytest.mark.django_db
POINT = Role.SERVICE_POINT_DISPATCHER


@pytest.fixture
def made() -> Company:
    return company()


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def waiting(made: Company, words: str) -> Case:
    """A case that waits for a technician just now by the page's own clock."""
    now = clock.now()
    case = a_case(made, now=now, words=words)
    settle(now)
    offering.accept_offer(Case.objects.get(id=case.id), doer=Doer.of(made.viewer(POINT)), now=now)
    return Case.objects.get(id=case.id)


def asked(client: Client, made: Company, **more: object) -> Proposal:
    day = localdate(clock.now()) + timedelta(days=1)
    address = reverse("dispatchers:proposal_ask", args=[made.own.id])
    client.post(address, {"day": f"{day:%Y-%m-%d}"} | more)
    return Proposal.objects.latest("id")


def solved(proposal: Proposal) -> None:
    while solving.carry_on(proposal.id, now=clock.now(), seconds=60):
        pass


def test_a_plan_is_asked_for_watched_and_answered_change_by_change(made: Company) -> None:
    cases = [waiting(made, "冰箱漏水了"), waiting(made, "洗衣机不转了")]
    client = signed_in(made.people[POINT])
    proposal = asked(client, made)
    address = reverse("dispatchers:proposal", args=[proposal.id])
    page = client.get(address).content.decode()
    assert 'hx-trigger="every 1s"' in page
    solving.carry_on(proposal.id, now=clock.now(), seconds=0)
    part = client.get(address, headers={"hx-request": "true"}).content.decode()
    assert "Cases with a technician and a time" in part
    assert "<html" not in part
    solved(proposal)
    page = client.get(address).content.decode()
    assert "every 1s" not in page
    assert all(case.number in page for case in cases)
    assert "Costs least of the 2 who could come" in page or "By cost number" in page
    first, second = Change.objects.filter(proposal=proposal).order_by("begins", "id")
    proposal.refresh_from_db()
    told = {"step": "apply", "version": str(proposal.base_version), "change": str(first.id)}
    page = client.post(address, told, follow=True).content.decode()
    assert "1 change was made." in page
    assert Intended.objects.get().case_id == first.case_id
    page = client.post(address, told | {"change": str(second.id)}, follow=True).content.decode()
    assert "The plan changed in the meantime." in page
    told = {"step": "refuse", "reason": "fair_share", "change": str(second.id)}
    page = client.post(address, told, follow=True).content.decode()
    assert "1 change is refused." in page
    assert "The work is shared out more evenly" in page
    listed = client.get(reverse("dispatchers:proposal_ask", args=[made.own.id])).content.decode()
    assert "1 applied, 1 refused" in listed
    assert "The work is shared out more evenly (1)" in listed


def test_a_search_that_is_stopped_before_its_first_plan_says_so(made: Company) -> None:
    waiting(made, "冰箱漏水了")
    client = signed_in(made.people[POINT])
    address = reverse("dispatchers:proposal", args=[asked(client, made).id])
    page = client.post(address, {"step": "stop"}, follow=True).content.decode()
    assert "It ended before a first plan was found." in page
    assert "comes in a few seconds" not in page


def test_what_stays_names_its_rule_and_if_somebody_were_away_is_not_applied(made: Company) -> None:
    case, client = waiting(made, "冰箱漏水了"), signed_in(made.people[POINT])
    one, other = made.technicians[:2]
    Skill.objects.filter(technician=other).delete()
    proposal = asked(client, made, without=str(one.id))
    solved(proposal)
    page = client.get(reverse("dispatchers:proposal", args=[proposal.id])).content.decode()
    assert f"As if away: {one.person.name}" in page
    assert "Apply chosen" not in page
    assert "What stays without a technician" in page
    assert case.number in page
    assert f"{other.person.name} has the time, but not the skill" in page


def test_a_day_is_published_and_another_service_point_sees_nothing(made: Company) -> None:
    waiting(made, "冰箱漏水了")
    client = signed_in(made.people[POINT])
    proposal = asked(client, made)
    plan = DayPlan.objects.get(id=proposal.plan_id)
    told = {"day": f"{plan.day:%Y-%m-%d}", "version": str(plan.version)}
    page = client.post(reverse("dispatchers:plan_publish", args=[made.own.id]), told, follow=True)
    assert "Published." in page.content.decode()
    plan.refresh_from_db()
    assert plan.published_version == plan.version
    stranger = signed_in(a_person(POINT, node=made.authorised))
    for address in (
        reverse("dispatchers:proposal", args=[proposal.id]),
        reverse("dispatchers:proposal_ask", args=[made.own.id]),
    ):
        assert stranger.get(address).status_code == 404
