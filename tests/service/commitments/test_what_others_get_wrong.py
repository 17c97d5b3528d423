"""One test for each way in which service clocks are known to go wrong elsewhere: what each keeps from coming back."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.journal.actions import hold_chain, record
from bihuan.ground.journal.event import CLOCK, Actor, Event
from bihuan.ground.journal.models import Entry
from bihuan.ground.worktime.actions import load_shipped_calendars, write_day
from bihuan.ground.worktime.calendar import ALWAYS
from bihuan.ground.worktime.due import worked_without_rests
from bihuan.ground.worktime.queries import calendar_for
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.events import CaseContacted, CaseDone, CaseRested, CaseResumed
from bihuan.service.cases.models import Case
from bihuan.service.cases.talking import chase, note, set_grade, set_urgency
from bihuan.service.commitments import actions as clock
from bihuan.service.commitments.clause import REST_REASONS
from bihuan.service.commitments.models import Promise, Rung
from bihuan.service.commitments.profiles_in_use import activate, forget_cached, keep_profile
from bihuan.service.commitments.rules import Stretch, clock_of, resting
from bihuan.service.dispatch.events import SlotBooked, SlotGivenUp
from bihuan.service.notices.models import Notice
from tests.ground.worktime.test_due import OFFICE
from tests.makers import NOW, Company, a_case, company, later, settle
from tests.service.commitments.test_profiles import clause

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def promise(case: Case, about: str) -> Promise:
    return Promise.objects.filter(case=case, about=about).latest("id")


def happens(case: Case, event: Event, *, at: datetime, told: datetime | None = None) -> None:
    """Something happened at a moment, and we heard of it then or later."""
    with transaction.atomic():
        hold_chain(case.chain_id)
        record(event, by=CLOCK, now=told or at, happened_at=at, chain=case.chain_id)


def rested(case: Case, since: datetime, until: datetime | None, *, reason: str = "parts") -> None:
    happens(case, CaseRested(subject_id=case.id, reason=reason), at=since)
    if until is not None:
        happens(case, CaseResumed(subject_id=case.id), at=until)


def told(case: Case, kind: str) -> int:
    return Entry.objects.filter(chain_id=case.chain_id, kind=kind).count()


def agent(made: Company) -> Actor:
    return made.actor(Role.AGENT)


# 5: one escalation field a ticket, overruled by whichever clock wrote last


@pytest.mark.demand("S3-65", "S3-100")
def test_a_clock_that_is_broken_leaves_the_other_clocks_of_the_case_alone(made: Company) -> None:
    case = a_case(made, channel="app")
    note(case, "已联系客户", by=agent(made), now=later(minutes=20), contact="phone")
    clock.mark_broken(later(hours=3))
    states = dict(Promise.objects.filter(case=case).values_list("about", "state"))
    assert (states["first_response"], states["dispatch"], states["solve"]) == ("kept", "broken", "running")


# 6: the pause is forgotten when the priority changes; it breaches while pending


def test_a_rest_is_not_forgotten_when_the_case_turns_out_to_be_harder(made: Company) -> None:
    case = a_case(made)
    rested(case, later(hours=1), later(hours=5))
    set_grade(case, "complex", by=agent(made), now=later(hours=6))
    solve = promise(case, "solve")
    working_days = calendar_for("cn-workdays")
    pauses = resting([Stretch(later(hours=1), later(hours=5), "parts")], REST_REASONS)
    assert (solve.clause, solve.began_at) == ("solve_complex", NOW)
    assert solve.due_at is not None
    assert worked_without_rests(working_days, NOW, solve.due_at, pauses) == 5 * 86_400


@pytest.mark.demand("U-06")
def test_nothing_breaks_while_the_clock_rests(made: Company) -> None:
    case = a_case(made)
    rested(case, later(hours=1), None)
    assert clock.mark_broken(later(days=90)) == 1  # the law's clock does not rest for parts
    assert promise(case, "solve").state == "running"
    happens(case, CaseResumed(subject_id=case.id), at=later(days=10))
    assert promise(case, "solve").due_at == later(days=10, hours=47)


def test_only_the_listed_reasons_stop_a_clock_and_each_only_the_clocks_that_name_it(made: Company) -> None:
    case = a_case(made)
    rested(case, later(hours=1), later(hours=2), reason="lunch")
    rested(case, later(hours=3), later(hours=4), reason="parts")
    rested(case, later(hours=5), later(hours=6), reason="customer")
    moved = {about: promise(case, about).due_at for about in ("solve", "statutory_remedy")}
    assert moved == {"solve": later(hours=50), "statutory_remedy": later(days=15, hours=1)}


# 7: hold time counted twice, or not at all

pauses = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 300)), max_size=6)


@given(pauses, st.integers(60, 40_000), st.sampled_from(("24x7", "office")))
def test_wherever_it_rests_the_same_working_time_remains(
    told: list[tuple[int, int]], seconds: int, calendar: str
) -> None:
    held = ALWAYS if calendar == "24x7" else OFFICE
    rests = [Stretch(later(minutes=since), later(minutes=since + length), "parts") for since, length in told]
    rule = clause("solve", seconds, {})
    found = clock_of(rule, held, began=NOW, rests=rests).due_at
    assert found is not None
    assert worked_without_rests(held, NOW, found, resting(rests, rule.rests)) == seconds


# 8: "business hours only" ran on the wall; a thank-you re-opened the clock


def test_working_days_are_counted_and_not_the_days_between(made: Company) -> None:
    friday = NOW + timedelta(days=4)  # Friday 10:00 in Shanghai
    case = a_case(made, now=friday)
    set_grade(case, "complex", by=agent(made), now=friday)
    assert promise(case, "solve").due_at == friday + timedelta(days=7)


def test_a_closed_case_owes_nothing_and_a_thank_you_starts_nothing(made: Company) -> None:
    case = a_case(made)
    cancelled = move_case(
        case, "cancel", doer=Doer.of(made.viewer(Role.AGENT)), now=later(hours=1), reason="customer"
    )
    note(cancelled, "谢谢，辛苦了", by=Actor(kind="customer", id=case.customer_id), now=later(hours=2))
    assert Promise.objects.filter(case=case, open=True).count() == 0
    assert (clock.mark_broken(later(days=99)), clock.climb(later(days=99))) == (0, 0)


# 11: make-up workdays and years whose days off are not published


def test_a_promise_due_in_an_unpublished_year_is_marked_and_reckoned_anew_when_the_year_is_published(
    made: Company,
) -> None:
    eve = datetime.fromisoformat("2026-12-29T10:00:00+08:00")
    case = a_case(made, now=eve)
    set_grade(case, "complex", by=agent(made), now=eve)
    before = promise(case, "solve")
    assert (before.provisional, before.due_at) == (True, datetime.fromisoformat("2027-01-06T10:00:00+08:00"))
    write_day(date(2027, 1, 4), kind="holiday", name="调休", source="notice")
    forget_cached()
    assert (clock.rederive_published(eve), clock.rederive_published(eve)) == (2, 0)
    after = promise(case, "solve")
    assert (after.provisional, after.due_at) == (False, datetime.fromisoformat("2027-01-07T10:00:00+08:00"))
    assert after.calendar_version == before.calendar_version + 1
    assert told(case, "promise.rederived") == 2


def test_a_promise_made_keeps_its_calendar_whatever_the_company_changes(made: Company) -> None:
    case = a_case(made)
    set_grade(case, "complex", by=agent(made), now=NOW)
    due = promise(case, "solve").due_at
    write_day(date(2026, 11, 25), kind="holiday", name="店休", source="house")
    forget_cached()
    clock.rederive_published(later(hours=1))
    rested(case, later(hours=1), later(hours=2))
    assert due is not None
    assert promise(case, "solve").due_at == due + timedelta(hours=1)


# 12: a release broke all escalations, and only the first level ever fired

LADDER = """
name = "tried"
version = 1
sort = "base"
title_zh = "试"
title_en = "Tried"
[[ladders.steps]]
level = 1
who = ["supervisor"]
at_once = true
[[ladders.steps]]
level = 2
who = ["manager"]
after = "1 h"
at_once = true
repeat = "1 h"
times = 3
[[ladders.steps]]
level = 3
who = ["dispatcher"]
after = "30 min"
[clauses.answer]
title_zh = "答复"
title_en = "Answer"
starts = ["case.opened"]
stops = ["case.contacted"]
within = "2 h"
calendar = "24x7"
warn_at = [0.25, 0.5, 0.75]
ladder = "steps"
notify = ["owner"]
"""


@pytest.fixture
def tried(made: Company) -> Iterator[Company]:
    keep_profile(LADDER, now=NOW)
    activate("tried", now=NOW)
    yield made
    forget_cached()


def answer(case: Case) -> Promise:
    return promise(case, "answer")


def sweep(now: datetime) -> None:
    clock.mark_at_risk(now)
    clock.mark_broken(now)
    clock.climb(now)
    settle(now)


@pytest.mark.demand("X-21", "S3-106")
def test_a_breach_climbs_its_ladder_to_the_end_each_step_told_once(tried: Company) -> None:
    case = a_case(tried, channel="app")
    for minutes in range(0, 60 * 9, 10):
        sweep(later(minutes=minutes))
    steps = Rung.objects.filter(promise=answer(case)).order_by("told_at", "level")
    assert list(steps.values_list("level", "turn", "told_at")) == [
        (1, 1, later(hours=2, minutes=10)),
        (2, 1, later(hours=3)),
        (3, 1, later(hours=3)),  # half an hour after the breach lies in the lunch break
        (2, 2, later(hours=4)),
        (2, 3, later(hours=5)),
    ]
    assert told(case, "promise.escalated") == 5
    assert told(case, "promise.at_risk") == 3
    assert told(case, "promise.broken") == 1


def test_after_an_outage_missed_warnings_are_told_as_one_and_missed_breaches_each(tried: Company) -> None:
    first, second = a_case(tried, channel="app"), a_case(tried, channel="app", now=later(minutes=30))
    sweep(later(minutes=100))  # nothing ran for a hundred minutes
    assert (told(first, "promise.at_risk"), answer(first).warnings) == (1, 3)
    assert (told(second, "promise.at_risk"), answer(second).warnings) == (1, 2)
    sweep(later(hours=5))
    assert (told(first, "promise.broken"), told(second, "promise.broken")) == (1, 1)
    assert answer(second).broken_at == later(minutes=150)


def test_a_ladder_stops_when_what_was_promised_is_done(tried: Company) -> None:
    case = a_case(tried, channel="app")
    sweep(later(hours=2, minutes=10))
    note(case, "联系上了", by=agent(tried), now=later(hours=2, minutes=20), contact="phone")
    sweep(later(hours=9))
    assert told(case, "promise.escalated") == 1
    assert (
        Rung.objects.filter(promise=answer(case), told_at__isnull=True, dropped_at__isnull=True).count() == 0
    )


def test_each_person_is_told_of_each_step_once_however_often_it_is_carried_out(tried: Company) -> None:
    case = a_case(tried, channel="app")
    sweep(later(hours=2, minutes=10))
    supervisor = tried.people[Role.SUPERVISOR].id
    sent = Notice.objects.filter(case=case, kind="escalated", person_id=supervisor)
    assert sent.values("channel").distinct().count() == sent.count()
    before = sent.count()
    sweep(later(hours=2, minutes=10))
    assert sent.count() == before


# 18, 20 and the trap of two times: facts that arrive late


def test_a_late_rest_withdraws_a_breach_that_was_none(made: Company) -> None:
    case = a_case(made)
    clock.mark_broken(later(hours=49))
    assert promise(case, "solve").state == "broken"
    happens(case, CaseRested(subject_id=case.id, reason="parts"), at=later(hours=10), told=later(hours=50))
    solve = promise(case, "solve")
    assert (solve.state, solve.broken_at, solve.breach_withdrawn_at) == ("running", None, later(hours=50))
    happens(case, CaseResumed(subject_id=case.id), at=later(hours=20), told=later(hours=51))
    assert promise(case, "solve").due_at == later(hours=58)
    assert clock.mark_broken(later(hours=58, seconds=1)) >= 1


def test_a_late_fact_moves_the_end_of_a_clock_back_to_when_it_happened(made: Company) -> None:
    case = a_case(made, channel="app")
    happens(case, CaseContacted(subject_id=case.id, how="phone"), at=later(hours=3))
    assert promise(case, "first_response").state == "broken"
    happens(case, CaseContacted(subject_id=case.id, how="visit"), at=later(hours=1), told=later(hours=4))
    first = promise(case, "first_response")
    assert (first.state, first.ended_at, first.worked_seconds) == ("kept", later(hours=1), 3600)
    assert told(case, "promise.breach_withdrawn") == 1


def test_overlapping_rests_told_late_count_once_and_refuse_nobody(made: Company) -> None:
    case = a_case(made)
    rested(case, later(hours=2), later(hours=4))
    happens(case, CaseRested(subject_id=case.id, reason="customer"), at=later(hours=3), told=later(hours=6))
    happens(case, CaseResumed(subject_id=case.id), at=later(hours=5), told=later(hours=7))
    assert promise(case, "solve").due_at == later(hours=51)


def test_a_breach_that_was_withdrawn_and_comes_true_after_all_climbs_its_ladder(tried: Company) -> None:
    case = a_case(tried, channel="app")
    sweep(later(hours=2, minutes=10))
    happens(
        case,
        CaseRested(subject_id=case.id, reason="parts"),
        at=later(hours=1),
        told=later(hours=2, minutes=20),
    )
    happens(
        case, CaseResumed(subject_id=case.id), at=later(hours=1, minutes=40), told=later(hours=2, minutes=30)
    )
    assert (answer(case).state, answer(case).due_at) == ("running", later(hours=2, minutes=40))
    sweep(later(hours=2, minutes=50))
    sweep(later(hours=4))
    steps = Rung.objects.filter(promise=answer(case), told_at__isnull=False).order_by("level", "turn")
    assert list(steps.values_list("level", "turn")) == [(1, 1), (2, 1), (3, 1)]


# 21: a slot moved by the customer is not late, one moved by us is


def booked(case: Case, hours: int) -> SlotBooked:
    since = int(later(hours=hours).timestamp())
    return SlotBooked(
        subject_id=case.id,
        visit_id=1,
        number=1,
        technician_id=1,
        slot_from=since,
        slot_until=since + 7200,
        by_customer=False,
    )


@pytest.mark.parametrize(("by_customer", "state"), [(True, "void"), (False, "broken")])
def test_a_slot_given_up_is_held_against_whoever_gave_it_up(
    made: Company, by_customer: bool, state: str
) -> None:
    case = a_case(made)
    happens(case, booked(case, 24), at=later(hours=1))
    gone = SlotGivenUp(subject_id=case.id, visit_id=1, reason="technician_ill", by_customer=by_customer)
    happens(case, gone, at=later(hours=2))
    happens(case, booked(case, 30), at=later(hours=2))
    rows = list(
        Promise.objects.filter(case=case, about="visit").order_by("id").values_list("state", "due_at")
    )
    assert rows == [(state, later(hours=26)), ("running", later(hours=32))]


def test_a_customer_who_moves_a_slot_after_we_missed_it_does_not_excuse_us(made: Company) -> None:
    case = a_case(made)
    happens(case, booked(case, 2), at=later(hours=1))
    gone = SlotGivenUp(subject_id=case.id, visit_id=1, reason="customer", by_customer=True)
    happens(case, gone, at=later(hours=5))
    assert promise(case, "visit").state == "broken"


# urgency: raised it is due sooner, lowered it counts from the beginning


def test_raised_urgency_is_due_sooner_and_never_later_than_before(made: Company) -> None:
    case = a_case(made, channel="app", urgency="normal")
    set_urgency(case, "urgent", by=agent(made), now=later(minutes=100))
    first = promise(case, "first_response")
    assert (first.clause, first.due_at) == ("first_response", later(hours=2))  # the old one is sooner
    assert promise(case, "dispatch").due_at == later(hours=2)


def test_raised_urgency_early_on_begins_the_shorter_clock_at_that_moment(made: Company) -> None:
    case = a_case(made, channel="app", urgency="normal")
    set_urgency(case, "urgent", by=agent(made), now=later(minutes=10))
    first = promise(case, "first_response")
    assert (first.clause, first.due_at) == ("first_response_urgent", later(minutes=40))
    set_urgency(case, "normal", by=agent(made), now=later(minutes=20))
    again = promise(case, "first_response")
    assert (again.clause, again.due_at) == ("first_response", later(minutes=10 + 120))


# the law


@pytest.mark.demand("L-17")
def test_fifteen_days_without_a_remedy_alarm_the_leaders_at_any_hour(made: Company) -> None:
    case = a_case(made)
    clock.mark_broken(later(days=15, seconds=1))
    clock.climb(later(days=15, seconds=1))
    law = promise(case, "statutory_remedy")
    assert (law.state, law.profile) == ("broken", "cn-law")
    assert Rung.objects.filter(promise=law, level=1, told_at=later(days=15, seconds=1)).count() == 1


@pytest.mark.demand("U-09")
def test_the_third_chase_escalates_at_once(made: Company) -> None:
    case = a_case(made)
    for minutes in (10, 20, 30):
        chase(case, by=agent(made), now=later(minutes=minutes))
    clock.climb(later(minutes=30))
    assert [one.clause for one in Promise.objects.filter(case=case, about="chase").order_by("id")] == [
        "chase",
        "chase",
        "chase_third",
    ]
    assert told(case, "promise.escalated") == 1


def test_the_third_chase_stays_the_third_when_the_case_becomes_urgent(made: Company) -> None:
    case = a_case(made)
    for minutes in (10, 20, 30):
        chase(case, by=agent(made), now=later(minutes=minutes))
    set_urgency(case, "urgent", by=agent(made), now=later(minutes=40))
    assert promise(case, "chase").clause == "chase_third"
    assert Promise.objects.filter(case=case, about="chase", open=True).count() == 3


def test_the_same_start_heard_twice_makes_one_promise(made: Company) -> None:
    case = a_case(made)
    chase(case, by=agent(made), now=later(minutes=10))
    chase(case, by=agent(made), now=later(minutes=10))
    assert Promise.objects.filter(case=case, about="chase", open=True).count() == 1


def test_work_done_ends_every_clock_of_the_work(made: Company) -> None:
    case = a_case(made, channel="app")
    happens(case, CaseDone(subject_id=case.id, outcome="finished"), at=later(minutes=30))
    owed = set(Promise.objects.filter(case=case, open=True, quiet=False).values_list("about", flat=True))
    assert owed == {"confirm_solved", "survey"}


def test_calendars_are_loaded_again_without_a_new_version() -> None:
    before = calendar_for("cn-workdays")
    load_shipped_calendars()
    assert calendar_for("cn-workdays") == before
