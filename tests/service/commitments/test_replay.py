"""The second reckoning: whatever happens, in whatever order it is told, the rows say what the journal says."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils.timezone import get_default_timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.ground.journal.actions import hold_chain, record
from bihuan.ground.journal.event import CLOCK, Event
from bihuan.ground.worktime.clock import now as clock_now
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case, tick
from bihuan.service.cases.events import (
    CaseClosed,
    CaseContacted,
    CaseDone,
    CaseReopened,
    CaseRested,
    CaseResumed,
    OwnerProposed,
)
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.talking import chase, set_grade, set_urgency
from bihuan.service.commitments import actions as clock
from bihuan.service.commitments import replaying
from bihuan.service.commitments.as_if import AsIf, by_start
from bihuan.service.commitments.chains import stories_of
from bihuan.service.commitments.clause import REST_REASONS
from bihuan.service.commitments.comparing import COMPARED, compare
from bihuan.service.commitments.ledger import derived, fold
from bihuan.service.commitments.models import Difference, Promise, ReplayNight
from bihuan.service.commitments.profiles_in_use import calendar_in_force, commitments_in_force
from bihuan.service.commitments.replaying import is_in_agreement, replay_all, replay_nightly, unsettled
from bihuan.service.commitments.traits import traits_of
from bihuan.service.dispatch.events import CaseOffered, CaseReturned, SlotBooked, SlotGivenUp
from bihuan.service.satisfaction.asking import answer
from tests.afterwards import CUSTOMER, HAPPY, a_done_case, asked
from tests.makers import NOW, Company, a_case, company, later

pytestmark = pytest.mark.django_db

type Step = tuple[str, int, int, object]  # what, minutes since the step before, minutes told late, more

MINUTES = st.sampled_from([0, 1, 7, 30, 61, 119, 120, 121, 300, 900, 1500, 2880])
LATE = st.sampled_from([0, 0, 1, 20, 90, 200, 1000, 3000, 9000])
HOW: dict[str, tuple[int, list[object]]] = {  # what may happen, how often it should, and in which ways
    "sweep": (2, [None]),
    "rest": (3, [*sorted(REST_REASONS), "lunch"]),
    "resume": (3, [None]),
    "contact": (4, [None]),
    "done": (2, [None]),
    "reopen": (1, [None]),
    "chase": (2, [None]),
    "urgency": (2, ["urgent", "high", "normal", "low"]),
    "grade": (2, ["general", "complex", "major"]),
    "book": (2, [None]),
    "give up": (2, [(True, "x"), (False, "x"), (False, "moved_on")]),
    "offer": (1, [None]),
    "return": (1, [None]),
    "live": (1, [None]),
    "close": (1, ["confirmed", "withdrawn"]),
}


@st.composite
def a_step(draw: st.DrawFn) -> Step:
    what = draw(st.sampled_from([name for name, (often, _ways) in HOW.items() for _ in range(often)]))
    return (what, draw(MINUTES), draw(LATE), draw(st.sampled_from(HOW[what][1])))


@contextmanager
def undone() -> Iterator[None]:
    """Whatever an example wrote is gone with it."""
    mark = transaction.savepoint_create()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


def happens(case: Case, event: Event, *, at: datetime, told: datetime) -> None:
    with transaction.atomic():
        hold_chain(case.chain_id)
        record(event, by=CLOCK, now=told, happened_at=at, chain=case.chain_id)


def offered(case: Case, answer_by: datetime) -> CaseOffered:
    return CaseOffered(
        subject_id=case.id,
        offer_id=1,
        node_id=case.node_id,
        answer_by=int(answer_by.timestamp()),
        automatic=True,
    )


def booked(case: Case, slot: datetime) -> SlotBooked:
    return SlotBooked(
        subject_id=case.id,
        visit_id=1,
        number=1,
        technician_id=1,
        slot_from=int(slot.timestamp()),
        slot_until=int((slot + timedelta(hours=2)).timestamp()),
        by_customer=False,
        again=False,
    )


def fact(case: Case, what: str, at: datetime, more: object) -> Event:
    one = case.id
    made: dict[str, Callable[[], Event]] = {
        "rest": lambda: CaseRested(subject_id=one, reason=str(more)),
        "resume": lambda: CaseResumed(subject_id=one),
        "contact": lambda: CaseContacted(subject_id=one, how="phone"),
        "done": lambda: CaseDone(subject_id=one, outcome="finished"),
        "close": lambda: CaseClosed(subject_id=one, how=str(more)),
        "reopen": lambda: CaseReopened(subject_id=one, reason="back_to_work"),
        "live": lambda: OwnerProposed(subject_id=one, owner_id=1, live=True),
        "book": lambda: booked(case, at + timedelta(hours=3)),
        "give up": lambda: SlotGivenUp(
            subject_id=one,
            visit_id=1,
            reason=more[1] if isinstance(more, tuple) else "",
            by_customer=isinstance(more, tuple) and more[0],
        ),
        "offer": lambda: offered(case, at + timedelta(minutes=30)),
        "return": lambda: CaseReturned(subject_id=one, offer_id=1, node_id=case.node_id, reason="too_far"),
    }
    return made[what]()


def lived(case: Case, steps: list[Step], made: Company) -> datetime:
    """Take these steps one after the other, the clock's sweeps only where the story has them."""
    now, agent = NOW, made.actor(Role.AGENT)
    for what, minutes, late, more in steps:
        now += timedelta(minutes=minutes)
        if what == "sweep":
            sweep(now)
        elif what == "chase":
            chase(case, by=agent, now=now)
        elif what == "urgency":
            set_urgency(case, str(more), by=agent, now=now)
        elif what == "grade":
            set_grade(case, str(more), by=agent, now=now)
        else:
            at = max(NOW, now - timedelta(minutes=late))
            happens(case, fact(case, what, at, more), at=at, told=now)
    return now


def sweep(now: datetime) -> None:
    clock.mark_at_risk(now)
    clock.mark_broken(now)
    clock.climb(now)


def differences(case: Case, now: datetime) -> list[tuple[str, str, str, str]]:
    found = compare([case.id], now=now)
    assert found.compared
    return [
        (one.row.clause, column, *one.both(column)) for one in found.different() for column in one.differing
    ]


@given(
    steps=st.lists(a_step(), min_size=2, max_size=16),
    work=st.sampled_from(["repair", "complaint", "consultation"]),
    after=st.sampled_from([0, 10, 5000]),
)
@settings(suppress_health_check=[*HealthCheck])
def test_whatever_happens_and_whenever_sweeps_ran_the_rows_say_what_the_journal_says(
    steps: list[Step], work: str, after: int, request: pytest.FixtureRequest
) -> None:
    made = request.getfixturevalue("the_company")
    with undone():
        case = a_case(made, channel="app", kind="" if work == "repair" else work)
        end = lived(case, steps, made) + timedelta(minutes=after)
        assert differences(case, end) == []
        sweep(end)
        assert differences(case, end) == []
        assert set(COMPARED) >= {"due_at", "state", "ended_at", "worked_seconds"}
        assert as_it_would_be(case, end) == as_it_was(case)


def as_it_was(case: Case) -> list[tuple[object, ...]]:
    rows = Promise.objects.filter(case=case)
    told = rows.values_list("profile", "clause", "began_at", "due_at", "state", "ended_how")
    return sorted(map(told_of, told), key=str)


def told_of(told: tuple[str, str, datetime, datetime | None, str, str]) -> tuple[object, ...]:
    """Without the due time of what ended, which has two right readings when a rest began in the same second."""
    profile, clause, began, due, state, how = told
    return (profile, clause, began, None if how else due and due.astimezone(UTC), state, how)


def as_it_would_be(case: Case, now: datetime) -> list[tuple[object, ...]]:
    """What the commitments in force would have promised."""
    force = commitments_in_force()
    kinds = {pattern.kind for profile in force.profiles for pattern in profile.patterns()}
    choice = AsIf(
        commitments=force,
        calendar_of=calendar_in_force,
        traits=dict(traits_of(case, force.traits_asked())) | {"grade": frozenset({"general"})},
        zone=get_default_timezone(),
        started=by_start(force),
    )
    ledger = fold(stories_of([case.chain_id], kinds)[case.chain_id], choice)
    found = [(line, derived(line, ledger.rests, now=now)) for line in ledger.lines]
    told = [
        (line.profile, line.clause.id, one.began_at, one.due_at, one.state, one.ended_how)
        for line, one in found
    ]
    return sorted(map(told_of, told), key=str)


def test_an_event_is_heard_before_what_it_leads_to(the_company: Company) -> None:
    case = a_done_case(the_company)
    tick(case, Need.SOLVED_CONFIRMED, by=CLOCK, now=later(hours=1))
    move_case(case, "close", doer=Doer.house(CLOCK), now=later(hours=1))
    survey = asked(case, now=later(hours=30))
    answer(survey, HAPPY | {"overall": 1}, words="", by=CUSTOMER, now=later(hours=31))
    surveys = Promise.objects.filter(case=case, about="survey").order_by("id")
    first, second = surveys
    assert (first.open, second.open) == (False, True)  # the answer ended the first and began the second
    assert differences(case, later(hours=32)) == []


def test_an_offer_that_presses_less_is_found_again_from_where_it_began(the_company: Company) -> None:
    case, agent = a_case(the_company, channel="app"), the_company.actor(Role.AGENT)
    set_urgency(case, "urgent", by=agent, now=NOW)
    resting = CaseRested(subject_id=case.id, reason="customer")
    happens(case, resting, at=NOW, told=NOW)
    happens(case, offered(case, later(minutes=30)), at=NOW, told=NOW)
    set_urgency(case, "low", by=agent, now=later(hours=48))
    [answer] = Promise.objects.filter(case=case, about="acceptance", open=True)
    assert (answer.clause, answer.began_at) == ("acceptance", NOW)
    assert differences(case, later(hours=48)) == []


@pytest.fixture
def the_company() -> Company:
    return company()


def spoil(case: Case, metric: str, **columns: object) -> Promise:
    """Another hand writes into the row."""
    rows = Promise.objects.filter(case=case, about=metric)
    rows.update(**columns)
    return rows.get()


def test_a_row_that_another_hand_wrote_is_found_with_both_values(the_company: Company) -> None:
    case = a_case(the_company, channel="app")
    right = Promise.objects.get(case=case, about="solve").due_at
    spoil(case, "solve", due_at=later(days=9))
    assert replay_all(now=later(hours=1), everything=False).different == 1
    [found] = unsettled()
    assert (found.field, found.stored) == ("due_at", later(days=9).isoformat())
    assert right is not None and found.derived == right.astimezone(UTC).isoformat()
    assert is_in_agreement() is False


def test_a_difference_found_every_night_is_one_finding_and_settles_when_it_is_gone(
    the_company: Company,
) -> None:
    case = a_case(the_company, channel="app")
    right = Promise.objects.get(case=case, about="solve").due_at
    spoil(case, "solve", due_at=later(days=9))
    for _ in range(3):
        replay_all(now=later(hours=1), everything=False)
    assert len(unsettled()) == 1
    spoil(case, "solve", due_at=right)
    replay_all(now=later(hours=2), everything=False)
    assert (unsettled(), Difference.objects.count()) == ([], 1)


def test_the_night_begins_after_two_goes_on_where_it_stopped_and_runs_once(
    the_company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        a_case(the_company, channel="app")
    monkeypatch.setattr(replaying, "CHAINS_A_ROUND", 2)
    monkeypatch.setattr(replaying, "ROUND_SECONDS", 0.0)
    night = NOW.replace(hour=17, minute=59)  # 01:59 in Shanghai
    assert (replay_nightly(night), ReplayNight.objects.count()) == ("", 0)
    monkeypatch.setattr(replaying, "ROUND_SECONDS", 60.0)
    after = night + timedelta(minutes=1)
    replay_nightly(after)
    [kept] = ReplayNight.objects.all()
    assert (kept.checked, kept.different, kept.ended_at) == (30, 0, after)
    replay_nightly(after + timedelta(hours=5))
    assert ReplayNight.objects.get().checked == 30


def test_of_two_clocks_at_the_same_batch_one_counts_it(the_company: Company) -> None:
    a_case(the_company, channel="app")
    night = ReplayNight.objects.create(day=NOW.date(), began_at=NOW)
    replaying._carry_on(night, now=NOW)
    replaying._carry_on(night, now=NOW)  # it still holds the row as it was
    assert ReplayNight.objects.get().checked == 6


def test_a_breach_that_a_late_fact_withdrew_is_no_difference_and_is_counted_apart(
    the_company: Company,
) -> None:
    case = a_case(the_company, channel="app")
    sweep(later(hours=3))
    happens(case, CaseContacted(subject_id=case.id, how="phone"), at=later(hours=1), told=later(hours=4))
    found = replay_all(now=later(hours=5), everything=True)
    assert (found.different, found.withdrawn) == (0, 1)


def test_an_older_promise_learns_for_how_long_its_clock_ran(the_company: Company) -> None:
    case = a_case(the_company, channel="app")
    happens(case, CaseContacted(subject_id=case.id, how="phone"), at=later(hours=1), told=later(hours=1))
    spoil(case, "first_response", worked_seconds=None)
    assert replay_all(now=later(hours=2), everything=False).different == 0
    assert Promise.objects.get(case=case, about="first_response").worked_seconds == 3600


def test_what_is_broken_stays_broken_when_the_urgency_changes_noticed_or_not(the_company: Company) -> None:
    told = []
    for noticed in (True, False):
        case = a_case(the_company, channel="app")
        if noticed:
            sweep(later(hours=3))
        set_urgency(case, "urgent", by=the_company.actor(Role.AGENT), now=later(hours=3))
        sweep(later(hours=4))
        rows = Promise.objects.filter(case=case, about="first_response")
        told.append(list(rows.values_list("clause", "state", "open", "broken_at")))
    assert told[0] == told[1] == [("first_response", "broken", True, later(hours=2))]


def test_a_rest_told_late_counts_for_a_promise_that_was_kept_meanwhile(the_company: Company) -> None:
    case = a_case(the_company)
    happens(case, CaseDone(subject_id=case.id, outcome="finished"), at=later(hours=10), told=later(hours=10))
    resting = CaseRested(subject_id=case.id, reason="parts")
    happens(case, resting, at=later(hours=2), told=later(hours=11))
    happens(case, CaseResumed(subject_id=case.id), at=later(hours=5), told=later(hours=11))
    solve = Promise.objects.get(case=case, about="solve")
    assert (solve.state, solve.worked_seconds, solve.due_at) == ("kept", 7 * 3600, later(hours=51))


def test_a_rest_that_proves_shorter_breaks_what_seemed_to_be_kept(the_company: Company) -> None:
    case = a_case(the_company)
    happens(case, CaseRested(subject_id=case.id, reason="parts"), at=later(hours=1), told=later(hours=1))
    happens(case, CaseDone(subject_id=case.id, outcome="finished"), at=later(hours=60), told=later(hours=60))
    assert Promise.objects.get(case=case, about="solve").state == "kept"
    happens(case, CaseResumed(subject_id=case.id), at=later(hours=2), told=later(hours=61))
    solve = Promise.objects.get(case=case, about="solve")
    assert (solve.state, solve.broken_at) == ("broken", later(hours=49))
    assert differences(case, later(hours=62)) == []


def test_the_command_prints_one_line_and_ends_with_one_when_something_differs(
    the_company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    case = a_case(the_company, channel="app", now=clock_now())
    call_command("replay", "--all")
    assert json.loads(capsys.readouterr().out)["differences"] == 0
    spoil(case, "solve", due_at=clock_now() + timedelta(days=30))
    with pytest.raises(SystemExit):
        call_command("replay")
    told = json.loads(capsys.readouterr().out)
    assert (told["checked"], told["differences"], told["withdrawn_pairs"]) == (6, 1, 0)
