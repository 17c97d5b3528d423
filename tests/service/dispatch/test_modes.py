"""How a case finds its technician by the mode of its node: proposed, up for grabs, waiting."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from bihuan.ground.journal.queries import story_of
from bihuan.registers.access.errors import LostRace, NotFound
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Busy, Certificate, Technician
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, matching, offering
from bihuan.service.dispatch.actions import set_policy
from bihuan.service.dispatch.deciding.models import Override, Suggestion, Waiting
from bihuan.service.dispatch.deciding.suggesting import open_suggestion, reasons_of, refuse_suggestion
from bihuan.service.dispatch.errors import NothingProposed, ReasonUnknown
from bihuan.service.dispatch.grabs import queries as grabs
from bihuan.service.dispatch.grabs import rounds, taking
from bihuan.service.dispatch.grabs.errors import CapReached, GrabbedAlready, GrabOver
from bihuan.service.dispatch.grabs.models import Asked, Round
from bihuan.service.dispatch.models import Assignment, DispatchPolicy
from bihuan.service.dispatch.modes import AUTOMATIC, GRAB, MANUAL, PROPOSED
from bihuan.service.dispatch.policy import Policy, policy_for
from tests.makers import NOW, Company, a_case, a_technician, company, later, settle
from tests.service.dispatch.test_dispatch import race

pytestmark = pytest.mark.django_db
LEAKS = "冰箱漏水了"  # no checklist fits: nothing to try by phone


@pytest.fixture
def made() -> Company:
    return company()


def fresh(case: Case) -> Case:
    return Case.objects.get(id=case.id)


def by(made: Company, role: Role) -> Doer:
    return Doer.of(made.viewer(role))


def whose(technician: Technician) -> Doer:
    from bihuan.registers.access.queries import viewer_of

    return Doer.of(viewer_of(technician.person))


def accepted(made: Company, **more: Any) -> Case:
    """A case that its service point took, with all that follows from it."""
    case = a_case(made, **({"words": LEAKS} | more))
    settle()
    offering.accept_offer(fresh(case), doer=by(made, Role.SERVICE_POINT_DISPATCHER), now=NOW)
    settle()
    return fresh(case)


def kinds(case: Case) -> list[str]:
    found = [fact.event.kind for fact in story_of(case.chain_id)]
    return [kind.removeprefix("dispatch.") for kind in found if kind.startswith("dispatch.")]


def test_the_nearest_policy_upwards_holds(made: Company) -> None:
    assert policy_for(made.own).mode == MANUAL
    set_policy(made.head, Policy(mode=AUTOMATIC))
    set_policy(made.region, Policy(mode=GRAB, grab_cap=2))
    assert (policy_for(made.own).mode, policy_for(made.own).grab_cap) == (GRAB, 2)
    set_policy(made.own, Policy(mode=PROPOSED))
    assert [policy_for(node).mode for node in (made.head, made.region, made.own, made.authorised)] == [
        AUTOMATIC,
        GRAB,
        PROPOSED,
        GRAB,
    ]
    assert DispatchPolicy.objects.count() == 3


@pytest.mark.demand("S3-127", "L-24")
def test_by_hand_nobody_is_asked_proposed_or_waits(made: Company) -> None:
    case = accepted(made)
    assert (Assignment.objects.count(), Suggestion.objects.count(), Round.objects.count()) == (0, 0, 0)
    assert (fresh(case).stands_at, Waiting.objects.count()) == ("to_assign", 0)


# Proposed


def test_the_best_is_proposed_with_its_reasons_and_a_dispatcher_agrees(made: Company) -> None:
    set_policy(made.head, Policy(mode=PROPOSED))
    case = accepted(made)
    proposed = open_suggestion(case.id)
    assert proposed is not None and fresh(case).stands_at == "to_assign"
    assert [one.code for one in reasons_of(proposed)][:2] == ["skill", "free_on"]
    point = by(made, Role.SERVICE_POINT_DISPATCHER)
    assigning.assign(case, technician_id=proposed.technician_id, doer=point, now=NOW)
    proposed.refresh_from_db()
    assert (proposed.state, proposed.answered_by) == (Suggestion.APPLIED, point.by.id)
    assert Override.objects.count() == 0


def test_a_refused_proposal_keeps_its_reason_and_the_next_is_proposed_once_each(made: Company) -> None:
    set_policy(made.head, Policy(mode=PROPOSED))
    case = accepted(made)
    point, named = by(made, Role.SERVICE_POINT_DISPATCHER), []
    for _ in range(2):
        refused = refuse_suggestion(case, reason="not_reached", doer=point, now=NOW)
        named.append(refused.technician_id)
        settle()
    assert sorted(named) == [one.id for one in made.technicians[:2]]
    assert open_suggestion(case.id) is None
    with pytest.raises(NothingProposed):
        refuse_suggestion(case, reason="other", doer=point, now=NOW)
    with pytest.raises(ReasonUnknown):
        refuse_suggestion(case, reason="", doer=point, now=NOW)
    states = Suggestion.objects.values_list("state", "reason")
    assert set(states) == {(Suggestion.REFUSED, "not_reached")}


def test_a_proposal_is_overtaken_when_the_case_goes_another_way(made: Company) -> None:
    set_policy(made.head, Policy(mode=PROPOSED))
    case = accepted(made)
    move_case(case, "cancel", doer=by(made, Role.AGENT), now=NOW, reason="customer_wish")
    assert Suggestion.objects.get().state == Suggestion.OVERTAKEN


def test_who_was_passed_over_before_is_proposed_again_when_the_other_refuses(made: Company) -> None:
    set_policy(made.head, Policy(mode=PROPOSED))
    case = accepted(made)
    first, second = made.technicians[:2]
    point = by(made, Role.SERVICE_POINT_DISPATCHER)
    assigning.assign(case, technician_id=second.id, doer=point, now=NOW, why_not_best="nearer")
    assert Suggestion.objects.get().state == Suggestion.OVERTAKEN
    assigning.refuse_job(
        fresh(case), technician_id=second.id, reason="ill", words="", doer=whose(second), now=NOW
    )
    settle()
    proposed = open_suggestion(case.id)
    assert proposed is not None and proposed.technician_id == first.id


# Overrides


def test_choosing_somebody_else_than_the_best_is_kept_with_its_reason(made: Company) -> None:
    case = accepted(made)
    best, second = made.technicians[0].id, made.technicians[1].id
    point = by(made, Role.SERVICE_POINT_DISPATCHER)
    assigning.assign(case, technician_id=second, doer=point, now=NOW, why_not_best="knows_customer")
    kept = Override.objects.get()
    assert (kept.stage, kept.chosen, kept.best, kept.place) == ("technician", second, best, 2)
    assert (kept.reason, kept.made_by) == ("knows_customer", point.by.id)
    assert kinds(case)[-2:] == ["assigned", "best_passed_over"]
    assigning.reassign(fresh(case), technician_id=best, reason="ill", words="", doer=point, now=NOW)
    assert Override.objects.count() == 1  # who replaces them was the best of the others


def test_another_service_point_than_the_best_is_kept_too(made: Company) -> None:
    set_policy(made.head, Policy(auto_offer=False))
    case = a_case(made, words=LEAKS)
    settle()
    dispatcher = by(made, Role.DISPATCHER)
    offering.offer(case, node_id=made.authorised.id, doer=dispatcher, now=NOW)
    kept = Override.objects.get()
    assert (kept.stage, kept.chosen, kept.best, kept.reason) == (
        "point",
        made.authorised.id,
        made.own.id,
        "not_said",
    )


def test_what_the_house_does_by_itself_is_no_override(made: Company) -> None:
    set_policy(made.head, Policy(mode=AUTOMATIC))
    accepted(made)
    assert (Assignment.objects.get().automatic, Override.objects.count()) == (True, 0)


# Up for grabs


def up_for_grabs(made: Company, **more: Any) -> Case:
    set_policy(made.head, Policy(mode=GRAB, **more))
    return accepted(made)


@pytest.mark.demand("U-12")
def test_a_job_is_up_for_grabs_for_all_who_pass_every_gate_and_the_rule_is_kept_for_the_others(
    made: Company,
) -> None:
    out = a_technician(made.own)
    Technician.objects.filter(id=out.id).update(max_jobs=0)
    case = up_for_grabs(made)
    held = Round.objects.get(case=case)
    assert (held.state, held.until, fresh(case).stands_at) == (Round.OPEN, later(minutes=20), "to_assign")
    asked = dict(Asked.objects.filter(round=held).values_list("technician_id", "rule"))
    assert asked == {made.technicians[0].id: "", made.technicians[1].id: "", out.id: "no_time"}
    assert [one.round_id for one in grabs.up_for(made.technicians[1].id)] == [held.id]
    assert grabs.up_for(out.id) == []
    with pytest.raises(NotFound):
        taking.grab(case, technician_id=out.id, doer=whose(out), now=NOW)


@pytest.mark.demand("U-12")
def test_who_grabs_has_the_job_at_once_and_the_others_are_told(made: Company) -> None:
    case = up_for_grabs(made)
    first, second = made.technicians[:2]
    held = taking.grab(case, technician_id=second.id, doer=whose(second), now=later(minutes=2))
    assert (held.state, fresh(case).stands_at) == (Assignment.ACCEPTED, "to_book")
    assert fresh(case).technician_person_id == second.person_id
    with pytest.raises(GrabbedAlready) as lost:
        taking.grab(case, technician_id=first.id, doer=whose(first), now=later(minutes=3))
    assert isinstance(lost.value, LostRace)
    assert str(lost.value) == f"A colleague took job {case.number} first (10:02)."
    (seen,) = grabs.rounds_of(case.id)
    assert [(one.name, one.did) for one in seen.choices] == [
        (second.person.name, "taken"),
        (first.person.name, "late"),
    ]
    assert Override.objects.count() == 0


def test_the_cap_of_a_day_holds_and_the_next_day_counts_anew(made: Company) -> None:
    set_policy(made.head, Policy(mode=GRAB, grab_cap=1))
    cases = [accepted(made), accepted(made, words="冰箱门关不严")]
    first = made.technicians[0]
    taking.grab(cases[0], technician_id=first.id, doer=whose(first), now=NOW)
    with pytest.raises(CapReached):
        taking.grab(cases[1], technician_id=first.id, doer=whose(first), now=NOW)
    assert (grabs.taken_today(first.id, now=NOW), Round.objects.filter(state=Round.OPEN).count()) == (1, 1)
    taking.grab(cases[1], technician_id=first.id, doer=whose(first), now=later(days=1))


def test_a_permit_that_ended_meanwhile_stops_the_grab(made: Company) -> None:
    from bihuan.registers.parts.models import Requirement
    from bihuan.service.dispatch.errors import TechnicianRuledOut

    case = up_for_grabs(made)
    first = made.technicians[0]
    Requirement.objects.create(category="refrigerator", kind="repair", certificate="refrigeration")
    Certificate.objects.filter(technician=first, kind="refrigeration").delete()
    with pytest.raises(TechnicianRuledOut):
        taking.grab(case, technician_id=first.id, doer=whose(first), now=NOW)
    assert (Round.objects.get().state, grabs.taken_today(first.id, now=NOW)) == (Round.OPEN, 0)


@pytest.mark.demand("U-12")
def test_what_nobody_grabs_goes_back_to_assignment_once(made: Company) -> None:
    case = up_for_grabs(made)
    assert rounds.lapse_ungrabbed(later(minutes=20)) == 0
    assert [rounds.lapse_ungrabbed(later(minutes=21)) for _ in range(3)] == [1, 0, 0]
    settle(later(minutes=21))
    assert (Assignment.objects.get(case=case).automatic, fresh(case).stands_at) == (True, "to_book")
    with pytest.raises(GrabOver):
        first = made.technicians[0]
        taking.grab(case, technician_id=first.id, doer=whose(first), now=later(minutes=22))
    assert kinds(case)[2:] == ["up_for_grabs", "grab_ended", "assigned"]


def test_what_nobody_grabs_is_left_to_the_dispatcher_where_that_is_wished(made: Company) -> None:
    case = up_for_grabs(made, grab_then=MANUAL)
    rounds.lapse_ungrabbed(later(minutes=21))
    settle(later(minutes=21))
    assert (Assignment.objects.count(), fresh(case).stands_at) == (0, "to_assign")


def test_when_everybody_has_passed_the_round_is_over_at_once(made: Company) -> None:
    case = up_for_grabs(made, grab_then=PROPOSED)
    for one in made.technicians[:2]:
        taking.mark_seen(technician_id=one.id, now=NOW)
        taking.pass_on(case, technician_id=one.id, reason="too_far", doer=whose(one), now=later(minutes=1))
    settle(later(minutes=1))
    assert (Round.objects.get().state, open_suggestion(case.id) is not None) == (Round.LAPSED, True)
    (seen,) = grabs.rounds_of(case.id)
    assert {(one.did, one.reason) for one in seen.choices} == {("passed", "too_far")}
    assert Asked.objects.filter(seen_at=NOW).count() == 2


def test_a_dispatcher_who_gives_it_to_somebody_ends_the_round(made: Company) -> None:
    case = up_for_grabs(made)
    point = by(made, Role.SERVICE_POINT_DISPATCHER)
    assigning.assign(case, technician_id=made.technicians[0].id, doer=point, now=NOW)
    assert Round.objects.get().state == Round.WITHDRAWN
    second = made.technicians[1]
    with pytest.raises(GrabOver):
        taking.grab(case, technician_id=second.id, doer=whose(second), now=NOW)


@pytest.mark.demand("U-12")
@pytest.mark.django_db(transaction=True)
def test_of_technicians_who_grab_at_once_one_wins_and_each_other_is_told() -> None:
    made = company()
    more = [a_technician(made.own) for _ in range(4)]
    case = up_for_grabs(made)
    hands = [*made.technicians[:2], *more]

    def grab(number: int) -> None:
        one = hands[number]
        taking.grab(case, technician_id=one.id, doer=whose(one), now=NOW)

    assert race(6, grab) == ["lost"] * 5 + ["won"]
    taken = Round.objects.get()
    standing = Assignment.objects.get(case=case)
    assert (taken.state, standing.state, standing.technician_id) == (
        Round.TAKEN,
        Assignment.ACCEPTED,
        taken.taken_by_id,
    )


@pytest.mark.django_db(transaction=True)
def test_the_cap_holds_for_one_who_reaches_for_several_at_once() -> None:
    made = company()
    set_policy(made.head, Policy(mode=GRAB, grab_cap=2))
    cases = [accepted(made, words=words) for words in (LEAKS, "冰箱门关不严", "冰箱灯不亮", "冰箱结冰太厚")]
    first = made.technicians[0]
    stopped: list[int] = []

    def grab(number: int) -> None:
        try:
            taking.grab(cases[number], technician_id=first.id, doer=whose(first), now=NOW)
        except CapReached:
            stopped.append(number)

    race(4, grab)
    connection.close()
    assert (len(stopped), Round.objects.filter(state=Round.TAKEN).count()) == (2, 2)


# Waiting


def on_leave(technician: Technician, *, days: int) -> None:
    begins, ends = int(NOW.timestamp()) - 86400, int((NOW + timedelta(days=days)).timestamp())
    Busy.objects.create(technician=technician, begins=begins, ends=ends, why=Busy.LEAVE)


@pytest.mark.demand("U-12")
def test_what_nobody_can_take_waits_and_is_matched_oldest_promise_first_when_somebody_is_back(
    made: Company,
) -> None:
    set_policy(made.head, Policy(mode=AUTOMATIC))
    for one in made.technicians[:2]:
        on_leave(one, days=30)
    cases = [accepted(made, words=words) for words in (LEAKS, "冰箱门关不严")]
    assert Waiting.objects.count() == 2
    Case.objects.filter(id=cases[1].id).update(next_due_at=NOW)
    assert matching.match_waiting(later(minutes=5)) == 0  # not looked at yet
    assert matching.match_waiting(later(minutes=10)) == 0  # looked at, still nobody
    Busy.objects.all().delete()
    Technician.objects.filter(id=made.technicians[0].id).update(max_jobs=1)
    assert matching.match_waiting(later(minutes=21)) == 2
    first, second = Assignment.objects.order_by("id")
    assert (first.case_id, second.case_id) == (cases[1].id, cases[0].id)
    assert [matching.match_waiting(later(minutes=60)), Waiting.objects.count()] == [0, 0]


def test_a_visit_given_up_wakes_what_waits_at_once(made: Company) -> None:
    set_policy(made.head, Policy(mode=AUTOMATIC))
    going = accepted(made)
    for one in made.technicians[:2]:
        on_leave(one, days=30)
    case = accepted(made, words="冰箱门关不严")
    assert Waiting.objects.get().look_at == later(minutes=10)
    Busy.objects.all().delete()
    move_case(fresh(going), "cancel", doer=by(made, Role.AGENT), now=later(minutes=1), reason="customer_wish")
    assert Waiting.objects.get().look_at == later(minutes=1)
    assert matching.match_waiting(later(minutes=1)) == 1
    assert Assignment.objects.get(case=case).state == Assignment.OFFERED


def test_a_case_that_no_service_point_could_take_is_offered_when_one_has_room(made: Company) -> None:
    from bihuan.registers.organisation.models import Node

    Node.objects.filter(kind=Node.SERVICE_POINT).update(daily_capacity=0)
    case = a_case(made, words=LEAKS)
    settle()
    assert (offering.standing_offer(case.id), Waiting.objects.count()) == (None, 1)
    Node.objects.filter(id=made.own.id).update(daily_capacity=10)
    assert matching.match_waiting(later(minutes=10)) == 1
    held = offering.standing_offer(case.id)
    assert held is not None and held.node_id == made.own.id


def test_what_was_closed_meanwhile_waits_no_more(made: Company) -> None:
    set_policy(made.head, Policy(mode=AUTOMATIC))
    for one in made.technicians[:2]:
        on_leave(one, days=30)
    case = accepted(made)
    move_case(case, "cancel", doer=by(made, Role.AGENT), now=NOW, reason="customer_wish")
    assert (matching.match_waiting(NOW), Waiting.objects.count()) == (0, 0)
