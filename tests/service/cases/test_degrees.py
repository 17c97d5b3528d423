"""Four degrees of urgency, in the words of each set of promises; and what makes a case urgent whatever it is called."""

from pathlib import Path

import pytest

from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.knowledge.rules import preliminary_judgement
from bihuan.registers.knowledge.sorting import sort_words
from bihuan.service.cases.rules import LABELS, degree_of, labelled, urgency_of
from bihuan.service.commitments.reading import ProfileRefused, read_profile
from tests.makers import NOW

PROFILES = Path(__file__).parents[3] / "bihuan/service/commitments/profiles"


@pytest.mark.demand("X-04")
@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("flowcard", "four"),
        ("cs-manual", "urgent_important_plain"),
        ("s3-response", "high_medium_low"),
        ("feedback", "danger_core_small"),
    ],
)
def test_each_set_of_promises_says_in_whose_words_it_counts_urgency(name: str, scheme: str) -> None:
    assert read_profile((PROFILES / f"{name}.toml").read_text("utf-8")).degrees == scheme


@pytest.mark.demand("X-04")
@pytest.mark.parametrize("scheme", LABELS)
def test_a_label_that_is_mapped_onto_our_degrees_and_back_is_the_same(scheme: str) -> None:
    for label in LABELS[scheme].values():
        for kind in ("repair", "consultation"):
            assert labelled(degree_of(label, scheme=scheme, kind=kind), scheme=scheme) == label


@pytest.mark.demand("X-04")
def test_plain_is_normal_for_a_repair_and_low_for_a_question_and_danger_is_always_urgent() -> None:
    scheme = "urgent_important_plain"
    assert degree_of("plain", scheme=scheme, kind="repair") == "normal"
    assert degree_of("plain", scheme=scheme, kind="consultation") == "low"
    assert degree_of("plain", scheme=scheme, kind="repair", hazards=["gas_leak"]) == "urgent"
    assert urgency_of(told="low", hazards=["gas_leak"], core_lost=False, kind="repair") == "urgent"
    with pytest.raises(ValueError, match="severe"):
        degree_of("severe", scheme=scheme, kind="repair")


def test_a_scheme_that_nobody_knows_is_refused() -> None:
    text = 'name = "own"\nversion = 1\nsort = "base"\ntitle_zh = "一"\ntitle_en = "One"\ndegrees = "seven"\n'
    with pytest.raises(ProfileRefused) as refused:
        read_profile(text)
    assert ("degrees", "seven") in [(one.about, one.what) for one in refused.value.faults]


@pytest.mark.demand("X-22")
@pytest.mark.parametrize(
    "words",
    [
        "厨房里一股煤气味",
        "摸洗衣机手发麻，漏电了",
        "空调插头冒火花着火了",
        "热水器漏水流到插座上了",
        "洗澡头晕恶心，怀疑一氧化碳",
    ],
)
def test_gas_shock_fire_water_and_fumes_are_urgent_and_answered_with_advice_to_stop(words: str) -> None:
    told = preliminary_judgement(words, today=NOW.date())
    assert (told.urgency, told.stop_use) == ("urgent", True)
    assert all(alarm.hazard.advice_zh and alarm.hazard.advice_en for alarm in told.alarms)


@pytest.mark.demand("X-22")
def test_business_that_stands_still_for_want_of_a_core_function_is_urgent() -> None:
    told = sort_words("店里冰箱不制冷，没法营业")
    weighed = urgency_of(
        told="", hazards=told.dangers, core_lost=told.core_lost, kind="repair", impact=told.impact
    )
    assert (told.core_lost, weighed) == (True, "urgent")
    assert shipped().hazards and shipped().urgent_families == ()
