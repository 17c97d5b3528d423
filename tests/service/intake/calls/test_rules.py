"""What a call is, and how long its caller waits."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.service.intake.calls.erlang import Load, answered_within, mean_wait, must_wait, wait_at
from bihuan.service.intake.calls.rules import (
    ABANDONED,
    HANDLED,
    MISSED,
    ORDER,
    QUEUED,
    RINGING,
    TALKING,
    Happened,
    Held,
    folded,
    level_of,
)

BEGAN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)

happenings = st.builds(
    Happened,
    sort=st.sampled_from(ORDER),
    at=st.integers(0, 40).map(lambda seconds: BEGAN + seconds * SECOND),
    number=st.sampled_from(["", "13800138000", "057188886666"]),
    agent=st.sampled_from(["", "8001", "8002"]),
    keys=st.sampled_from(["", "1", "3", "8"]),
    to=st.sampled_from(["", "support"]),
    ready=st.sampled_from([None, True, False]),
    recording=st.sampled_from(["", "https://pbx.example/1.wav"]),
    language=st.sampled_from(["", "zh", "en"]),
)


@pytest.mark.demand("S2-06")
@pytest.mark.parametrize(
    ("load", "seconds", "waits", "mean", "level"),
    [
        (Load(calls_per_hour=720, talk_seconds=240, agents=55), 15, 0.2387, 8.18, 0.8459),
        (Load(calls_per_hour=100, talk_seconds=180, agents=6), 20, 0.5875, 105.75, 0.4743),
        (Load(calls_per_hour=60, talk_seconds=300, agents=8), 20, 0.1673, 16.73, 0.8631),
    ],
)
def test_waiting_follows_the_published_figures(
    load: Load, seconds: float, waits: float, mean: float, level: float
) -> None:
    assert (
        round(must_wait(load) or 0, 4),
        round(mean_wait(load) or 0, 2),
        round(answered_within(load, seconds) or 0, 4),
    ) == (waits, mean, level)


def test_a_queue_that_never_ends_has_no_stable_estimate() -> None:
    full = Load(calls_per_hour=60, talk_seconds=240, agents=4)
    assert [must_wait(full), mean_wait(full), answered_within(full, 20), wait_at(full, ahead=0)] == [None] * 4


def test_nobody_at_work_has_no_estimate() -> None:
    assert wait_at(Load(calls_per_hour=0, talk_seconds=240, agents=0), ahead=0) is None


def test_a_caller_waits_for_those_before_and_for_one_agent_to_be_free() -> None:
    assert wait_at(Load(calls_per_hour=20, talk_seconds=240, agents=4), ahead=2) == 180


@given(st.floats(0.1, 500), st.floats(1, 900), st.integers(1, 200))
def test_a_chance_is_a_chance_whatever_the_load(calls: float, talk: float, agents: int) -> None:
    load = Load(calls_per_hour=calls, talk_seconds=talk, agents=agents)
    waits = must_wait(load)
    assert (waits is None) == (not load.is_stable)
    assert waits is None or 0 <= waits <= 1


@given(st.lists(happenings, min_size=1, max_size=12), st.randoms(), st.integers(0, 3))
def test_any_order_and_any_repetition_make_the_same_call(
    told: list[Happened], chance: Random, again: int
) -> None:
    shuffled = [*told, *told[:again]]
    chance.shuffle(shuffled)
    assert folded(shuffled) == folded(told)


@given(st.lists(happenings, min_size=1, max_size=12), happenings)
def test_what_was_told_is_never_taken_back(told: list[Happened], more: Happened) -> None:
    before, after = folded(told), folded([*told, more])
    for name in ("queued_at", "answered_at", "ended_at", "notice_at"):
        assert getattr(before, name) is None or getattr(after, name) is not None


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([("ringing", 0)], RINGING),
        ([("ringing", 0), ("queued", 3)], QUEUED),
        ([("ringing", 0), ("queued", 3), ("answered", 9)], TALKING),
        ([("ringing", 0), ("answered", 9), ("ended", 60)], HANDLED),
        ([("ringing", 0), ("queued", 3), ("ended", 60)], MISSED),
        ([("ringing", 0), ("ended", 4)], ABANDONED),
        ([("ended", 60), ("answered", 9)], HANDLED),
    ],
)
def test_a_call_stands_where_its_events_say(told: list[tuple[str, int]], state: str) -> None:
    events = [Happened(sort=sort, at=BEGAN + seconds * SECOND) for sort, seconds in told]
    assert folded(events).state == state


@pytest.mark.demand("S4-06")
def test_a_transfer_is_taken_over_by_whoever_answers_after_it() -> None:
    call = folded(
        [
            Happened(sort="ringing", at=BEGAN),
            Happened(sort="answered", at=BEGAN + 5 * SECOND, agent="8001"),
            Happened(sort="transfer", at=BEGAN + 60 * SECOND, to="support", ready=True),
            Happened(sort="transferred", at=BEGAN + 62 * SECOND, to="support"),
            Happened(sort="answered", at=BEGAN + 90 * SECOND, agent="8002"),
        ]
    )
    assert (call.transfer_ready, call.transfer_to, call.taken_over_at, call.agent, call.answered_at) == (
        True,
        "support",
        BEGAN + 90 * SECOND,
        "8002",
        BEGAN + 5 * SECOND,
    )


def test_the_service_level_counts_lost_calls_and_leaves_wrong_numbers_out() -> None:
    level = level_of(
        [
            Held(waited=10, state=HANDLED),
            Held(waited=18, state=HANDLED),
            Held(waited=40, state=MISSED),
            Held(waited=3, state=ABANDONED),
            Held(waited=30, state=HANDLED),
        ]
    )
    assert (level.offered, level.answered, level.lost, level.short) == (4, 3, 1, 1)
    assert (level.rate_15, level.rate_20, level.lost_rate, level.wait) == (25.0, 50.0, 25.0, 19.3)
