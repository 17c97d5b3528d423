"""Profiles are data: the most specific clause wins, ties go to the strictest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.process.card import Said
from bihuan.service.commitments.clause import Clause, Profile, ProfileRefused, read_profile

WORDS = ("repair", "installation", "complaint")


def clause(name: str, seconds: int, scope: dict[str, frozenset[str]]) -> Clause:
    return Clause(
        id=name,
        metric="solve",
        title=Said(zh="解决", en="Solve"),
        starts=frozenset({"case.opened"}),
        stops=frozenset({"case.done"}),
        seconds=seconds,
        calendar="24x7",
        scope=scope,
    )


scopes = st.fixed_dictionaries(
    {},
    optional={
        "work": st.frozensets(st.sampled_from(WORDS), min_size=1),
        "urgency": st.frozensets(st.sampled_from(("urgent", "high")), min_size=1),
    },
)


@given(st.lists(st.tuples(st.integers(1, 9), scopes), min_size=1), st.sampled_from(WORDS))
def test_one_clause_a_metric_the_most_specific_then_the_strictest(
    told: list[tuple[int, dict[str, frozenset[str]]]], work: str
) -> None:
    clauses = tuple(clause(f"c{index}", seconds, scope) for index, (seconds, scope) in enumerate(told))
    profile = Profile(name="p", version=1, title=Said(zh="方案", en="Profile"), clauses=clauses)
    traits = {"work": work, "urgency": "urgent"}
    chosen = profile.started_by("case.opened", traits)
    holding = [one for one in clauses if one.holds_for(traits)]
    expected = sorted(holding, key=lambda one: (-len(one.scope), one.seconds))[:1]
    assert [(len(one.scope), one.seconds) for one in chosen] == [
        (len(one.scope), one.seconds) for one in expected
    ]


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
"""
    with pytest.raises(ProfileRefused) as refused:
        read_profile(text)
    assert len(str(refused.value).splitlines()) == 4
