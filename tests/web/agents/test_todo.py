"""待办 and the hand-over of a shift as pages: one list for every role, by time left, nothing pressing hidden."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bihuan.ground.journal.event import CLOCK
from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases import mentioning, snoozing
from bihuan.service.cases.actions import Doer, tick
from bihuan.service.cases.models import Case, HandOver, Mention
from bihuan.service.cases.needs import Need
from bihuan.service.cases.owning import give_to, hand_over, set_technician
from bihuan.service.cases.talking import note
from bihuan.service.commitments import actions as commitments
from bihuan.service.dispatch import offering
from bihuan.service.improvement.waiting import todo_of
from tests.makers import Company, a_case, company
from tests.statements import statements

pytestmark = pytest.mark.django_db
PAGE = "/todo/"


@pytest.fixture
def made() -> Company:
    return company()


def as_(client: Client, made: Company, role: Role) -> Client:
    client.force_login(made.people[role])
    return client


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def sources(made: Company, role: Role) -> list[str]:
    return [one.source for one in todo_of(made.viewer(role), now=clock.now()).waiting]


@pytest.mark.demand("U-11")
def test_one_list_holds_what_waits_from_every_room(made: Company) -> None:
    now = clock.now()
    case = a_case(made, now=now - timedelta(minutes=5))
    mentioning.note_mentioning(
        case, f"@{made.people[Role.MANAGER].login} 请看", by=made.actor(Role.AGENT), now=now
    )
    hand_over(case, to_person_id=made.people[Role.SUPERVISOR].id, by=CLOCK, now=now)
    tick(case, Need.PLAN_WRITTEN, by=CLOCK, now=now)
    assert sources(made, Role.AGENT) == ["mine"]
    assert sources(made, Role.SUPERVISOR) == ["proposed", "approvals"]
    assert sorted(sources(made, Role.MANAGER)) == ["approvals", "mentions"]
    assert sources(made, Role.DISPATCHER) == ["to_offer"]
    assert sources(made, Role.SERVICE_POINT_OWNER) == []
    offering.offer(case, node_id=made.own.id, doer=Doer.of(made.viewer(Role.DISPATCHER)), now=now)
    assert sources(made, Role.SERVICE_POINT_DISPATCHER) == ["offers"]
    assert sources(made, Role.DISPATCHER) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CUSTOMER])
def test_every_role_has_the_page(client: Client, made: Company, role: Role) -> None:
    case = a_case(made, now=clock.now())
    give_to(case, node_id=made.own.id, by=CLOCK, now=clock.now())
    set_technician(case, made.people[Role.TECHNICIAN].id)
    assert "To do" in text(as_(client, made, role).get(PAGE))
    assert "To do" in text(client.get(f"{PAGE}?lane=put_off"))


def test_the_least_time_left_comes_first(made: Company) -> None:
    now = clock.now()
    for minutes in (5, 400, 90):
        a_case(made, now=now - timedelta(minutes=minutes))
    found = todo_of(made.viewer(Role.AGENT), now=now).waiting
    dues = [one.due_at for one in found if one.due_at]
    assert (dues == sorted(dues), len(found)) == (True, 3)


@pytest.mark.demand("U-11")
def test_a_case_is_put_off_on_the_page_and_back_by_undo(client: Client, made: Company) -> None:
    case = a_case(made, now=clock.now())
    agent = as_(client, made, Role.AGENT)
    sent = agent.post(f"{PAGE}{case.number}/snooze", {"span": "3h", "reason": "等客户回家"}, follow=True)
    seen = text(sent)
    assert ("Undo" in seen, "Nothing waits for you" in seen) == (True, True)
    put_off = text(agent.get(f"{PAGE}?lane=put_off"))
    assert ("等客户回家" in put_off, case.number in put_off) == (True, True)
    agent.post(f"{PAGE}{case.number}/wake")
    assert sources(made, Role.AGENT) == ["mine"]


def test_putting_off_never_hides_a_promise_that_is_broken_or_at_risk(client: Client, made: Company) -> None:
    now = clock.now()
    case = a_case(made, now=now - timedelta(days=4))
    snoozing.snooze(
        case, until=now + timedelta(days=1), reason="等配件", viewer=made.viewer(Role.AGENT), now=now
    )
    commitments.mark_broken(now)
    assert sources(made, Role.AGENT) == ["mine"]
    assert "but a promise presses" in text(as_(client, made, Role.AGENT).get(PAGE))


def test_putting_off_without_a_reason_is_refused_with_a_sentence(client: Client, made: Company) -> None:
    case = a_case(made, now=clock.now())
    answer = as_(client, made, Role.AGENT).post(f"{PAGE}{case.number}/snooze", {"span": "1h", "reason": " "})
    assert (answer.status_code, "Say why it is put off." in answer.content.decode()) == (422, True)


@pytest.mark.demand("S3-75", "S3-114")
def test_customers_who_have_not_heard_from_us_stand_in_a_lane_of_their_own(
    client: Client, made: Company
) -> None:
    now = clock.now()
    silent, spoken = (a_case(made, now=now - timedelta(days=days)) for days in (5, 6))
    a_case(made, now=now - timedelta(days=1))
    note(spoken, "电话告知进度", by=made.actor(Role.AGENT), now=now - timedelta(hours=2), contact="phone")
    for role in (Role.AGENT, Role.SUPERVISOR):
        seen = text(as_(client, made, role).get(f"{PAGE}?lane=silent"))
        assert (silent.number in seen, spoken.number in seen) == (True, False)
        assert "Has not heard from us for 5 d" in seen


@pytest.mark.demand("U-11")
def test_a_mention_is_read_by_opening_it(client: Client, made: Company) -> None:
    case = a_case(made, now=clock.now())
    boss = made.people[Role.SUPERVISOR]
    agent = as_(Client(), made, Role.AGENT)
    agent.post(f"/desk/case/{case.number}/note", {"words": "请定夺", "mention": boss.login})
    [mine] = Mention.objects.all()
    answer = as_(client, made, Role.SUPERVISOR).get(f"{PAGE}mention/{mine.id}")
    assert answer.headers["Location"].startswith(f"/desk/case/{case.number}")
    mine.refresh_from_db()
    assert mine.read_at is not None
    assert as_(client, made, Role.MANAGER).get(f"{PAGE}mention/{mine.id}").status_code == 404


def test_colleagues_who_may_see_the_case_are_offered_while_typing(client: Client, made: Company) -> None:
    case = a_case(made, now=clock.now())
    boss = made.people[Role.SUPERVISOR]
    seen = text(as_(client, made, Role.AGENT).get(f"/desk/case/{case.number}/mentionable?mention=super"))
    assert seen.count("<option") == 1
    assert (f'value="{boss.login}"' in seen, boss.name in seen) == (True, True)
    assert "+86" not in seen


def test_a_case_is_followed_and_left_on_its_page(client: Client, made: Company) -> None:
    case = a_case(made, now=clock.now())
    agent = as_(client, made, Role.AGENT)
    followed = text(agent.post(f"/desk/case/{case.number}/follow", {"follow": "on"}, follow=True))
    left = text(agent.post(f"/desk/case/{case.number}/follow", {"follow": "off"}, follow=True))
    assert ("Do not follow" in followed, "Do not follow" in left) == (True, False)


@pytest.mark.demand("U-11")
def test_a_shift_is_handed_over_shown_on_the_desk_and_taken(client: Client, made: Company) -> None:
    now = clock.now()
    case = a_case(made, now=now - timedelta(days=4))
    commitments.mark_broken(now)
    agent, boss = as_(Client(), made, Role.AGENT), as_(client, made, Role.SUPERVISOR)
    assert case.number in text(agent.get("/desk/handover"))
    written = agent.post("/desk/handover", {"words": "请先回电", "to": ""}, follow=True)
    assert (case.number in text(written), "Nobody has taken it yet" in text(written)) == (True, True)
    [kept] = HandOver.objects.all()
    assert "waits to be read and taken" in text(boss.get("/desk/"))
    assert "请先回电" in text(boss.get(f"/desk/handover/{kept.id}"))
    taken = text(boss.post(f"/desk/handover/{kept.id}/take", follow=True))
    assert made.people[Role.SUPERVISOR].name in taken
    assert "waits to be read and taken" not in text(boss.get("/desk/"))
    assert agent.post(f"/desk/handover/{kept.id}/take").status_code == 403


def test_a_hand_over_without_anything_in_it_is_refused_on_its_page(client: Client, made: Company) -> None:
    answer = as_(client, made, Role.AGENT).post("/desk/handover", {"words": ""})
    assert (answer.status_code, HandOver.objects.count()) == (422, 0)


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.SERVICE_POINT_DISPATCHER])
def test_the_list_costs_the_same_statements_however_long_it_is(
    client: Client, made: Company, role: Role
) -> None:
    now, counts = clock.now(), []
    as_(client, made, role)
    for _ in range(2):
        for minutes in (5, 60, 90):
            case = a_case(made, now=now - timedelta(minutes=minutes))
            give_to(case, node_id=made.own.id, by=CLOCK, now=now)
            Case.objects.filter(id=case.id).update(owner=made.people[role])
        counts.append(len(statements(lambda: client.get(PAGE))))
    assert counts[0] == counts[1]
    assert counts[0] <= 24
