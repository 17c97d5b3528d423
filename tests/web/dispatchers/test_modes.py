"""What dispatchers and technicians see and press where jobs are proposed or up for grabs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bihuan.ground.worktime import clock
from bihuan.registers.access.models import Change, Person
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Technician
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import offering
from bihuan.service.dispatch.actions import set_policy
from bihuan.service.dispatch.deciding.models import Override, Suggestion
from bihuan.service.dispatch.grabs import rounds
from bihuan.service.dispatch.grabs.models import Asked, Round
from bihuan.service.dispatch.models import Assignment, Visit
from bihuan.service.dispatch.modes import AUTOMATIC, GRAB, MANUAL, PROPOSED
from bihuan.service.dispatch.policy import Policy, policy_for
from tests.makers import Company, a_case, company, settle
from tests.statements import statements

pytestmark = pytest.mark.django_db
POINT = Role.SERVICE_POINT_DISPATCHER


@pytest.fixture
def made() -> Company:
    return company()


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def accepted(made: Company, mode: str, **more: Any) -> Case:
    """A case taken by its service point just now by the page's own clock."""
    set_policy(made.head, Policy(mode=mode))
    case = a_case(made, now=clock.now(), **({"words": "冰箱门关不严"} | more))
    settle(clock.now())
    point = Doer.of(made.viewer(POINT))
    offering.accept_offer(Case.objects.get(id=case.id), doer=point, now=clock.now())
    settle(clock.now())
    return Case.objects.get(id=case.id)


def posted(client: Client, name: str, number: str, **form: str) -> str:
    return client.post(reverse(name, args=[number]), form, follow=True).content.decode()


@pytest.mark.demand("U-12")
def test_a_job_up_for_grabs_is_shown_masked_with_area_kind_and_wish_and_the_first_has_it(
    made: Company,
) -> None:
    case = accepted(made, GRAB, asked={"suits": "evening"})
    first, second = (signed_in(one.person) for one in made.technicians[:2])
    shown = first.get(reverse("technicians:today")).content.decode()
    for words in ("Up for grabs", case.number, "西湖区", "Repair", "Evenings, after 18"):
        assert words in shown
    assert "张三丰" not in shown and "1幢101室" not in shown and "tel:" not in shown
    assert Asked.objects.filter(seen_at__isnull=False).count() == 1
    assert "It is yours." in posted(first, "technicians:grab", case.number)
    assert Assignment.objects.get(case=case).state == Assignment.ACCEPTED
    told = posted(second, "technicians:grab", case.number)
    assert f"A colleague took job {case.number} first" in told
    elsewhere = signed_in(made.technicians[2].person)
    assert elsewhere.post(reverse("technicians:grab", args=[case.number])).status_code == 404


def test_the_dispatcher_sees_who_saw_who_passed_and_who_took_it(made: Company) -> None:
    case = accepted(made, GRAB)
    first, second = (signed_in(one.person) for one in made.technicians[:2])
    second.get(reverse("technicians:today"))
    assert "Left to your colleagues." in posted(first, "technicians:pass_on", case.number, reason="too_far")
    assert case.number not in first.get(reverse("technicians:today")).content.decode()
    dispatcher = signed_in(made.people[Role.DISPATCHER])
    board = dispatcher.get(reverse("dispatchers:board"), {"lane": "up_for_grabs"}).content.decode()
    assert case.number in board
    assert (
        case.number
        not in dispatcher.get(reverse("dispatchers:board"), {"lane": "to_assign"}).content.decode()
    )
    page = dispatcher.get(reverse("dispatchers:assign", args=[case.number])).content.decode()
    for words in ("Up for grabs now", "passed · ", "Too far away", "saw it · "):
        assert words in page
    assert Round.objects.get().state == Round.OPEN


def test_a_proposal_is_agreed_to_on_the_desk_with_one_button(made: Company) -> None:
    case = accepted(made, PROPOSED)
    client = signed_in(made.people[POINT])
    name = made.technicians[0].person.name
    desk = client.get(reverse("dispatchers:service_point")).content.decode()
    assert f"Agree: {name}" in desk
    told = posted(client, "dispatchers:assign_quickly", case.number, step="agree")
    assert f"{name} is asked to take case {case.number}." in told
    assert (Suggestion.objects.get().state, Override.objects.count()) == (Suggestion.APPLIED, 0)


def test_a_proposal_is_refused_with_a_reason_and_the_next_one_stands_there(made: Company) -> None:
    case = accepted(made, PROPOSED)
    client = signed_in(made.people[POINT])
    missing = posted(client, "dispatchers:assign", case.number, step="refuse_proposed")
    assert "Choose a reason from the list." in missing
    posted(client, "dispatchers:assign", case.number, step="refuse_proposed", reason="not_reached")
    settle(clock.now())
    page = client.get(reverse("dispatchers:assign", args=[case.number])).content.decode()
    assert page.index("Proposed") < page.index(made.technicians[1].person.name)
    assert Suggestion.objects.filter(state=Suggestion.OPEN).get().technician == made.technicians[1]


def test_whoever_passes_the_best_over_must_say_why(made: Company) -> None:
    case = accepted(made, MANUAL)
    client = signed_in(made.people[POINT])
    second = str(made.technicians[1].id)
    for name in ("dispatchers:assign", "dispatchers:assign_quickly"):
        refused = posted(client, name, case.number, technician=second)
        assert f"{made.technicians[0].person.name} comes first for this case." in refused
    assert Assignment.objects.count() == 0
    posted(
        client, "dispatchers:assign_quickly", case.number, technician=second, why_not_best="knows_customer"
    )
    assert Override.objects.get().reason == "knows_customer"


def test_the_phone_asks_as_much_for_five_jobs_up_for_grabs_as_for_one(made: Company) -> None:
    accepted(made, GRAB)
    client = signed_in(made.technicians[0].person)
    client.get(reverse("technicians:today"))
    one = len(statements(lambda: client.get(reverse("technicians:today"))))
    for words in ("冰箱漏水了", "冰箱灯不亮", "冰箱结冰太厚", "冰箱有异响"):
        accepted(made, GRAB, words=words)
    client.get(reverse("technicians:today"))
    five = len(statements(lambda: client.get(reverse("technicians:today"))))
    assert (five, rounds.lapse_ungrabbed(clock.now())) == (one, 0)


@pytest.mark.demand("U-12")
def test_the_queue_shows_what_waits_in_the_order_in_which_it_is_served(made: Company) -> None:
    Technician.objects.update(max_jobs=0)
    client, counts = signed_in(made.people[Role.DISPATCHER]), []
    cases = [accepted(made, AUTOMATIC)]
    counts.append(len(statements(lambda: client.get(reverse("dispatchers:queue")))))
    cases += [accepted(made, AUTOMATIC, words="冰箱灯不亮"), accepted(made, AUTOMATIC, urgency="urgent")]
    Visit.objects.create(
        case=cases[1],
        number=1,
        technician=made.technicians[0],
        state=Visit.WITHDRAWN,
        moved_by_us=2,
        made_at=clock.now(),
    )
    Case.objects.filter(id__in=[cases[0].id, cases[1].id]).update(next_due_at=clock.now())
    page = client.get(reverse("dispatchers:queue")).content.decode()
    at = [page.index(case.number) for case in (cases[2], cases[1], cases[0])]
    assert at == sorted(at)
    counts.append(len(statements(lambda: client.get(reverse("dispatchers:queue")))))
    assert counts[0] == counts[1]


def test_an_administrator_sets_how_a_node_dispatches_and_the_history_keeps_it(made: Company) -> None:
    client = signed_in(made.people[Role.ADMINISTRATOR])
    form = {
        "node_id": made.region.id,
        "auto_offer": "on",
        "mode": GRAB,
        "grab_then": PROPOSED,
        "grab_cap": "2",
    }
    minutes = {"point_minutes": "30", "technician_minutes": "15", "grab_minutes": "45"}
    client.post("/settings/dispatch/add", form | minutes)
    assert policy_for(made.own) == Policy(mode=GRAB, grab_then=PROPOSED, grab_cap=2, grab_minutes=45)
    shown = client.get("/settings/dispatch").content.decode()
    assert "Up for grabs: the first to take it has it" in shown
    assert Change.objects.get(register="dispatch").after["mode"] == GRAB
