"""A clause in plain words: no code of ours stands on a page that people read."""

import pytest
from django.utils.translation import override

from bihuan.service.commitments.clause import Profile, Sort
from bihuan.service.commitments.clause_words import (
    length_words,
    pattern_words,
    patterns_words,
    rate_words,
    rests_words,
    scope_words,
    time_words,
    trait_words,
)
from bihuan.service.commitments.pattern import read_pattern
from bihuan.service.commitments.profiles_in_use import SHIPPED
from bihuan.service.commitments.reading import read_profile
from bihuan.web.managers.profile_lines import PEOPLE, rung_words
from bihuan.web.managers.settings_choices import ROLES

PROFILES = [read_profile(path.read_text("utf-8")) for path in sorted(SHIPPED.glob("*.toml"))]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: one.name)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_code_stands_in_the_words_of_a_shipped_profile(profile: Profile, language: str) -> None:
    with override(language):
        told = patterns_words(profile.patterns())
        told += [scope_words(clause) for clause in profile.clauses]
        told += [rests_words(clause) for clause in profile.clocks()]
        told += [time_words(clause) for clause in profile.clocks() if not clause.placeholder]
        told += [rung_words(rung) for rungs in profile.ladders.values() for rung in rungs]
    assert [words for words in told if "_" in words or "=" in words or ".." in words] == []
    assert [
        words for words in told if any(f"{room}." in words for room in ("case", "dispatch", "notice"))
    ] == []


def test_whoever_is_told_has_a_name() -> None:
    codes = {code for profile in PROFILES for clause in profile.clocks() for code in clause.notify}
    codes |= {
        who for profile in PROFILES for rungs in profile.ladders.values() for one in rungs for who in one.who
    }
    assert codes <= {*PEOPLE, *ROLES}


@pytest.mark.parametrize(
    ("seconds", "in_days", "words"),
    [
        (10, False, "10 s"),
        (60, False, "1 min"),
        (5400, False, "90 min"),
        (7200, False, "2 h"),
        (172_800, False, "48 h"),
        (259_200, False, "72 h"),
        (172_800, True, "2 d"),
        (604_800, False, "7 d"),
        (0, False, "0 s"),
    ],
)
def test_a_length_is_said_as_it_was_promised(seconds: int, in_days: bool, words: str) -> None:
    with override("en"):
        assert length_words(seconds, in_days=in_days) == words


def test_conditions_are_said_too_and_what_nobody_knows_stays_as_it_is() -> None:
    with override("en"):
        assert (
            pattern_words(read_pattern("case.chased times>=3")) == "the customer asks again (3 times or more)"
        )
        assert pattern_words(read_pattern("dispatch.withdrawn by_customer=no")) == (
            "the agreed time is given up (by us)"
        )
        assert pattern_words(read_pattern("moon.rose colour=red")) == "moon.rose (red)"
        assert trait_words("region", "杭州市") == "杭州市"


@pytest.mark.demand("S2-53", "S2-54", "S2-56")
def test_rates_say_what_they_ask() -> None:
    feedback = next(profile for profile in PROFILES if profile.name == "feedback")
    with override("en"):
        told = [rate_words(clause) for clause in feedback.clauses if clause.sort == Sort.RATE]
    assert told == [
        "at least 95 % within 48 h",
        "on average within 72 h",
        "on average at least 4.5",
        "at least 90 %",
    ]
