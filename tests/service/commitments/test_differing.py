"""Two profiles side by side: what the second asks more, less, anew, or no more."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.process.card import Said
from bihuan.service.commitments.clause import Clause, Commitments, Profile, RungRule, Sort
from bihuan.service.commitments.differing import Change, differences
from bihuan.service.commitments.pattern import read_pattern

FORCE = Commitments(profiles=(), paces={"24x7": 1.0, "cn-contact": 0.5})
HOUR = 3600
TITLE = Said(zh="解决", en="Solved")
SOLVE = Clause(
    id="solve",
    metric="solve",
    title=TITLE,
    starts=(read_pattern("case.opened"),),
    stops=(read_pattern("case.done"),),
    seconds=48 * HOUR,
)
RATE = Clause(id="rate", metric="rate", title=TITLE, sort=Sort.RATE, of="solve", statistic="rate", target=0.9)
WORDS = Clause(
    id="manners", metric="manners", title=TITLE, sort=Sort.CONDUCT, text=Said(zh="客气", en="Polite")
)


def profile(*clauses: Clause, **more: Any) -> Profile:
    return Profile(name="one", version=1, title=TITLE, clauses=clauses, **more)


def told(old: Profile, new: Profile) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(str(one.change), one.clause.id, one.aspects) for one in differences(old, new, force=FORCE)]


@pytest.mark.demand("S3-02")
@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        (SOLVE, SOLVE, ("same", ())),
        (SOLVE, replace(SOLVE, seconds=24 * HOUR), ("stricter", ())),
        (SOLVE, replace(SOLVE, seconds=72 * HOUR), ("looser", ())),
        (SOLVE, replace(SOLVE, seconds=25 * HOUR, calendar="cn-contact"), ("looser", ("calendar",))),
        (SOLVE, replace(SOLVE, rests=frozenset()), ("stricter", ("rests",))),
        (replace(SOLVE, rests=frozenset()), SOLVE, ("looser", ("rests",))),
        (SOLVE, replace(SOLVE, public=True, warn_at=(0.5,)), ("changed", ("warn_at", "public"))),
        (SOLVE, replace(SOLVE, source="elsewhere", title=Said(zh="别的", en="Other")), ("same", ())),
        (SOLVE, replace(SOLVE, seconds=0, due_from="slot_until"), ("changed", ())),
        (RATE, replace(RATE, target=0.95), ("stricter", ())),
        (RATE, replace(RATE, target=0.8, every="month"), ("looser", ("statistic",))),
        (WORDS, replace(WORDS, text=Said(zh="很客气", en="Very polite")), ("changed", ("text",))),
    ],
)  # fmt: skip
def test_a_clause_is_stricter_looser_otherwise_or_the_same(
    was: Clause, becomes: Clause, expected: tuple[str, tuple[str, ...]]
) -> None:
    assert told(profile(was), profile(becomes)) == [(expected[0], was.id, expected[1])]


def test_what_is_new_and_what_is_gone() -> None:
    found = told(profile(SOLVE, RATE), profile(WORDS, SOLVE))
    assert found == [("added", "manners", ()), ("same", "solve", ()), ("gone", "rate", ())]


def test_the_same_duty_under_another_name_is_no_new_one() -> None:
    renamed = replace(SOLVE, id="repair_done", seconds=24 * HOUR)
    assert told(profile(SOLVE), profile(renamed)) == [("stricter", "repair_done", ())]


def test_a_ladder_is_compared_step_by_step_and_not_by_its_name() -> None:
    step = RungRule(level=1, who=("supervisor",), after_seconds=HOUR)
    old = profile(replace(SOLVE, ladder="a"), ladders={"a": (step,)})
    same = profile(replace(SOLVE, ladder="b"), ladders={"b": (step,)})
    later = profile(replace(SOLVE, ladder="b"), ladders={"b": (replace(step, after_seconds=9),)})
    assert told(old, same) == [("same", "solve", ())]
    assert told(old, later) == [("changed", "solve", ("ladder",))]


clauses = st.lists(
    st.builds(
        replace,
        st.sampled_from((SOLVE, RATE, WORDS)),
        id=st.sampled_from("abcde"),
        metric=st.sampled_from(("solve", "first")),
        seconds=st.sampled_from((0, 1, 2)),
        scope=st.sampled_from(({}, {"work": frozenset({"repair"})})),
    ),
    max_size=5,
    unique_by=lambda one: one.id,
)
MIRROR = {
    Change.ADDED: Change.GONE,
    Change.GONE: Change.ADDED,
    Change.STRICTER: Change.LOOSER,
    Change.LOOSER: Change.STRICTER,
    Change.CHANGED: Change.CHANGED,
    Change.SAME: Change.SAME,
}


@given(clauses, clauses)
def test_every_clause_is_told_once_whichever_way_one_looks(one: list[Clause], other: list[Clause]) -> None:
    found = differences(profile(*one), profile(*other), force=FORCE)
    assert sorted(each.old.id for each in found if each.old) == sorted(each.id for each in one)
    assert sorted(each.new.id for each in found if each.new) == sorted(each.id for each in other)
    assert [each.change for each in differences(profile(*one), profile(*one), force=FORCE)] == [
        Change.SAME for _ in one
    ]


@given(clauses)
def test_what_is_stricter_one_way_is_looser_the_other(one: list[Clause]) -> None:
    other = [replace(each, seconds=2 - each.seconds, target=1 - each.target) for each in one]
    there = {each.clause.id: each.change for each in differences(profile(*one), profile(*other), force=FORCE)}
    back = {each.clause.id: each.change for each in differences(profile(*other), profile(*one), force=FORCE)}
    assert {name: MIRROR[change] for name, change in there.items()} == back
