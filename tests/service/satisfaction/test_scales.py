"""Answers keep their scale; what is derived from them follows one written mapping and never mixes two scales."""

from dataclasses import replace

import pytest
from django.core.checks.registry import registry
from hypothesis import given
from hypothesis import strategies as st

from bihuan.service.satisfaction import asking
from bihuan.service.satisfaction.apps import check_questionnaire
from bihuan.service.satisfaction.models import Survey
from bihuan.service.satisfaction.questionnaire import ASKED, Question, Questionnaire, faults_of
from bihuan.service.satisfaction.scales import (
    FIVE_POINTS,
    FOUR_OPTIONS,
    OPINION_POINTS,
    SCALES,
    Answer,
    OffScale,
    ScalesMixed,
    derive,
    is_attainable,
)
from tests.afterwards import CUSTOMER, a_done_case, asked
from tests.makers import company, later


def five(*points: int) -> list[Answer]:
    return [Answer(one, FIVE_POINTS) for one in points]


def of_questions(count: int, *, target: float = 4.5) -> Questionnaire:
    rated = tuple(Question(f"q{at}", FIVE_POINTS) for at in range(count - 1))
    return Questionnaire(questions=(*rated, Question("words")), target_mean=target)


@pytest.mark.demand("X-07")
def test_five_points_become_csat_mean_and_index() -> None:
    found = derive(five(5, 4, 4, 3, 1), scale=FIVE_POINTS)
    assert (found.n, found.csat, found.mean, found.index) == (5, 60.0, 3.4, 60.0)


@pytest.mark.demand("X-07")
def test_four_options_become_csat_mean_and_index_of_their_own() -> None:
    told = [
        Answer(OPINION_POINTS[one], FOUR_OPTIONS)
        for one in ("very_satisfied", "satisfied", "fair", "dissatisfied")
    ]
    found = derive(told, scale=FOUR_OPTIONS)
    assert (found.csat, found.mean, found.index) == (50.0, 2.5, 50.0)


@pytest.mark.demand("X-07")
def test_two_scales_are_never_counted_as_one() -> None:
    with pytest.raises(ScalesMixed):
        derive([*five(5), Answer(4, FOUR_OPTIONS)], scale=FIVE_POINTS)


@pytest.mark.parametrize("points", [0, 6, -1])
def test_points_that_a_scale_does_not_have_are_refused(points: int) -> None:
    with pytest.raises(OffScale):
        derive(five(points), scale=FIVE_POINTS)


def test_no_answer_is_no_figure() -> None:
    found = derive([], scale=FIVE_POINTS)
    assert (found.n, found.csat, found.mean, found.index) == (0, None, None, None)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=60))
def test_every_figure_stays_within_its_bounds_and_the_index_follows_the_mean(points: list[int]) -> None:
    found = derive(five(*points), scale=FIVE_POINTS)
    assert found.csat is not None and found.mean is not None and found.index is not None
    assert 0 <= found.csat <= 100 and 1 <= found.mean <= 5
    assert found.index == pytest.approx(25 * (sum(points) / len(points) - 1), abs=0.051)


@pytest.mark.demand("X-07")
def test_the_best_box_is_no_mean_to_aim_at() -> None:
    assert [is_attainable(mean, FIVE_POINTS) for mean in (1.0, 4.5, 4.99, 5.0, 5.5)] == [
        *(False, True, True, False, False)
    ]
    assert faults_of(of_questions(5, target=5.0)) == [
        "A mean of 5.0 is unattainable on points_5: choose one below 5."
    ]


@pytest.mark.demand("X-07")
@pytest.mark.django_db
def test_an_answer_is_stored_as_given_with_its_scale() -> None:
    survey = asked(a_done_case(company()), now=later(hours=3))
    given_points = {"speed": 5, "effect": 3, "attitude": 4, "overall": 2}
    asking.answer(survey, given_points, words="", by=CUSTOMER, now=later(hours=3))
    kept = Survey.objects.values(*given_points, "scale").get(id=survey.id)
    assert kept == given_points | {"scale": FIVE_POINTS.code}
    assert SCALES[kept["scale"]] == FIVE_POINTS


@pytest.mark.demand("X-06")
@pytest.mark.parametrize("count", range(3, 11))
def test_a_questionnaire_has_five_to_eight_questions(count: int) -> None:
    fault = f"The questionnaire asks {count} questions; 5 to 8 are allowed."
    assert faults_of(of_questions(count)) == ([] if 5 <= count <= 8 else [fault])


def test_a_question_is_asked_once_and_one_is_open() -> None:
    twice = Questionnaire(questions=(Question("a", FIVE_POINTS),) * 5, target_mean=4.5)
    assert faults_of(twice) == [
        "'a' is asked 5 times.",
        "No question can be answered in the customer's own words.",
    ]


@pytest.mark.demand("X-06")
def test_what_ships_asks_five_questions_and_a_longer_one_does_not_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (len(ASKED.questions), faults_of(ASKED)) == (5, [])
    assert "check_questionnaire" in {getattr(check, "__name__", "") for check in registry.get_checks()}
    assert check_questionnaire() == []
    longer = replace(ASKED, questions=ASKED.questions + tuple(Question(f"more{at}") for at in range(4)))
    monkeypatch.setattr("bihuan.service.satisfaction.apps.ASKED", longer)
    assert [one.msg for one in check_questionnaire()] == [
        "The questionnaire asks 9 questions; 5 to 8 are allowed."
    ]
