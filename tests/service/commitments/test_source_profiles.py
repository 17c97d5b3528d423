"""Each source ships as a profile of its own: put in force, each of its clocks makes a promise with its time."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK, KINDS, Event
from bihuan.service.cases.models import Case
from bihuan.service.commitments.clause import Profile, Sort
from bihuan.service.commitments.findings import errors
from bihuan.service.commitments.keeping import (
    Unsound,
    around_now,
    doubts,
    put_in_force,
    unheard,
    upload_profile,
)
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.profiles_in_use import SHIPPED
from bihuan.service.commitments.reading import read_profile
from tests.makers import NOW, Company, a_case, company, later

pytestmark = pytest.mark.django_db

SOURCES = (
    "flowcard",
    "appliance",
    "feedback",
    "s3-response",
    "s3-basic",
    "s3-quality",
    "s3-stretch",
    "cs-manual",
)
IN_FORCE = ("default", "cn-law")
OTHERS = (*SOURCES, "peak-summer")
OPEN = "case.opened"


def shipped(name: str) -> Profile:
    return read_profile((SHIPPED / f"{name}.toml").read_text("utf-8"))


@pytest.fixture
def made() -> Company:
    return company()


def tell(case: Case, kind: str, at: datetime = NOW, **facts: Any) -> None:
    """Something happens to a case, as the room that it belongs to would record it."""
    event = KINDS[kind]
    blank: dict[Any, Any] = {str: "", int: 0, bool: False}
    told: dict[str, Any] = {each.name: blank[each.type] for each in fields(event) if each.type in blank}
    written: Event = event(**(told | facts | {"subject_id": case.id}))
    with transaction.atomic():
        record(written, by=CLOCK, now=at, chain=case.chain_id)


def due_in(case: Case, clause: str) -> timedelta | None:
    """How long after Monday at ten the newest promise of a clause is due; None when there is none."""
    row = Promise.objects.filter(case=case, clause=clause).order_by("-id").first()
    return None if row is None or row.due_at is None else row.due_at - NOW


@pytest.mark.parametrize("name", [*IN_FORCE, *OTHERS])
def test_every_shipped_profile_reads_and_names_events_that_somebody_tells(name: str) -> None:
    profile = shipped(name)
    assert profile.name == name
    assert list(unheard(profile)) == []
    assert all(clause.source for clause in profile.clauses)


@pytest.mark.parametrize("name", [*IN_FORCE, *OTHERS])
def test_no_shipped_profile_has_an_error_but_what_is_to_be_filled_in(name: str) -> None:
    found = {(one.code, one.clause) for one in errors(doubts(shipped(name), around=around_now(), now=NOW))}
    blanks = {("placeholder", "first_response"), ("placeholder", "first_response_mail")}
    assert found == (blanks if name == "s3-quality" else set())


# (profile, clause, the case, the event that starts it, hours after Monday at ten)
H, MIN, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
REPAIR, URGENT = {"kind": "repair"}, {"words": "插座冒烟了，有焦糊味"}
COMPLAINT = {"kind": "complaint", "words": "师傅态度很差，我要投诉"}
ADVICE = {"kind": "consultation", "words": "想问一下怎么调温度"}
SUPPORT = {"kind": "support", "words": "想问问怎么连上网络"}
SUGGESTION = {"kind": "suggestion", "words": "建议周末也能预约"}
RETURN = {"kind": "return_exchange", "words": "我要退货"}
MAIL = {"channel": "mail"}
CLOCKS: tuple[tuple[str, str, dict[str, Any], tuple[str, dict[str, Any]], timedelta], ...] = (
    ("flowcard", "survey", REPAIR, ("case.done", {}), 24 * H),
    ("flowcard", "callback", REPAIR, ("satisfaction.callback_opened", {}), 48 * H),
    ("appliance", "receipt", REPAIR, (OPEN, {}), MIN),
    ("appliance", "first_response", REPAIR, (OPEN, {}), 2 * H),
    ("appliance", "first_response_urgent", URGENT, (OPEN, {}), 30 * MIN),
    ("appliance", "dispatch", REPAIR, (OPEN, {}), 2 * H),
    ("appliance", "dispatch_urgent", URGENT, (OPEN, {}), 30 * MIN),
    ("appliance", "appointment", REPAIR, ("dispatch.assigned", {}), H),
    (
        "appliance",
        "visit",
        REPAIR,
        ("dispatch.booked", {"slot_until": int((NOW + 5 * H).timestamp())}),
        5 * H,
    ),
    ("feedback", "receipt", REPAIR, (OPEN, {}), MIN),
    ("feedback", "first_response", REPAIR, (OPEN, {}), 48 * H),
    ("feedback", "complaint_verify", COMPLAINT, (OPEN, {}), 48 * H),
    ("feedback", "complaint_plan", COMPLAINT, ("case.moved", {"move": "conclude"}), 24 * H),
    ("feedback", "solve_complaint", COMPLAINT, (OPEN, {}), 72 * H),
    ("feedback", "survey", REPAIR, ("case.done", {}), 48 * H),  # 24 of the hours in which one may call
    ("s3-response", "first_response", REPAIR, (OPEN, {}), 24 * H),
    ("s3-response", "first_response_consultation", ADVICE, (OPEN, {}), 30 * MIN),
    ("s3-response", "first_response_support", SUPPORT, (OPEN, {}), 24 * H),
    ("s3-response", "first_response_complaint", COMPLAINT, (OPEN, {}), 24 * H),
    ("s3-response", "dispatch", REPAIR, (OPEN, {}), 2 * H),
    ("s3-response", "emergency", URGENT, (OPEN, {}), 4 * H),
    ("s3-response", "solve_complaint", COMPLAINT, (OPEN, {}), 48 * H),
    ("s3-response", "review", RETURN, (OPEN, {}), 48 * H),
    ("s3-basic", "first_response", REPAIR, (OPEN, {}), 2 * H),
    ("s3-basic", "first_response_urgent", URGENT, (OPEN, {}), 2 * H),
    ("s3-basic", "solve", REPAIR, (OPEN, {}), 24 * H),
    ("s3-basic", "solve_complex", REPAIR, ("case.graded", {"grade": "complex"}), 48 * H),
    ("s3-quality", "first_response", REPAIR, (OPEN, {}), 20 * MIN),
    ("s3-quality", "first_response_mail", MAIL, (OPEN, {}), 20 * H),
    ("s3-quality", "solve", REPAIR, (OPEN, {}), 48 * H),
    ("s3-quality", "plan_major", REPAIR, ("case.graded", {"grade": "major"}), 9 * DAY),
    ("s3-stretch", "first_response", REPAIR, (OPEN, {}), 5 * MIN),
    ("s3-stretch", "first_response_urgent", URGENT, (OPEN, {}), 5 * MIN),
    ("s3-stretch", "solve", REPAIR, (OPEN, {}), 24 * H),
    ("s3-stretch", "callback", REPAIR, ("satisfaction.callback_opened", {}), 30 * MIN),
    ("cs-manual", "greet", REPAIR, ("case.call_connected", {}), timedelta(seconds=10)),
    ("cs-manual", "transfer", REPAIR, ("case.owner_proposed", {"live": True}), 2 * MIN),
    ("cs-manual", "first_response", REPAIR, (OPEN, {}), 24 * H),
    ("cs-manual", "first_response_urgent", URGENT, (OPEN, {}), 30 * MIN),
    ("cs-manual", "plan", REPAIR, (OPEN, {}), 2 * H),  # no cooling is of high urgency
    ("cs-manual", "appointment", REPAIR, ("dispatch.assigned", {}), H),
    ("cs-manual", "confirm_solved", REPAIR, ("case.done", {}), 15 * MIN),
    ("cs-manual", "second_handling", REPAIR, ("satisfaction.not_solved", {}), 24 * H),
    ("cs-manual", "solve_suggestion", SUGGESTION, (OPEN, {}), 48 * H),
    ("cs-manual", "survey", REPAIR, ("case.done", {}), 48 * H),
)


def in_force(name: str) -> None:
    """The source's profile; where it leaves times blank they are filled in with twenty."""
    if name == "s3-quality":
        text = (SHIPPED / "s3-quality.toml").read_text("utf-8")
        upload_profile(text.replace("XX ", "20 ").replace("version = 1", "version = 2", 1), now=NOW)
    put_in_force(name, now=NOW, confirmed=True)


@pytest.mark.demand(
    "S0-32", "S0-38", "S1-12", "S1-16", "S2-15", "S2-27", "S2-29", "S3-11", "S3-17", "S3-48", "S3-49", "S3-50",
    "S3-51", "S3-52", "S3-65", "S3-122", "S3-123", "S3-133", "S3-134", "S3-138", "S3-145", "S3-146", "S3-150",
    "S4-02", "S4-07", "S4-11", "S4-12", "S4-13", "S4-16", "S4-20", "S4-21", "S4-24", "X-01", "X-02", "X-11",
)  # fmt: skip
@pytest.mark.parametrize(
    ("name", "clause", "told", "event", "expected"), CLOCKS, ids=[f"{one[0]}-{one[1]}" for one in CLOCKS]
)
def test_a_clock_of_a_source_makes_a_promise_with_its_time(
    made: Company,
    name: str,
    clause: str,
    told: dict[str, Any],
    event: tuple[str, dict[str, Any]],
    expected: timedelta,
) -> None:
    in_force(name)
    case = a_case(made, **({"channel": "app"} | told))
    kind, facts = event
    if kind == "case.graded":
        Case.objects.filter(id=case.id).update(grade=facts["grade"])
    if kind != OPEN:
        tell(case, kind, **facts)
    assert due_in(case, clause) == expected


def test_every_clock_of_every_source_stands_in_the_table_above() -> None:
    clocks = {(name, clause.id) for name in SOURCES for clause in shipped(name).clocks()}
    assert {(one[0], one[1]) for one in CLOCKS} == clocks


@pytest.mark.demand("S2-52", "S2-53", "S2-54", "S2-56", "S3-124", "S3-149", "X-12")
def test_what_many_cases_together_must_reach_is_a_rate_of_its_own_beside_each_clock() -> None:
    rates = {
        (name, clause.id): (clause.of, clause.statistic, clause.seconds, clause.target)
        for name in SOURCES
        for clause in shipped(name).clauses
        if clause.sort == Sort.RATE
    }
    assert rates == {
        ("feedback", "first_response_rate"): ("first_response", "rate", 48 * 3600, 0.95),
        ("feedback", "complaint_mean"): ("solve", "mean", 72 * 3600, 0.0),
        ("feedback", "satisfaction_mean"): ("satisfaction", "mean", 0, 4.5),
        ("feedback", "collection"): ("collection", "rate", 0, 0.9),
        ("s3-basic", "satisfied"): ("satisfied", "rate", 0, 0.9),
        ("s3-stretch", "satisfied"): ("satisfied", "rate", 0, 0.9),
        ("s3-stretch", "solved_in_time"): ("solve", "rate", 24 * 3600, 1.0),
    }


@pytest.mark.demand("S3-02")
def test_what_is_promised_in_words_says_by_what_it_is_judged_and_what_proves_it() -> None:
    conduct = [clause for name in SOURCES for clause in shipped(name).clauses if clause.sort == Sort.CONDUCT]
    assert len(conduct) > 30
    for clause in conduct:
        for said in (clause.title, clause.text, clause.criterion, clause.evidence):
            assert said.zh, clause.id
            assert said.en, clause.id


def test_a_blank_of_a_source_must_be_filled_in_before_it_counts() -> None:
    with pytest.raises(Unsound) as refused:
        put_in_force("s3-quality", now=NOW, confirmed=True)
    assert len(refused.value.messages) == 2


@pytest.mark.demand("U-12")
def test_a_peak_gives_ordinary_repairs_more_time_in_its_season_and_nothing_else(made: Company) -> None:
    put_in_force("peak-summer", now=NOW, confirmed=True)
    summer = datetime.fromisoformat("2027-07-05T10:00:00+08:00")
    before = a_case(made, channel="app", urgency="normal", words="有点响")
    inside = a_case(made, channel="app", urgency="normal", words="有点响", now=summer)
    urgent = a_case(made, channel="app", now=summer, **URGENT)
    assert due_in(before, "solve") == 48 * H
    assert Promise.objects.get(case=inside, clause="peak_solve").due_at == summer + 72 * H
    assert Promise.objects.get(case=inside, clause="peak_first_response").due_at == summer + 4 * H
    assert Promise.objects.get(case=urgent, about="first_response").clause == "first_response_urgent"
    assert Promise.objects.filter(case=inside, about="solve").count() == 1


def test_promises_made_stay_under_the_profile_that_they_were_made_under(made: Company) -> None:
    case = a_case(made, channel="app")
    was = list(Promise.objects.filter(case=case).order_by("id").values())
    put_in_force("s3-stretch", now=later(minutes=1), confirmed=True)
    assert list(Promise.objects.filter(case=case).order_by("id").values()) == was
    newer = a_case(made, channel="app", now=later(minutes=1))
    assert due_in(newer, "first_response") == 6 * MIN


@pytest.mark.demand("L-05")
def test_waiting_for_parts_is_warned_of_before_thirty_and_before_ninety_days(made: Company) -> None:
    case = a_case(made, channel="app")
    tell(case, "case.rested", reason="customer")
    assert due_in(case, "parts_wait") is None
    tell(case, "case.resumed", at=later(hours=1))
    tell(case, "case.rested", at=later(hours=1), reason="parts")
    waiting = Promise.objects.get(case=case, clause="parts_wait")
    assert (waiting.due_at, waiting.warn_at) == (later(days=90, hours=1), later(days=27, hours=1))
    tell(case, "case.resumed", at=later(days=20))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.open) == ("kept", False)
