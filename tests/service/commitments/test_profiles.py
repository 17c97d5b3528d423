"""Profiles are data: the most specific clause wins, ties go to the strictest, the law is never loosened."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.process.card import Said
from bihuan.service.commitments.clause import Clause, Commitments, Profile, Span
from bihuan.service.commitments.pattern import Pattern, read_pattern
from bihuan.service.commitments.reading import ProfileRefused, read_profile

WORDS = ("repair", "installation", "complaint")
DAY = date(2026, 11, 22)


def clause(name: str, seconds: int, scope: dict[str, frozenset[str]], valid: Span | None = None) -> Clause:
    return Clause(
        id=name,
        metric="solve",
        title=Said(zh="解决", en="Solve"),
        starts=(Pattern("case.opened"),),
        stops=(Pattern("case.done"),),
        seconds=seconds,
        scope=scope,
        valid=valid or Span(),
    )


def profile(*clauses: Clause, sort: str = "base") -> Profile:
    return Profile(name=sort, version=1, title=Said(zh="方案", en="Profile"), clauses=clauses, sort=sort)


def chosen(*profiles: Profile, on: date = DAY, **told: str) -> list[str]:
    traits = {trait: frozenset({value}) for trait, value in told.items()}
    held = Commitments(profiles=profiles).started_by("case.opened", traits, on=on)
    return [one.id for _, one in held]


scopes = st.fixed_dictionaries(
    {},
    optional={
        "work": st.frozensets(st.sampled_from(WORDS), min_size=1),
        "urgency": st.frozensets(st.sampled_from(("urgent", "high")), min_size=1),
    },
)
clauses = st.lists(st.tuples(st.integers(1, 9), scopes), max_size=6)


def written(told: list[tuple[int, dict[str, frozenset[str]]]], mark: str) -> tuple[Clause, ...]:
    return tuple(clause(f"{mark}{index}", seconds, scope) for index, (seconds, scope) in enumerate(told))


@given(clauses, clauses, st.sampled_from(WORDS))
def test_one_clause_a_metric_the_most_specific_then_the_strictest_and_never_looser_than_the_law(
    told: list[tuple[int, dict[str, frozenset[str]]]],
    law: list[tuple[int, dict[str, frozenset[str]]]],
    work: str,
) -> None:
    agreed, legal = written(told, "c"), written(law, "l")
    traits = {"work": frozenset({work}), "urgency": frozenset({"urgent"})}
    held = Commitments(profiles=(profile(*agreed), profile(*legal, sort="law")))
    found = [one.seconds for _, one in held.started_by("case.opened", traits, on=DAY)]
    ours = sorted((-len(one.scope), one.seconds) for one in agreed if one.holds_for(traits))
    theirs = [one.seconds for one in legal if one.holds_for(traits)]
    assert found == sorted([*(seconds for _, seconds in ours[:1]), *theirs])[:1]


@pytest.mark.demand("U-12")
def test_a_peak_holds_on_its_days_and_gives_way_to_what_is_as_specific_and_stricter() -> None:
    season = Span(begins=date(2026, 6, 15), ends=date(2026, 8, 31))
    base = profile(clause("usual", 48, {}), clause("urgent", 4, {"urgency": frozenset({"urgent"})}))
    peak = profile(clause("summer", 72, {}, season), sort="peak")
    july, september = date(2026, 7, 1), date(2026, 9, 1)
    assert chosen(base, peak, on=july, urgency="low") == ["summer"]
    assert chosen(base, peak, on=september, urgency="low") == ["usual"]
    assert chosen(base, peak, on=july, urgency="urgent") == ["urgent"]


def test_a_clause_for_one_brand_of_customer_wins_over_the_general_one() -> None:
    held = profile(clause("all", 1, {}), clause("gold", 9, {"tier": frozenset({"gold"})}))
    assert (chosen(held, tier="gold"), chosen(held)) == (["gold"], ["all"])


def test_a_pattern_asks_the_fields_of_an_event() -> None:
    third = read_pattern("case.chased times>=3")
    ours = read_pattern("dispatch.withdrawn by_customer=no")
    assert (third.fits("case.chased", {"times": 2}), third.fits("case.chased", {"times": 3})) == (False, True)
    assert ours.fits("dispatch.withdrawn", {"by_customer": False})
    assert not ours.fits("dispatch.withdrawn", {"by_customer": True})
    assert not ours.fits("dispatch.withdrawn", {})


def test_a_profile_is_refused_with_every_fault_it_has() -> None:
    text = """
name = "bad"
version = 1
title_zh = "坏"
title_en = "Bad"
[clauses.one]
title_en = "One"
starts = ["case.opened"]
stops = []
calendar = "24x7"
[clauses.one.scope]
moon = ["full"]
[clauses.two]
title_zh = "二"
title_en = "Two"
starts = ["case.opened"]
stops = ["case.done"]
within = "soon"
[clauses.three]
title_zh = "三"
title_en = "Three"
starts = ["case.opened"]
stops = ["case.done"]
within = "2 h"
rests = ["lunch"]
[clauses.four]
title_zh = "四"
title_en = "Four"
starts = ["case.opened"]
stops = ["case.done"]
within = "2 h"
ladder = "none"
surprise = 1
"""
    with pytest.raises(ProfileRefused) as refused:
        read_profile(text)
    assert [one.code for one in refused.value.faults] == [
        "no_length",
        "no_rest",
        "unknown_words",
        "no_title",
        "no_scope",
        "no_events",
        "no_time",
    ]


def test_a_time_that_is_still_to_be_filled_in_is_a_placeholder_and_no_fault() -> None:
    text = """
name = "blank"
version = 1
sort = "base"
title_zh = "空"
title_en = "Blank"
[clauses.mail]
title_zh = "邮件"
title_en = "Mail"
starts = ["case.opened"]
stops = ["case.contacted"]
within = "XX h"
"""
    assert [one.id for one in read_profile(text).placeholders()] == ["mail"]
