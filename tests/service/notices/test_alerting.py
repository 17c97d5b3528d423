"""Who of us is told: of a chase, of a warning, of each step of a ladder; once each, at a decent hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.actions import add_node
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case
from bihuan.service.cases.talking import chase, note
from bihuan.service.commitments import actions as clock
from bihuan.service.commitments.models import Promise, Rung
from bihuan.service.commitments.profiles_in_use import activate, forget_cached, keep_profile
from bihuan.service.notices.alerting import named_by
from bihuan.service.notices.models import Notice
from tests.makers import NOW, Company, a_case, a_person, company, later, settle

pytestmark = pytest.mark.django_db
NIGHT = NOW + timedelta(hours=13)  # Monday 23:00 in Shanghai
MORNING = NOW + timedelta(hours=23)  # Tuesday 09:00, when the offices open

LADDERS = """
name = "two-ladders"
version = 1
sort = "base"
title_zh = "两级"
title_en = "Two ladders"
[[ladders.calm]]
level = 1
who = ["owner_supervisor"]
after = "10 min"
[[ladders.calm]]
level = 2
who = ["manager", "owner_supervisor"]
channels = ["page", "sms"]
after = "30 min"
repeat = "1 h"
times = 2
[[ladders.alarm]]
level = 1
who = ["dispatcher", "supervisor"]
channels = ["sms"]
at_once = true
[clauses.answer]
title_zh = "答复"
title_en = "Answer"
starts = ["case.opened"]
stops = ["case.contacted"]
within = "1 h"
calendar = "24x7"
ladder = "calm"
notify = ["owner"]
[clauses.look]
title_zh = "查看"
title_en = "Look"
starts = ["case.opened"]
stops = ["case.contacted"]
within = "1 h"
calendar = "24x7"
ladder = "alarm"
notify = []
"""


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def laddered(made: Company) -> Iterator[Company]:
    keep_profile(LADDERS, now=NOW)
    activate("two-ladders", now=NOW)
    yield made
    forget_cached()


def sweep(now: datetime) -> None:
    for act in (clock.mark_at_risk, clock.mark_broken, clock.climb, settle):
        act(now)


def told(case: Case, kind: str) -> list[tuple[int, str]]:
    """Who was told, and on which channel."""
    rows = Notice.objects.filter(case=case, kind=kind, person__isnull=False).order_by("id")
    return [(row.person_id or 0, row.channel) for row in rows]


def number(made: Company, role: Role) -> int:
    return made.people[role].id


def with_phone(person: Person) -> Person:
    person.phone = "+8613800000001"
    person.save(update_fields=["phone"])
    return person


@pytest.mark.demand("U-09")
def test_a_chase_is_told_to_the_owner_the_service_point_and_the_technician_once_each(made: Company) -> None:
    case = a_case(made)
    technician = made.technicians[0].person
    Case.objects.filter(id=case.id).update(
        node=made.own, owner=made.people[Role.AGENT], technician_person=technician
    )
    case.refresh_from_db()
    settle()
    chase(case, by=made.actor(Role.AGENT), now=later(minutes=10))
    settle(later(minutes=10))
    roles = (Role.AGENT, Role.SERVICE_POINT_DISPATCHER, Role.SERVICE_POINT_OWNER)
    assert sorted(told(case, "chased")) == sorted(
        [*((number(made, role), "page") for role in roles), (technician.id, "page")]
    )


@pytest.mark.demand("U-09")
def test_the_third_chase_calls_in_the_supervisor_and_an_hour_late_the_manager(made: Company) -> None:
    case = a_case(made)
    settle()
    for minutes in (10, 20, 30):
        chase(case, by=made.actor(Role.AGENT), now=later(minutes=minutes))
        sweep(later(minutes=minutes))
    assert told(case, "called_in") == [(number(made, Role.SUPERVISOR), "page")]
    for minutes in range(40, 300, 10):
        sweep(later(minutes=minutes))
    third = Promise.objects.get(case=case, clause="chase_third")
    manager = Rung.objects.get(promise=third, level=2)
    # due at 12:30, an hour later 13:30, when the offices open again
    assert (third.broken_at, manager.due_at) == (later(minutes=150), later(minutes=210))
    assert (number(made, Role.MANAGER), "page") in told(case, "escalated")


@pytest.mark.demand("U-09")
def test_a_third_chase_that_is_answered_reaches_no_manager(made: Company) -> None:
    case = a_case(made)
    for minutes in (10, 20, 30):
        chase(case, by=made.actor(Role.AGENT), now=later(minutes=minutes))
    sweep(later(minutes=30))
    note(case, "已答复", by=made.actor(Role.AGENT), now=later(minutes=60), contact="phone")
    third = Promise.objects.get(case=case, clause="chase_third")
    for minutes in range(70, 300, 10):
        sweep(later(minutes=minutes))
    assert (third.state, Rung.objects.filter(promise=third, told_at__isnull=True).count()) == ("kept", 0)
    of_the_chase = Notice.objects.filter(case=case, kind="called_in", person=made.people[Role.MANAGER])
    assert of_the_chase.count() == 0


@pytest.mark.demand("X-21", "S3-106")
def test_at_night_an_urgent_breach_is_told_at_once_and_a_calm_one_in_the_morning(laddered: Company) -> None:
    calm = a_case(laddered, now=NIGHT)
    urgent = a_case(laddered, now=NIGHT, words="插座冒烟了，有焦糊味")
    sweep(NIGHT + timedelta(hours=2))
    supervisor = number(laddered, Role.SUPERVISOR)
    assert (supervisor, "page") in told(urgent, "escalated")
    assert [one for one in told(calm, "escalated") if one[1] == "page"] == [
        (
            number(laddered, Role.DISPATCHER),
            "page",
        ),  # the alarm does not wait, and nobody gave a phone number
        (supervisor, "page"),
    ]
    steps = Rung.objects.filter(promise__case=calm, promise__clause="answer").order_by("level")
    assert [(step.level, step.told_at, step.due_at) for step in steps] == [
        (1, None, MORNING),
        (2, None, MORNING),
    ]
    sweep(MORNING)
    assert steps.filter(told_at=MORNING).count() == 2


@pytest.mark.demand("X-21")
def test_a_step_goes_out_on_the_channels_it_names(laddered: Company) -> None:
    with_phone(laddered.people[Role.MANAGER])
    with_phone(laddered.people[Role.DISPATCHER])
    case = a_case(laddered)
    sweep(later(hours=1, seconds=1))
    assert told(case, "escalated") == [
        (number(laddered, Role.DISPATCHER), "sms"),
        (number(laddered, Role.SUPERVISOR), "page"),  # no number is known, so the page
    ]
    sweep(later(hours=1, minutes=31))
    assert [one for one in told(case, "escalated") if one[0] == number(laddered, Role.MANAGER)] == [
        (number(laddered, Role.MANAGER), "page"),
        (number(laddered, Role.MANAGER), "sms"),
    ]


def test_whoever_a_step_names_twice_is_told_once_and_a_repeat_tells_again(laddered: Company) -> None:
    case = a_case(laddered)
    for minutes in range(60, 60 * 5, 10):
        sweep(later(minutes=minutes, seconds=1))
        sweep(later(minutes=minutes, seconds=1))
    manager, supervisor = number(laddered, Role.MANAGER), number(laddered, Role.SUPERVISOR)
    all_told = [who for who, _ in told(case, "escalated")]
    # the supervisor: the alarm, the first step, and the second step twice; the manager: the second step twice
    assert (all_told.count(manager), all_told.count(supervisor)) == (2, 4)


def test_steps_ahead_are_dropped_when_the_promise_is_made_good(laddered: Company) -> None:
    case = a_case(laddered)
    sweep(later(hours=1, seconds=1))
    note(case, "联系上了", by=laddered.actor(Role.AGENT), now=later(minutes=65), contact="phone")
    for minutes in range(70, 400, 10):
        sweep(later(minutes=minutes))
    assert number(laddered, Role.MANAGER) not in {who for who, _ in told(case, "escalated")}
    assert Rung.objects.filter(promise__case=case, dropped_at=later(minutes=65)).count() == 2


def test_a_step_reaches_those_over_the_case_and_not_another_region(laddered: Company) -> None:
    far = add_node(kind=Node.REGION, name="城东大区", code="R-east", parent=laddered.head)
    theirs = a_person(Role.SUPERVISOR, node=far)
    ours = a_person(Role.SUPERVISOR, node=laddered.region)
    case = a_case(laddered)
    Case.objects.filter(id=case.id).update(node=laddered.own)
    sweep(later(hours=1, seconds=1))
    who = {person for person, _ in told(case, "escalated")}
    assert (ours.id in who, theirs.id in who) == (True, False)


def test_nobody_is_warned_of_what_the_house_keeps_by_itself(laddered: Company) -> None:
    case = a_case(laddered)
    sweep(later(minutes=50))
    warned = set(Promise.objects.filter(case=case, warnings=1).values_list("clause", flat=True))
    assert warned == {"answer", "look"}
    assert len(told(case, "at_risk")) == 1


def test_a_warning_of_an_offer_goes_to_the_service_point_and_to_no_manager(made: Company) -> None:
    case = a_case(made, words="插座冒烟了，有焦糊味")
    settle()
    offered = Promise.objects.get(case=case, about="acceptance")
    assert offered.warn_next_at is not None
    clock.mark_at_risk(offered.warn_next_at)
    settle(offered.warn_next_at)
    case.refresh_from_db()
    point = set(Person.objects.filter(node=case.node_id).values_list("id", flat=True))
    asked = {number(made, Role.SERVICE_POINT_OWNER), number(made, Role.SERVICE_POINT_DISPATCHER)} & point
    told_of = {who for who, _ in told(case, "at_risk")}
    assert (asked <= told_of, number(made, Role.MANAGER) in told_of) == (True, False)


@pytest.mark.parametrize(
    ("codes", "told_of"),
    [
        (["technician"], Role.AGENT),  # nobody goes yet: whoever answers for the case
        (["service_point_owner"], Role.AGENT),  # still at head office: no other point's people
        (["quality_inspector"], Role.QUALITY_INSPECTOR),
        ([], None),
    ],
)
def test_a_step_that_names_nobody_there_is_reaches_whoever_answers_for_the_case(
    made: Company, codes: list[str], told_of: Role | None
) -> None:
    case = a_case(made)
    Case.objects.filter(id=case.id).update(owner=made.people[Role.AGENT], technician_person=None)
    case.refresh_from_db()
    assert [one.id for one in named_by(codes, case)] == ([number(made, told_of)] if told_of else [])
