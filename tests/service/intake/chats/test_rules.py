"""What becomes of a chat that is left alone, what a waiting visitor is told, and what a transcript keeps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.service.intake.chats.rules import (
    CLOSE,
    FORSAKEN,
    QUARANTINE,
    REPORT,
    USUAL_TALK,
    WAIT,
    Stands,
    is_typing,
    left_alone,
    minutes_until_answered,
    transcript,
)

T = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SILENT = timedelta(minutes=10)


def stands(*, queued: bool, reachable: bool, left: bool, reported: bool, silent: timedelta) -> Stands:
    return Stands(
        queued=queued,
        reachable=reachable,
        left=left,
        reported=reported,
        wrote_at=T - silent,
        moved_at=T - silent,
    )


@given(
    st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.timedeltas(timedelta(0), timedelta(days=2))
)
def test_a_chat_left_alone_always_goes_somewhere_and_a_live_one_never(
    queued: bool, reachable: bool, left: bool, reported: bool, silent: timedelta
) -> None:
    held = stands(queued=queued, reachable=reachable, left=left, reported=reported, silent=silent)
    what = left_alone(held, silent_for=SILENT, now=T)
    alone = left or (queued and silent >= SILENT) or silent >= FORSAKEN
    assert (what == WAIT) == (not alone)
    if alone:
        assert what == (CLOSE if reported else REPORT if reachable else QUARANTINE)


@given(
    st.integers(0, 200),
    st.lists(st.floats(1, 7200), max_size=30),
    st.integers(1, 20),
    st.integers(1, 10),
    st.integers(0, 50),
)
def test_the_wait_is_at_least_a_minute_and_grows_with_the_queue(
    ahead: int, talks: list[float], agents: int, at_once: int, free: int
) -> None:
    one, next_one = (
        minutes_until_answered(ahead=n, talks=talks, agents=agents, at_once=at_once, free=free)
        for n in (ahead, ahead + 1)
    )
    assert one is not None
    assert next_one is not None
    assert 1 <= one <= next_one


@pytest.mark.parametrize(
    ("ahead", "agents", "free", "minutes"), [(0, 0, 0, None), (0, 1, 1, 1), (1, 1, 1, 5), (2, 1, 1, 10)]
)
def test_one_agent_with_one_chat_at_a_time(ahead: int, agents: int, free: int, minutes: int | None) -> None:
    told = minutes_until_answered(ahead=ahead, talks=[USUAL_TALK] * 5, agents=agents, at_once=1, free=free)
    assert told == minutes


@given(
    st.lists(st.tuples(st.just("10:00"), st.sampled_from(["客户", "客服"]), st.text(max_size=200))),
    st.integers(100, 3000),
)
def test_a_transcript_keeps_its_beginning_and_its_end(
    lines: list[tuple[str, str, str]], longest: int
) -> None:
    whole = "\n".join(f"[{at}] {who}: {words}" for at, who, words in lines)
    told = transcript(lines, longest=longest)
    assert len(told) <= longest
    assert told == whole or (told[:40] == whole[:40] and told[-40:] == whole[-40:])


def test_whoever_wrote_within_six_seconds_is_typing() -> None:
    at = [None, T, T - timedelta(seconds=5), T - timedelta(seconds=6), T + timedelta(seconds=1)]
    assert [is_typing(one, now=T) for one in at] == [False, True, True, False, False]
