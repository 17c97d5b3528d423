"""What dispatchers, a service point and a customer see and do on their pages."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.told import MachineTold
from bihuan.registers.organisation.models import Node
from bihuan.registers.staff.models import Technician
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, booking, offering
from bihuan.service.dispatch.actions import set_policy
from bihuan.service.dispatch.capacity.models import Day, Limit
from bihuan.service.dispatch.deciding import suggesting
from bihuan.service.dispatch.deciding.queue import wait_for
from bihuan.service.dispatch.grabs import rounds
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.dispatch.policy import Policy
from bihuan.service.dispatch.queries import free_slots
from bihuan.service.intake.queries import link_of
from tests.makers import Company, a_case, company, settle
from tests.pages.axe import overflow, shots, violations
from tests.statements import statements


@pytest.fixture
def made(db: None) -> Company:
    return company()


def signed_in(made: Company, role: Role, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(made.people[role])
    return client


def case_of(made: Company, *, offered: bool = True, **more: Any) -> Case:
    """A case opened just now by the page's own clock."""
    case = a_case(made, now=clock.now(), **({"words": "冰箱门关不严"} | more))
    if offered:
        settle(clock.now())
    return Case.objects.get(id=case.id)


def accepted(made: Company, **more: Any) -> Case:
    case = case_of(made, **more)
    offering.accept_offer(case, doer=Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER)), now=clock.now())
    return Case.objects.get(id=case.id)


def assigned(made: Company, **more: Any) -> Case:
    case = accepted(made, **more)
    point = Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER))
    assigning.assign(case, technician_id=made.technicians[0].id, doer=point, now=clock.now())
    return Case.objects.get(id=case.id)


def page_of(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200, response.content[:500]
    return response.content.decode()


def slot_link(case: Case) -> str:
    return "/c/" + link_of(case.report).rsplit("/c/", 1)[1] + "/slot"


@pytest.mark.demand("U-01", "S1-14")
def test_the_board_shows_each_lane_with_its_best_candidate_and_its_reasons(made: Company) -> None:
    set_policy(made.head, Policy(auto_offer=False))
    case = case_of(made)
    shown = page_of(signed_in(made, Role.DISPATCHER), "dispatchers:board")
    assert case.number in shown
    assert "Best: 文新网点: Covers 西湖区, Our own service point" in shown
    waiting = page_of(signed_in(made, Role.DISPATCHER), "dispatchers:board", lane="waiting")
    assert case.number not in waiting


@pytest.mark.demand("U-01")
def test_the_board_opens_on_the_first_lane_in_which_work_waits(made: Company) -> None:
    waiting = case_of(made)
    client = signed_in(made, Role.DISPATCHER)
    shown = page_of(client, "dispatchers:board")
    assert waiting.number in shown
    assert re.search(r"answer due: (Today|Tomorrow)", shown)  # by the hour at which this runs
    assert waiting.number not in page_of(client, "dispatchers:board", lane="to_offer")


def test_a_choice_without_candidates_has_no_button_that_cannot_work(made: Company) -> None:
    case = accepted(made)
    Technician.objects.update(retired_at=clock.now())
    choice = page_of(signed_in(made, Role.SERVICE_POINT_DISPATCHER), "dispatchers:assign", case.number)
    assert "Each technician is ruled out" in choice
    assert 'value="assign"' in choice
    assert "user-check" not in choice


@pytest.mark.demand("U-01")
def test_a_dispatcher_offers_the_chosen_cases_to_their_best_service_point(made: Company) -> None:
    set_policy(made.head, Policy(auto_offer=False))
    cases = [case_of(made), case_of(made, words="冰箱漏水")]
    client = signed_in(made, Role.DISPATCHER)
    response = client.post(
        reverse("dispatchers:offer_many"), {"case": [one.number for one in cases]}, follow=True
    )
    assert "2 cases offered, each to its best service point." in response.content.decode()
    assert Offer.objects.filter(state=Offer.OPEN, node=made.own).count() == 2


def test_choosing_a_service_point_names_those_ruled_out_and_the_rule(made: Company) -> None:
    set_policy(made.head, Policy(auto_offer=False))
    Node.objects.filter(id=made.own.id).update(daily_capacity=0)
    case = case_of(made, machine=a_machine("云舟"))
    shown = page_of(signed_in(made, Role.DISPATCHER), "dispatchers:offer", case.number)
    assert "Full today: 0 of 0" in shown
    assert "No authorisation by the brand 云舟 for this appliance" in shown
    client = signed_in(made, Role.DISPATCHER)
    answer = client.post(reverse("dispatchers:offer", args=[case.number]), {"node": made.authorised.id})
    assert answer.status_code == 422
    assert not Offer.objects.exists()


def a_machine(brand: str) -> Any:
    return MachineTold(category="refrigerator", brand=brand)


@pytest.mark.demand("U-01")
def test_a_service_point_accepts_or_returns_with_a_reason(made: Company) -> None:
    first, second = case_of(made), case_of(made, words="冰箱漏水")
    client = signed_in(made, Role.SERVICE_POINT_DISPATCHER)
    desk = page_of(client, "dispatchers:service_point")
    assert first.number in desk and second.number in desk
    client.post(reverse("dispatchers:answer", args=[first.number]), {"answer": "accept"})
    refused = client.post(
        reverse("dispatchers:answer", args=[second.number]), {"answer": "return", "reason": ""}, follow=True
    )
    assert "Choose a reason from the list." in refused.content.decode()
    client.post(
        reverse("dispatchers:answer", args=[second.number]),
        {"answer": "return", "reason": "too_far", "words": "车程一小时"},
    )
    assert [Case.objects.get(id=one.id).node_id for one in (first, second)] == [made.own.id, made.head.id]
    board = page_of(signed_in(made, Role.DISPATCHER), "dispatchers:board", lane="returned")
    assert "文新网点: Outside our area" in board
    choice = page_of(signed_in(made, Role.DISPATCHER), "dispatchers:offer", second.number)
    assert "车程一小时" in choice


def test_another_service_points_case_is_not_to_be_had(made: Company) -> None:
    case = case_of(made)
    Case.objects.filter(id=case.id).update(node_id=made.authorised.id)
    client = signed_in(made, Role.SERVICE_POINT_DISPATCHER)
    assert (
        client.post(reverse("dispatchers:answer", args=[case.number]), {"answer": "accept"}).status_code
        == 404
    )
    assert client.get(reverse("dispatchers:assign", args=[case.number])).status_code == 404
    assert signed_in(made, Role.TECHNICIAN).get(reverse("dispatchers:board")).status_code == 403


@pytest.mark.demand("S1-14", "S0-15")
def test_the_desk_suggests_technicians_and_the_second_dispatcher_is_told_who(made: Company) -> None:
    case = accepted(made)
    desk = page_of(signed_in(made, Role.SERVICE_POINT_OWNER), "dispatchers:service_point")
    assert "Skill level 2" in desk
    names = [one.person.name for one in made.technicians]
    form = {"technician": str(made.technicians[0].id)}
    url = reverse("dispatchers:assign_quickly", args=[case.number])
    one = signed_in(made, Role.SERVICE_POINT_OWNER).post(url, form, follow=True).content.decode()
    other = signed_in(made, Role.SERVICE_POINT_DISPATCHER).post(url, form, follow=True).content.decode()
    assert f"{names[0]} is asked to take case {case.number}." in one
    assert f"Case {case.number} was given to {names[0]}" in other
    assert Assignment.objects.count() == 1


def test_a_change_of_technician_asks_why(made: Company) -> None:
    case = assigned(made)
    client = signed_in(made, Role.SERVICE_POINT_DISPATCHER)
    url = reverse("dispatchers:assign", args=[case.number])
    form = {"step": "reassign", "technician": str(made.technicians[1].id)}
    assert "Choose a reason from the list." in client.post(url, form).content.decode()
    client.post(url, form | {"reason": "nearer"})
    standing = assigning.standing_assignment(case.id)
    assert standing is not None and standing.technician_id == made.technicians[1].id


@pytest.mark.demand("S1-17", "S1-18", "S2-72")
def test_the_customer_chooses_a_time_on_the_private_link_and_changes_it(made: Company) -> None:
    case = assigned(made)
    client = Client(headers={"accept-language": "en"})
    first, second = free_slots(case, now=clock.now())[:2]
    assert "When shall we come?" in client.get(slot_link(case)).content.decode()
    agreed = client.post(slot_link(case), {"slot": first.begins.isoformat()}, follow=True).content.decode()
    assert "Thank you. We come on" in agreed
    client.post(slot_link(case), {"slot": second.begins.isoformat()})
    visit = Visit.objects.get(case=case)
    again = client.get(slot_link(case)).content.decode()
    assert [f'value="{slot.begins.isoformat()}"' in again for slot in (first, second)] == [True, False]
    assert (visit.slot_from, visit.by_customer, visit.moved_by_customer, visit.moved_by_us) == (
        second.begins,
        True,
        1,
        0,
    )


@pytest.mark.parametrize("told", ["", "yesterday", "2020-01-01T10:00:00+08:00", "9999-12-31T23:00:00+00:00"])
def test_a_wrong_time_gets_a_sentence_and_changes_nothing(made: Company, told: str) -> None:
    case = assigned(made)
    response = Client(headers={"accept-language": "en"}).post(slot_link(case), {"slot": told})
    assert response.status_code == 422
    assert "hoose" in response.content.decode()
    assert Case.objects.get(id=case.id).stands_at == "to_book"
    assert Client().get("/c/wrong-token/slot").status_code == 404


@pytest.mark.demand("S1-16", "S1-20")
def test_an_agent_books_by_phone_and_says_that_we_are_late(made: Company) -> None:
    case = assigned(made)
    client = signed_in(made, Role.AGENT)
    url = reverse("dispatchers:book", args=[case.number])
    slot = free_slots(case, now=clock.now())[-1]
    shown = client.post(url, {"step": "book", "slot": slot.begins.isoformat()}, follow=True).content.decode()
    assert "The customer is told." in shown
    late = {"step": "late", "reason": "traffic", "expected_at": slot.ends.strftime("%Y-%m-%dT%H:%M")}
    assert "The customer is told that we come later." in client.post(url, late, follow=True).content.decode()
    assert Visit.objects.get(case=case).expected_at == slot.ends


def test_the_job_order_prints_masked(made: Company) -> None:
    case = assigned(made)
    shown = page_of(signed_in(made, Role.SERVICE_POINT_DISPATCHER), "dispatchers:job_order", case.number)
    assert "张*" in shown and "张三丰" not in shown
    assert "1幢101室" not in shown
    assert made.people[Role.TECHNICIAN].name in shown


@pytest.mark.parametrize("lane", ["to_offer", "returned", "waiting", "to_assign", "to_book", "on_hold"])
def test_a_lane_costs_the_same_statements_for_one_row_and_for_three(made: Company, lane: str) -> None:
    set_policy(made.head, Policy(auto_offer=False))
    client = signed_in(made, Role.DISPATCHER)
    url, counts = reverse("dispatchers:board") + f"?lane={lane}", []
    for wanted in (1, 3):
        while Case.objects.count() < wanted:
            a_case_in(made, lane)
        assert client.get(url).content.decode().count('<th scope="row"') == wanted
        asked = statements(lambda: client.get(url))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[1] <= 14, asked


def a_case_in(made: Company, lane: str) -> None:
    now = clock.now()
    point, dispatcher = (
        Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER)),
        Doer.of(made.viewer(Role.DISPATCHER)),
    )
    case = a_case(made, now=now)
    if lane == "to_offer":
        return
    offering.offer(case, node_id=made.own.id, doer=dispatcher, now=now)
    if lane == "returned":
        offering.return_offer(case, reason="too_far", words="", doer=point, now=now)
    if lane in ("to_assign", "to_book", "on_hold"):
        offering.accept_offer(case, doer=point, now=now)
    if lane in ("to_book", "on_hold"):
        case.refresh_from_db()
        assigning.assign(case, technician_id=made.technicians[0].id, doer=point, now=now)
    if lane == "on_hold":
        case.refresh_from_db()
        move_case(case, "hold", doer=dispatcher, now=now, reason="parts")


def test_the_desk_costs_the_same_statements_for_one_case_and_for_three(made: Company) -> None:
    client = signed_in(made, Role.SERVICE_POINT_DISPATCHER)
    counts = []
    for wanted in (1, 3):
        while Offer.objects.filter(state=Offer.ACCEPTED).count() < wanted:
            accepted(made)
            case_of(made)
        counts.append(len(statements(lambda: client.get(reverse("dispatchers:service_point")))))
    assert counts[0] == counts[1]


def enter(page: Page, live_server: LiveServer, made: Company, role: Role, language: str) -> None:
    """Sign this person in, in this language."""
    client = Client()
    client.force_login(made.people[role])
    cookies = {"sessionid": client.cookies["sessionid"].value, "language": language}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )


def staged(made: Company) -> dict[str, Case]:
    """Cases in every lane."""
    set_policy(made.head, Policy(auto_offer=False))
    now, point = clock.now(), Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER))
    cases = {}
    for lane in ("to_offer", "returned", "waiting", "to_assign", "to_book", "on_hold"):
        a_case_in(made, lane)
        cases[lane] = Case.objects.latest("id")
    a_case_in(made, "to_book")
    booked = Case.objects.latest("id")
    visit = Visit.objects.get(case=booked)
    booking.book(visit, free_slots(booked, now=now)[1], doer=point, now=now)
    for lane in ("up_for_grabs", "proposed"):
        a_case_in(made, "to_assign")
        cases[lane] = Case.objects.latest("id")
    rounds.put_up(cases["up_for_grabs"], minutes=20, now=now)
    suggesting.suggest(cases["proposed"], now=now)
    wait_for(cases["to_assign"], now=now)
    today = localdate(now)
    Limit.objects.create(node=made.own, name="旺季", visits=20, overbook=10, reserve=3)
    Day.objects.create(node=made.own, day=today, closed=True, reason="台风")
    return cases | {"booked": Case.objects.get(id=booked.id)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_dispatch_page_is_accessible_and_fits_a_phone(
    page: Page, live_server: LiveServer, language: str
) -> None:
    made = company()
    cases = staged(made)
    pages = {
        "board": (Role.DISPATCHER, reverse("dispatchers:board")),
        "board-returned": (Role.DISPATCHER, reverse("dispatchers:board") + "?lane=returned"),
        "board-to-book": (Role.DISPATCHER, reverse("dispatchers:board") + "?lane=to_book"),
        "offer": (Role.DISPATCHER, reverse("dispatchers:offer", args=[cases["returned"].number])),
        "service-point": (Role.SERVICE_POINT_DISPATCHER, reverse("dispatchers:service_point")),
        "assign": (
            Role.SERVICE_POINT_DISPATCHER,
            reverse("dispatchers:assign", args=[cases["to_assign"].number]),
        ),
        "reassign": (
            Role.SERVICE_POINT_DISPATCHER,
            reverse("dispatchers:assign", args=[cases["to_book"].number]),
        ),
        "book": (Role.SERVICE_POINT_DISPATCHER, reverse("dispatchers:book", args=[cases["booked"].number])),
        "job-order": (
            Role.SERVICE_POINT_DISPATCHER,
            reverse("dispatchers:job_order", args=[cases["booked"].number]),
        ),
        "assign-grabs": (
            Role.SERVICE_POINT_DISPATCHER,
            reverse("dispatchers:assign", args=[cases["up_for_grabs"].number]),
        ),
        "assign-proposed": (
            Role.SERVICE_POINT_DISPATCHER,
            reverse("dispatchers:assign", args=[cases["proposed"].number]),
        ),
        "grabs": (Role.TECHNICIAN, reverse("technicians:today")),
        "capacity": (
            Role.SERVICE_POINT_DISPATCHER,
            reverse("dispatchers:capacity") + f"?day={localdate(clock.now()).isoformat()}",
        ),
        "queue": (Role.SERVICE_POINT_DISPATCHER, reverse("dispatchers:queue")),
        "shares": (Role.SERVICE_POINT_DISPATCHER, reverse("dispatchers:shares")),
        "overrides": (Role.MANAGER, reverse("managers:overrides")),
        "slot": (Role.SERVICE_POINT_DISPATCHER, slot_link(cases["to_book"])),
        "slot-booked": (Role.SERVICE_POINT_DISPATCHER, slot_link(cases["booked"])),
    }
    for name, (role, path) in pages.items():
        enter(page, live_server, made, role, language)
        page.goto(live_server.url + path)
        assert violations(page) == [], name
        page.set_viewport_size({"width": 360, "height": 780})
        assert overflow(page) == 0, name
        page.set_viewport_size({"width": 1440, "height": 900})
        shots(page, f"dispatch-{name}")


@pytest.mark.django_db(transaction=True)
def test_a_case_goes_from_the_board_to_an_agreed_time_by_hand(page: Page, live_server: LiveServer) -> None:
    made = company()
    set_policy(made.head, Policy(auto_offer=False))
    case = a_case(made, now=clock.now())
    enter(page, live_server, made, Role.DISPATCHER, "zh-hans")
    page.goto(live_server.url + reverse("dispatchers:offer", args=[case.number]))
    page.locator("button[type=submit]", has=page.locator("use[href$=send]")).click()
    expect(page.locator(".alert-success")).to_be_visible()
    enter(page, live_server, made, Role.SERVICE_POINT_DISPATCHER, "zh-hans")
    page.goto(live_server.url + reverse("dispatchers:service_point"))
    page.locator(f"form[action*='{case.number}/answer'] .btn-primary").first.click()
    page.locator(f"form[action*='{case.number}/assign'] .btn-primary").click()
    expect(page.locator(".alert-success")).to_be_visible()
    page.goto(live_server.url + slot_link(case))
    page.locator("input[name=slot]").first.check()
    page.locator("main button[type=submit]").click()
    expect(page.locator(".alert-success")).to_be_visible()
    assert Case.objects.get(id=case.id).stands_at == "booked"
