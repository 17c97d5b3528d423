"""What is doubtful about a profile is found before it counts: by example, and never with a crash."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.journal.event import KINDS
from bihuan.ground.process.card import Said
from bihuan.registers.access.roles import Role
from bihuan.service.commitments.clause import Clause, Commitments, Profile, RungRule, Sort, Span
from bihuan.service.commitments.covering import matrix
from bihuan.service.commitments.findings import Finding, Known, Severity, errors
from bihuan.service.commitments.lint import lint
from bihuan.service.commitments.pattern import read_pattern
from bihuan.service.commitments.words import FINDINGS, finding_sentences

TODAY = date(2026, 11, 22)
WORKS = ("repair", "installation", "complaint", "consultation")
URGENCIES = ("urgent", "high", "normal", "low")
GRADES = ("general", "complex", "major")
KNOWN = Known(
    values={"work": WORKS, "urgency": URGENCIES, "grade": GRADES, "channel": ("app", "mail")},
    visited=frozenset({"repair", "installation"}),
    events={kind: frozenset(each.name for each in fields(event)) for kind, event in KINDS.items()},
    calendars=frozenset({"24x7", "cn-contact", "cn-office"}),
    people=frozenset(map(str, Role)) | {"owner", "service_point"},
    compensations=frozenset({"voucher"}),
)
PACES = {"24x7": 1.0, "cn-contact": 0.5, "cn-office": 0.25}
HOUR = 3600


def clause(name: str, hours: float = 24, /, metric: str = "solve", **more: Any) -> Clause:
    usual: dict[str, Any] = {
        "id": name,
        "metric": metric,
        "title": Said(zh="解决", en="Solved"),
        "starts": (read_pattern("case.opened"),),
        "stops": (read_pattern("case.done"),),
        "seconds": int(hours * HOUR),
    }
    if "scope" in more:
        more["scope"] = {trait: frozenset(values) for trait, values in more["scope"].items()}
    return Clause(**(usual | more))


def profile(*clauses: Clause, sort: str = "base", name: str = "", **more: Any) -> Profile:
    title = Said(zh="方案", en="Profile")
    return Profile(name=name or sort, version=1, title=title, clauses=clauses, sort=sort, **more)


def found(
    one: Profile, *beside: Profile, before: Profile | None = None, today: date = TODAY
) -> list[Finding]:
    force = Commitments(profiles=beside, paces=PACES)
    return lint(one, beside=force, known=KNOWN, today=today, before=before)


def codes(one: Profile, *beside: Profile, **more: Any) -> list[tuple[str, str, str]]:
    return [(each.code, each.clause, each.other or each.what) for each in found(one, *beside, **more)]


def test_a_sound_profile_has_no_doubts() -> None:
    assert codes(profile(clause("solve"), clause("fast", 4, scope={"urgency": ["urgent"]}))) == []


@pytest.mark.demand("S3-138", "X-02")
def test_a_blank_is_an_error() -> None:
    blank = clause("mail", 0, placeholder="within XX h")
    assert codes(profile(clause("solve"), replace(blank, metric="first"))) == [
        ("placeholder", "mail", "within XX h")
    ]


@pytest.mark.demand("U-12")
@pytest.mark.parametrize(
    ("begins", "expected"),
    [
        (date(2026, 11, 21), [("peak_begun", "", "2026-11-21")]),
        (date(2026, 11, 22), [("peak_begun", "", "2026-11-22")]),
        (date(2026, 11, 23), []),
    ],
)
def test_a_peak_is_published_on_a_day_before_it_begins(begins: date, expected: list[Any]) -> None:
    season = Span(begins=begins, ends=date(2026, 12, 31))
    peak = profile(clause("summer", 72, valid=season, public=True), sort="peak", valid=season)
    assert codes(peak, profile(clause("solve"))) == expected


@pytest.mark.demand("U-12", "S3-03")
def test_what_takes_longer_in_a_season_is_told_to_customers() -> None:
    season = Span(begins=date(2027, 6, 1), ends=date(2027, 8, 31))
    peak = profile(clause("summer", 72, valid=season), sort="peak", valid=season)
    assert codes(peak, profile(clause("solve"))) == [("not_published", "summer", "")]


def test_a_season_that_is_over_is_told() -> None:
    over = Span(ends=date(2026, 11, 1))
    assert codes(profile(clause("solve", valid=over), valid=over))[0] == ("season_over", "", "2026-11-01")
    [late] = found(profile(clause("solve"), clause("old", 4, scope={"urgency": ["urgent"]}, valid=over)))
    assert (late.code, late.clause) == ("over", "old")


@pytest.mark.demand("L-17")
def test_nothing_is_looser_than_the_law() -> None:
    law = profile(clause("legal", 15 * 24, rests=frozenset({"customer"})), sort="law", name="law")
    assert codes(profile(clause("solve", 16 * 24, rests=frozenset())), law)[0] == (
        "looser_than_law",
        "solve",
        "law.legal",
    )
    waits = clause("solve", 24, rests=frozenset({"parts"}))
    assert codes(profile(waits), law) == [("rests_more_than_law", "solve", "law.legal")]
    assert codes(profile(clause("solve", 24, rests=frozenset({"customer"}))), law) == []


def test_working_hours_are_weighed_by_how_long_they_take_on_the_wall() -> None:
    law = profile(clause("legal", 24), sort="law", name="law")
    office = clause("solve", 8, calendar="cn-office", rests=frozenset())
    assert [one.code for one in errors(found(profile(office), law))] == ["looser_than_law"]


def test_a_law_is_only_ever_tightened() -> None:
    before = profile(clause("a", 24), clause("b", 24, "other"), sort="law")
    assert codes(profile(clause("a", 24), sort="law"), before=before)[0] == ("law_lacks", "b", "")
    looser = profile(clause("a", 25), clause("b", 24, "other"), sort="law")
    assert codes(looser, before=before)[0] == ("law_loosened", "a", "")
    narrow = profile(clause("a", 24, scope={"work": ["repair"]}), clause("b", 24, "other"), sort="law")
    assert ("law_loosened", "a", "") in codes(narrow, before=before)
    assert codes(profile(clause("a", 20), clause("b", 24, "other"), sort="law"), before=before) == []


@pytest.mark.demand("X-02")
def test_two_profiles_with_two_times_for_one_thing_are_a_conflict() -> None:
    base = profile(clause("solve", 48))
    overlay = profile(clause("quick", 24), sort="overlay", name="quality")
    assert codes(overlay, base) == [("conflict", "quick", "base.solve")]
    special = profile(clause("gas", 24, scope={"work": ["repair"]}), sort="overlay", name="gas")
    assert codes(special, base) == [("overrides", "gas", "base.solve")]
    assert codes(profile(clause("solve", 48)), special)[0] == ("overridden", "solve", "gas.gas")
    assert codes(profile(clause("quick", 48), sort="overlay", name="same"), base) == []


def test_two_clauses_of_one_profile_that_tie_are_a_conflict() -> None:
    tie = profile(
        clause("all"),
        clause("a", 4, scope={"work": ["repair"]}),
        clause("b", 9, scope={"urgency": ["urgent"]}),
    )
    assert ("conflict", "a", "b") in codes(tie)


@pytest.mark.demand("X-03")
def test_what_presses_never_waits_longer_unnoticed() -> None:
    slow = profile(clause("solve", 4), clause("hot", 8, scope={"urgency": ["urgent"]}))
    assert ("inversion", "hot", "solve") in codes(slow)
    stop = (read_pattern("dispatch.assigned"), read_pattern("case.done"))
    mild = clause("dispatch", 2, "dispatch", stops=stop, scope={"urgency": ["high", "normal", "low"]})
    hot = clause("emergency", 4, "emergency", stops=stop, scope={"urgency": ["urgent"]})
    assert ("inversion", "emergency", "dispatch") in codes(profile(clause("solve"), mild, hot))
    night = profile(
        clause("solve", 3, calendar="cn-contact"), clause("hot", 5, scope={"urgency": ["urgent"]})
    )
    assert "inversion" not in {code for code, _, _ in codes(night)}


def test_gaps_are_told_by_what_is_left_out() -> None:
    def gaps(*clauses: Clause) -> list[Any]:
        told = [one for one in found(profile(*clauses)) if one.code in {"gap", "no_solve"}]
        return [(one.code, one.clause, one.traits) for one in told]

    first = clause("first", 2, "first")
    assert gaps(first) == [("no_solve", "", ())]
    assert gaps(clause("solve", scope={"grade": ["general", "complex"]})) == [
        ("gap", "solve", (("grade", "major"),))
    ]
    assert gaps(clause("solve"), clause("plan", 2, "plan", scope={"urgency": ["high"]})) == [
        ("gap", "plan", (("urgency", "urgent"),))
    ]
    assert gaps(clause("solve", scope={"work": ["repair", "installation", "complaint"]})) == [
        ("gap", "solve", (("work", "consultation"),))
    ]
    visits = (read_pattern("dispatch.assigned"), read_pattern("case.done"))
    arranged = clause("d", 2, "d", stops=visits, scope={"work": ["repair", "installation"]})
    assert gaps(clause("solve"), arranged) == []
    assert gaps(clause("solve"), replace(arranged, scope={"work": frozenset({"repair"})})) == [
        ("gap", "d", (("work", "installation"),))
    ]


def test_a_clause_that_nobody_ever_gets_is_dead() -> None:
    shadowed = clause("wide", 48)
    narrow = [clause(f"of_{work}", 4, scope={"work": [work]}) for work in WORKS]
    assert ("dead", "wide", "") in codes(profile(shadowed, *narrow))
    assert ("dead", "wide", "") not in codes(profile(shadowed, *narrow[:-1]))
    twin = profile(clause("strict", 4), clause("mild", 9))
    assert ("dead", "mild", "") in codes(twin)
    third = clause("third", 2, "chase", starts=(read_pattern("case.chased times>=3"),))
    chase = clause("chase", 2, "chase", starts=(read_pattern("case.chased"),))
    assert codes(profile(clause("solve"), chase, third)) == []


def test_words_that_nobody_knows_are_named() -> None:
    odd = clause(
        "odd",
        scope={"work": ["repair", "gardening"]},
        calendar="moon",
        notify=("wizard",),
        compensate="gold",
        starts=(read_pattern("case.opened colour=red"), read_pattern("case.vanished")),
        ladder="up",
    )
    ladder = (
        RungRule(level=1, who=("ghost",), after_seconds=9, channels=("page", "pigeon")),
        RungRule(level=2, who=("owner",), hours="mars"),
    )
    told = codes(profile(clause("solve"), odd, ladders={"up": ladder, "spare": ()}))
    for one in (
        ("nobody", "odd", "wizard"),
        ("no_calendar", "odd", "moon"),
        ("unheard", "odd", "case.opened colour=red"),
        ("unheard", "odd", "case.vanished"),
        ("nobody", "up", "ghost"),
        ("no_calendar", "up", "mars"),
        ("no_channel", "up", "pigeon"),
        ("unknown_value", "odd", "gardening"),
        ("no_compensation", "odd", "gold"),
        ("ladder_falls", "up", ""),
        ("ladder_unused", "spare", ""),
    ):
        assert one in told, one


def test_a_rate_of_nothing_is_told() -> None:
    rate = clause(
        "rate", 0, sort=Sort.RATE, of="moonlight", statistic="rate", target=0.9, starts=(), stops=()
    )
    assert codes(profile(clause("solve"), rate)) == [("nothing_measured", "rate", "moonlight")]
    known = replace(rate, of="satisfied")
    assert codes(profile(clause("solve"), known)) == []


def test_errors_come_first_and_each_doubt_is_a_sentence() -> None:
    told = found(profile(clause("mail", 0, "first", placeholder="within XX h")))
    assert [one.severity for one in told][:1] == [Severity.ERROR]
    assert all(finding_sentences(told))


scopes = st.fixed_dictionaries(
    {},
    optional={
        "work": st.sets(st.sampled_from((*WORKS, "gardening")), min_size=1),
        "urgency": st.sets(st.sampled_from(URGENCIES), min_size=1),
        "grade": st.sets(st.sampled_from(GRADES), min_size=1),
        "channel": st.sets(st.sampled_from(("app", "mail", "pigeon")), min_size=1),
        "region": st.sets(st.sampled_from(("杭州市", "上海市")), min_size=1),
    },
)
starts = st.sampled_from(
    ("case.opened", "case.chased", "case.chased times>=3", "case.moved move=submit", "x.y")
)
days = st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def random_clauses(draw: st.DrawFn) -> Clause:
    begins, ends = draw(days), draw(days)
    return clause(
        draw(st.text("abc", min_size=1, max_size=2)),
        draw(st.sampled_from((0, 0.5, 2, 24, 72))),
        draw(st.sampled_from(("solve", "first", "plan"))),
        scope=draw(scopes),
        starts=(read_pattern(draw(starts)),),
        calendar=draw(st.sampled_from(("24x7", "cn-office", "moon"))),
        valid=Span(begins=begins, ends=ends),
        due_from=draw(st.sampled_from(("", "slot_until"))),
        ladder=draw(st.sampled_from(("", "up"))),
        placeholder=draw(st.sampled_from(("", "within XX"))),
    )


@st.composite
def random_profiles(draw: st.DrawFn, name: str) -> Profile:
    return profile(
        *draw(st.lists(random_clauses(), max_size=5)),
        sort=draw(st.sampled_from(("base", "overlay", "peak", "law"))),
        name=name,
        valid=Span(begins=draw(days), ends=draw(days)),
    )


@given(random_profiles("one"), random_profiles("two"), st.none() | random_profiles("before"))
def test_no_profile_is_too_odd_to_be_looked_through(
    one: Profile, two: Profile, before: Profile | None
) -> None:
    told = found(one, two, before=before)
    assert {each.code for each in told} <= set(FINDINGS)
    assert len(finding_sentences(told)) == len(told)
    force = Commitments(profiles=(two,), paces=PACES)
    table = matrix(one, force=force, known=KNOWN, day=TODAY)
    assert set(table) == {each.metric for each in one.clocks()}
