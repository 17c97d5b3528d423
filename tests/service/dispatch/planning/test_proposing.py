"""What is proposed for a day: the same for the same seed, applied in part, refused with a reason, stale where the day
went on, never applied where it was only asked; of two dispatchers one wins."""

from datetime import date, time, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.tasks import task_backends
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime

from bihuan.ground.journal.queries import story_of
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.models import Place
from bihuan.registers.staff.models import Shift, Skill
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, booking
from bihuan.service.dispatch.deciding.models import Override
from bihuan.service.dispatch.errors import ReasonUnknown
from bihuan.service.dispatch.models import Assignment
from bihuan.service.dispatch.planning import proposing, publishing, solving
from bihuan.service.dispatch.planning.errors import (
    NotOfThisWeek,
    NotPublished,
    OnlyAQuestion,
    PlanMoved,
    ProposalEnded,
)
from bihuan.service.dispatch.planning.models import Change, DayPlan, Intended, Moved, Proposal
from bihuan.service.dispatch.planning.moving import undo
from bihuan.service.dispatch.planning.reasoning import sentences_against, sentences_for
from bihuan.service.dispatch.planning.versions import plan_of
from bihuan.service.dispatch.queries import free_slots
from bihuan.service.improvement.overrides import overrides_between
from bihuan.service.notices.models import Notice
from tests.makers import NOW, Company, a_person, a_technician, company, later, settle
from tests.service.dispatch.test_dispatch import accepted, booked, by

pytestmark = pytest.mark.django_db
TOMORROW = localtime(NOW).date() + timedelta(days=1)
WORDS = "冰箱漏水了", "洗衣机不转了", "空调不制热"


@pytest.fixture
def made() -> Company:
    return company()


def the_dispatcher(made: Company) -> Viewer:
    return made.viewer(Role.SERVICE_POINT_DISPATCHER)


def solved(made: Company, *, day: date = TOMORROW, without: tuple[int, ...] = (), seed: int = 1) -> Proposal:
    [asked] = proposing.ask(the_dispatcher(made), made.own.id, [day], now=NOW, without=without, seed=seed)
    return searched(asked)


def searched(asked: Proposal) -> Proposal:
    while solving.carry_on(asked.id, now=NOW, seconds=60):
        pass
    asked.refresh_from_db()
    assert asked.state == Proposal.READY
    return asked


def fresh(case: Case) -> Case:
    return Case.objects.get(id=case.id)


@pytest.mark.demand("L-24")
def test_the_same_seed_proposes_the_same_and_says_why(made: Company) -> None:
    cases = [accepted(made, words=words) for words in WORDS]
    one = solved(made)
    told = [(row.case_id, row.technician_id, row.begins, row.because) for row in proposing.changes_of(one)]
    assert {row[0] for row in told} == {case.id for case in cases}
    assert (one.gain["before"]["served"], one.gain["after"]["served"], one.left) == (0, 3, [])
    names = {each.id: each.person.name for each in made.technicians}
    assert all(sentences_for(row[3], names) for row in told)
    two = solved(made)
    again = [(row.case_id, row.technician_id, row.begins, row.because) for row in proposing.changes_of(two)]
    assert again == told
    one.refresh_from_db()
    assert one.state == Proposal.OVERTAKEN


@pytest.mark.demand("L-24")
def test_a_part_is_applied_a_part_refused_with_a_reason_and_nobody_is_measured_for_agreeing(
    made: Company,
) -> None:
    cases, viewer = [accepted(made, words=words) for words in WORDS], the_dispatcher(made)
    proposal = solved(made)
    first, second, _ = proposing.changes_of(proposal)
    done = proposing.apply(viewer, proposal.id, [first.id], version=proposal.base_version, now=NOW)
    assert (done.made, done.stale) == (1, ())
    meant = Intended.objects.get(case_id=first.case_id)
    assert (meant.technician_id, meant.slot_from) == (first.technician_id, first.slot_from)
    assert assigning.standing_assignment(first.case_id) is not None
    with pytest.raises(PlanMoved):
        proposing.apply(viewer, proposal.id, [second.id], version=proposal.base_version, now=NOW)
    with pytest.raises(ReasonUnknown):
        proposing.refuse(viewer, proposal.id, [second.id], reason="because", now=NOW)
    assert proposing.refuse(viewer, proposal.id, [second.id], reason="knows_customer", now=NOW) == 1
    proposal.refresh_from_db()
    done = proposing.apply(viewer, proposal.id, None, version=proposal.base_version, now=NOW)
    assert done.made == 1
    proposal.refresh_from_db()
    assert proposal.state == Proposal.APPLIED
    assert {row.state for row in Change.objects.filter(proposal=proposal)} == {Change.APPLIED, Change.REFUSED}
    refused = next(case for case in cases if case.id == second.case_id)
    assert "dispatch.change_refused" in [fact.event.kind for fact in story_of(refused.chain_id)]
    assert not Override.objects.exists()
    today = localtime(NOW).date()
    measured = overrides_between(made.viewer(Role.MANAGER), today, today, now=NOW).proposals
    assert (measured.agreed, measured.refused, measured.reasons) == (2, 1, (("knows_customer", 1),))
    with pytest.raises(ProposalEnded):
        proposing.apply(viewer, proposal.id, None, version=proposal.base_version, now=NOW)


def test_whoever_was_asked_hears_that_it_is_by_the_plan_and_many_changes_read_once(made: Company) -> None:
    viewer, [one, other] = the_dispatcher(made), made.technicians[:2]
    cases = [accepted(made, words="冰箱漏水了") for _ in range(4)]
    assigning.assign(fresh(cases[0]), technician_id=one.id, doer=by(made, Role.DISPATCHER), now=NOW)
    plan, at = plan_of(made.own.id, TOMORROW), later(days=1)
    row = Proposal.objects.create(
        plan=plan, base_version=plan.version, state=Proposal.READY, asked_at=NOW, moved_at=NOW, asked_by=0
    )
    changes = [
        Change.objects.create(
            proposal=row,
            case=case,
            from_technician=one if case == cases[0] else None,
            technician=other,
            begins=at,
            slot_from=at,
        )
        for case in cases
    ]

    def apply(chosen: list[Change]) -> int:
        row.refresh_from_db()
        ids = [change.id for change in chosen]
        with CaptureQueriesContext(connection) as seen:
            proposing.apply(viewer, row.id, ids, version=row.base_version, now=NOW)
        return len(seen)

    apply(changes[:1])
    gone = Assignment.objects.get(case=cases[0], technician=one)
    assert (gone.state, gone.reason) == (Assignment.WITHDRAWN, "by_plan")
    moved = Moved.objects.get(case=cases[0])
    assert (moved.before["technician"], moved.after["technician"]) == (one.id, other.id)
    alone = apply(changes[1:2])
    assert apply(changes[2:]) - alone <= 35
    undo(viewer, moved.id, now=NOW)
    standing = assigning.standing_assignment(cases[0].id)
    assert standing is not None and standing.technician_id == one.id


def test_what_went_on_meanwhile_is_said_one_by_one_and_the_rest_still_holds(made: Company) -> None:
    cases, viewer = [accepted(made, words=words) for words in WORDS], the_dispatcher(made)
    proposal = solved(made)
    gone = fresh(cases[0])
    change = next(row for row in proposing.changes_of(proposal) if row.case_id == gone.id)
    other = next(each for each in made.technicians[:2] if each.id != change.technician_id)
    assigning.assign(gone, technician_id=other.id, doer=by(made, Role.SERVICE_POINT_DISPATCHER), now=NOW)
    assert proposing.look_again(viewer, proposal.id, now=NOW) == 2
    change.refresh_from_db()
    assert change.state == Change.STALE
    assert gone.number in change.said
    proposal.refresh_from_db()
    done = proposing.apply(viewer, proposal.id, None, version=proposal.base_version, now=NOW)
    assert (done.made, done.stale) == (2, ())


def test_an_agreed_time_is_not_moved_and_a_day_that_changes_is_planned_anew(made: Company) -> None:
    visit = booked(made)
    slot = next(one for one in free_slots(visit.case, now=NOW) if localtime(one.begins).date() == TOMORROW)
    [asked] = proposing.ask(the_dispatcher(made), made.own.id, [TOMORROW], now=NOW)
    assert solving.carry_on(asked.id, now=NOW, seconds=0)
    visit = booking.rebook(visit, slot, reason="customer_wish", doer=by(made, Role.AGENT), now=NOW)
    waiting = accepted(made, words="洗衣机不转了")
    proposal = searched(asked)
    assert proposal.base_version == DayPlan.objects.get(node=made.own, day=TOMORROW).version
    assert [row.case_id for row in proposing.changes_of(proposal)] == [waiting.id]
    assert proposal.gain["before"]["served"] == 1


def test_if_somebody_were_ill_is_looked_at_and_never_done(made: Company) -> None:
    visit, viewer = booked(made), the_dispatcher(made)
    today = localtime(NOW).date()
    proposal = solved(made, day=today, without=(visit.technician_id,))
    [change] = proposing.changes_of(proposal)
    assert (change.case_id, change.from_technician_id) == (visit.case_id, visit.technician_id)
    assert change.slot_from == visit.slot_from
    with pytest.raises(OnlyAQuestion):
        proposing.apply(viewer, proposal.id, None, version=proposal.base_version, now=NOW)
    with pytest.raises(Refusal):
        proposing.ask(viewer, made.own.id, [today], now=NOW, without=[one.id for one in made.technicians])


def test_whatever_is_proposed_can_be_booked_within_the_hours(made: Company) -> None:
    crew = [*made.technicians[:2], a_technician(made.own), a_technician(made.own)]
    hours = ((8, 17.5),), ((9, 17),), ((8, 12), (13.5, 17.5)), ((10.5, 19),)
    Shift.objects.all().delete()
    Shift.objects.bulk_create(
        Shift(technician=one, weekday=TOMORROW.weekday(), begins=_clock(opens), ends=_clock(closes))
        for one, spans in zip(crew, hours, strict=True)
        for opens, closes in spans
    )
    for at in range(20):
        case = accepted(made, words=WORDS[at % 3])
        spot = {"latitude": 30.25 + at * 37 % 20 / 200, "longitude": 120.02 + at * 61 % 20 / 160}
        assert case.place is not None
        Place.objects.filter(id=case.place.id).update(**spot)
    proposal = solved(made)
    changes = proposing.changes_of(proposal)
    assert len({row.technician_id for row in changes}) == 4
    told = proposing.apply(the_dispatcher(made), proposal.id, None, version=proposal.base_version, now=NOW)
    assert (told.made, told.stale) == (len(changes), ())


def _clock(hours: float) -> time:
    return time(int(hours), int(hours % 1 * 60))


def test_what_nobody_can_take_names_the_rule(made: Company) -> None:
    case = accepted(made)
    crew = [*made.technicians[:2], *(a_technician(made.own) for _ in range(3))]
    Skill.objects.filter(technician__in=crew).delete()
    proposal = solved(made)
    [left] = proposal.left
    assert (left["number"], proposal.gain["after"]["left"]) == (case.number, 1)
    names = {one.id: one.person.name for one in crew}
    *named, others = sentences_against(left["because"], names)
    assert len(named) == 3 and all(any(name in words for name in names.values()) for words in named)
    assert others == "2 other technicians cannot either"


@pytest.mark.demand("U-12")
def test_days_asked_for_together_come_one_after_the_other(made: Company) -> None:
    case, viewer = accepted(made), the_dispatcher(made)
    first, second = proposing.ask(viewer, made.own.id, [TOMORROW + timedelta(days=1), TOMORROW], now=NOW)
    assert first.plan.day == TOMORROW
    assert not solving.carry_on(second.id, now=NOW, seconds=60)
    assert [row.case_id for row in proposing.changes_of(searched(first))] == [case.id]
    assert proposing.changes_of(searched(second)) == []
    with pytest.raises(NotOfThisWeek):
        proposing.ask(viewer, made.own.id, [TOMORROW + timedelta(days=9)], now=NOW)


def test_another_service_point_sees_nothing_and_seeking_is_stopped(made: Company) -> None:
    accepted(made)
    stranger = viewer_of(a_person(Role.SERVICE_POINT_DISPATCHER, node=made.authorised))
    [asked] = proposing.ask(the_dispatcher(made), made.own.id, [TOMORROW], now=NOW)
    for door in (
        lambda: proposing.proposal_of(stranger, asked.id),
        lambda: proposing.ask(stranger, made.own.id, [TOMORROW], now=NOW),
        lambda: proposing.proposals_at(stranger, made.own.id),
        lambda: publishing.publish(stranger, made.own.id, TOMORROW, version=1, now=NOW),
    ):
        with pytest.raises(NotFound):
            door()
    proposing.cancel(the_dispatcher(made), asked.id, now=NOW)
    assert not solving.carry_on(asked.id, now=NOW, seconds=60)
    assert solving.wake_proposals(later(hours=1)) == 0


def test_a_day_that_cannot_be_planned_keeps_none_waiting_and_a_past_one_waits_for_no_answer(
    made: Company, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}
    days, viewer = [TOMORROW + timedelta(days=at) for at in range(3)], the_dispatcher(made)
    first, second = proposing.ask(viewer, made.own.id, days[:2], now=NOW)
    assert not solving.carry_on(second.id, now=NOW, seconds=60)  # the day before is being sought
    Proposal.objects.filter(id=first.id).update(policy="of nobody")
    assert not solving.carry_on(first.id, now=NOW, seconds=60)
    first.refresh_from_db()
    assert (first.state, woken()) == (Proposal.FAILED, [second.id])
    again, third = proposing.ask(viewer, made.own.id, days[::2], now=later(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        proposing.cancel(viewer, again.id, now=NOW)
    assert woken() == [second.id, third.id]
    assert solving.end_past(later(days=1)) == 0
    assert solving.end_past(later(days=3)) == 1
    second.refresh_from_db()
    assert second.state == Proposal.OVER


def woken() -> list[int]:
    return [result.args[0] for result in task_backends["default"].results]  # type: ignore[attr-defined]


def test_a_published_day_tells_each_of_its_technicians_once(made: Company) -> None:
    visit, viewer = booked(made), the_dispatcher(made)
    plan = DayPlan.objects.get(node=made.own)
    for _ in range(2):
        publishing.publish(viewer, made.own.id, plan.day, version=plan.version, now=NOW)
        settle()
    told = Notice.objects.filter(kind="day_published", channel=Notice.PAGE)
    assert [one.person_id for one in told] == [visit.technician.person_id]
    with pytest.raises(PlanMoved):
        publishing.publish(viewer, made.own.id, plan.day, version=plan.version - 1, now=NOW)
    for day in (date.min, date.max, plan.day - timedelta(days=1), plan.day + timedelta(days=7)):
        with pytest.raises(NotPublished):
            publishing.publish(viewer, made.own.id, day, version=1, now=NOW)
    for nowhere in (made.head.id, 999_999):
        with pytest.raises(NotFound):
            publishing.publish(made.viewer(Role.DISPATCHER), nowhere, plan.day, version=1, now=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_of_two_who_apply_the_same_version_one_wins(made: Company) -> None:
    for words in WORDS:
        accepted(made, words=words)
    proposal, viewer, gate = solved(made), the_dispatcher(made), Barrier(2)
    ids = [row.id for row in proposing.changes_of(proposal)]
    told: list[object] = []

    def press(chosen: list[int]) -> None:
        gate.wait()
        try:
            done = proposing.apply(viewer, proposal.id, chosen, version=proposal.base_version, now=NOW)
            told.append(done.made)
        except Refusal as refusal:
            told.append(type(refusal))
        finally:
            connection.close()

    threads = [Thread(target=press, args=(chosen,)) for chosen in (ids[:1], ids[1:2])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told, key=str) == [1, PlanMoved]
    assert Intended.objects.count() == 1
