"""Slots: never in the past, never outside the shift, never two customers at once."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.service.dispatch.slots import Slot, free, in_shift, is_taken, slot_at, slots_on

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)
ALL_WEEK = {day: [(time(8), time(20))] for day in range(7)}

moments = st.integers(0, 8 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
spans = st.tuples(moments, st.integers(10, 300)).map(
    lambda told: (int(told[0].timestamp()), int(told[0].timestamp()) + told[1] * 60)
)
hours = st.dictionaries(
    st.integers(0, 6),
    st.sampled_from([[(time(8), time(20))], [(time(8, 30), time(17, 30))], [(time(13), time(20))]]),
)


@pytest.mark.demand("S1-18")
def test_a_day_has_six_slots_of_two_hours_from_eight_to_eight() -> None:
    shown = [(slot.begins.hour, slot.ends.hour) for slot in slots_on(MONDAY.date(), ZONE)]
    assert shown == [(8, 10), (10, 12), (12, 14), (14, 16), (16, 18), (18, 20)]


@given(hours=hours, taken=st.lists(spans, max_size=8), now=moments, most=st.integers(1, 8))
def test_a_free_slot_lies_ahead_within_the_shift_and_overlaps_nothing(
    hours: dict[int, list[tuple[time, time]]], taken: list[tuple[int, int]], now: datetime, most: int
) -> None:
    found = free(hours, taken, max_jobs=most, now=now, zone=ZONE)
    assert found == sorted(found)
    for slot in found:
        assert slot.taken_from >= now
        assert in_shift(slot, hours, ZONE)
        assert not is_taken(slot, taken)
        assert slot.begins.date() <= (now + timedelta(days=6)).date()


@given(now=moments, picks=st.lists(st.integers(0, 60), max_size=10))
def test_slots_booked_one_after_another_never_overlap(now: datetime, picks: list[int]) -> None:
    taken: list[tuple[int, int]] = []
    for pick in picks:
        found = free(ALL_WEEK, taken, max_jobs=8, now=now, zone=ZONE)
        if not found:
            break
        slot = found[pick % len(found)]
        taken.append((int(slot.taken_from.timestamp()), int(slot.taken_until.timestamp())))
    ordered = sorted(taken)
    assert all(first[1] <= second[0] for first, second in pairwise(ordered))


@pytest.mark.demand("L-16")
def test_no_slot_lies_after_the_last_day_a_permit_is_valid() -> None:
    last = (MONDAY + timedelta(days=2)).date()
    found = free(ALL_WEEK, [], max_jobs=8, now=MONDAY, zone=ZONE, until=last)
    assert {slot.begins.date() for slot in found} == {
        MONDAY.date() + timedelta(days=ahead) for ahead in range(3)
    }


def test_touching_slots_can_both_be_had() -> None:
    ten = slots_on(MONDAY.date(), ZONE)[1]
    taken = [(int(ten.taken_from.timestamp()), int(ten.taken_until.timestamp()))]
    left = [slot.begins.hour for slot in free(ALL_WEEK, taken, max_jobs=8, now=MONDAY, zone=ZONE)[:5]]
    assert left == [8, 12, 14, 16, 18]


def test_a_slot_is_found_by_its_instant_whatever_zone_it_is_told_in() -> None:
    begins = datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert slot_at(begins, ZONE) == Slot(MONDAY.replace(hour=10), MONDAY.replace(hour=12))
    assert slot_at(begins + timedelta(minutes=1), ZONE) is None
