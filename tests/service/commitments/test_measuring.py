"""Percentiles by nearest rank, shares and targets: plain arithmetic, held against numpy and statistics."""

import statistics

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.process.card import Said
from bihuan.ground.worktime.percentiles import nearest_rank
from bihuan.service.commitments.clause import Clause, Sort
from bihuan.service.commitments.measuring import (
    LEAST,
    Figure,
    Times,
    judge,
    judge_points,
    times_of,
)

SECONDS = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=300)


def rate(**more: object) -> Clause:
    facts: dict[str, object] = {"id": "r", "metric": "r", "title": Said(zh="率", en="Rate"), "of": "solve"}
    return Clause(sort=Sort.RATE, **(facts | more))  # type: ignore[arg-type]


@given(SECONDS, st.integers(min_value=1, max_value=100))
def test_a_percentile_is_the_nearest_rank(values: list[int], percent: int) -> None:
    oracle = numpy.percentile(numpy.array(values), percent, method="inverted_cdf")
    found = nearest_rank(sorted(values), percent)
    assert found == int(oracle)
    at_most = sum(one <= found for one in values)
    below = sum(one < found for one in values)
    assert below * 100 < len(values) * percent <= at_most * 100


@given(SECONDS)
def test_mean_and_max_are_those_of_the_textbook(values: list[int]) -> None:
    times = times_of(values)
    assert (times.n, times.max) == (len(values), max(values))
    assert times.mean == pytest.approx(statistics.fmean(values))
    assert times.p50 == statistics.median_low(values)


def test_nothing_measured_has_no_figures() -> None:
    nothing = Times()
    assert (nothing.p50, nothing.p90, nothing.p95, nothing.max, nothing.mean) == (None,) * 5
    assert (Figure(metric="solve").n, Figure(metric="solve").rate) == (0, None)


def test_the_share_kept_is_held_against_its_target() -> None:
    figure = Figure(metric="solve", kept=19, missed=1)
    assert (judge(rate(statistic="rate", target=0.95), figure).met) is True
    assert (judge(rate(statistic="rate", target=0.96), figure).met) is False


def test_fewer_than_ten_say_nothing_about_a_target() -> None:
    told = judge(rate(statistic="rate", target=0.95), Figure(metric="solve", kept=LEAST - 1))
    assert (told.value, told.too_few, told.met) == (1.0, True, None)
    none = judge(rate(statistic="rate", target=0.95), Figure(metric="solve"))
    assert (none.value, none.met) == (None, None)


def test_what_is_still_owed_counts_against_a_longer_time_only_once_it_has_taken_longer() -> None:
    clause = rate(statistic="rate", target=0.9, seconds=100)
    done, owed = [10] * 10, [50, 150]
    figure = Figure(
        metric="solve", kept=9, missed=3, owed=2, through=times_of(done + owed), through_so_far=times_of(owed)
    )
    told = judge(clause, figure)
    assert (told.n, told.value) == (11, 10 / 11)


@pytest.mark.demand("X-12")
def test_a_mean_and_a_percentile_are_judged_on_working_time() -> None:
    figure = Figure(metric="solve", kept=20, through=times_of(range(1, 21)))
    mean = judge(rate(statistic="mean", seconds=11), figure)
    assert (mean.value, mean.unit, mean.met) == (10.5, "seconds", True)
    p95 = judge(rate(statistic="p95", seconds=18), figure)
    assert (p95.value, p95.met) == (19, False)


def test_points_and_shares_of_other_rooms_must_reach_their_target() -> None:
    mean = judge_points(rate(statistic="mean", target=4.5, of="satisfaction"), value=4.6, n=30)
    assert (mean.unit, mean.met) == ("points", True)
    share = judge_points(rate(statistic="rate", target=0.9, of="satisfied"), value=0.8, n=30)
    assert (share.unit, share.met) == ("share", False)


@pytest.mark.demand("S2-53")
def test_hours_counted_day_and_night_are_not_filled_up_with_office_hours() -> None:
    figure = Figure(metric="solve", kept=10, working=times_of([10] * 10), through=times_of([100] * 10))
    shares = [
        judge(rate(statistic="rate", target=0.9, seconds=50, calendar=code), figure).value
        for code in ("24x7", "cn-contact")
    ]
    assert shares == [0.0, 1.0]
