"""Planned times: never past, outside the shift or over each other; what is agreed keeps its slot whatever comes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.routing.travel.coordinates import Point
from bihuan.ground.routing.travel.haversine import Haversine
from bihuan.service.dispatch.fitting import Fit, Held, Line, Place, Task, drive, open_fits, window_of
from bihuan.service.dispatch.slots import Slot, shift_end, slots_on
from bihuan.service.dispatch.timing.rules import LIKE_NOON

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)
ALL_WEEK = {day: [(time(8), time(20))] for day in range(7)}
HOME = (31.23, 121.47)
HOUR = 3_600

type Days = Mapping[int, Sequence[tuple[time, time]]]

moments = st.integers(0, 8 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
places = st.one_of(
    st.none(),
    st.tuples(st.floats(-0.1, 0.1), st.floats(-0.1, 0.1)).map(lambda d: (31.2 + d[0], 121.4 + d[1])),
)
tasks = st.builds(Task, seconds=st.integers(10, 180).map(lambda m: m * 60), place=places, whole=st.booleans())
hours = st.dictionaries(
    st.integers(0, 6),
    st.sampled_from(
        [[(time(8), time(20))], [(time(8, 30), time(17, 30))], [(time(8), time(12)), (time(13), time(20))]]
    ),
)


class Diary:
    """A technician's days as they fill: what was agreed, and what stands at which time."""

    def __init__(self, hours: Days = ALL_WEEK, leave: Sequence[tuple[int, int]] = ()) -> None:
        self.hours, self.agreed = hours, dict[int, tuple[Task, Slot]]()
        self.held = [Held(begins=begins, ends=ends, job=False) for begins, ends in leave]

    def line(self, day: date) -> Line:
        begins = int(datetime.combine(day, time(), tzinfo=ZONE).timestamp())
        here = [one for one in self.held if one.begins < begins + 24 * HOUR and one.ends > begins]
        return Line.of(here, home=HOME)

    def open(self, task: Task, *, now: datetime = MONDAY, until: date | None = None) -> list[Fit]:
        return open_fits(self.hours, self.line, task, max_jobs=9, now=now, zone=ZONE, until=until)

    def put(self, task: Task, fit: Fit) -> None:
        number = len(self.agreed) + 1
        line = self.line(fit.slot.begins.date()).with_task(fit, task)
        moved = {one.visit_id: one for one in line.moved()}
        self.held = [moved.get(one.visit_id, one) if one.visit_id else one for one in self.held]
        window = None if task.whole else window_of(fit.slot)
        new = Held(
            begins=fit.sets_off,
            ends=fit.done,
            visit_id=number,
            window=window,
            seconds=task.seconds,
            ends_by=fit.ends_by,
            place=task.place,
        )
        self.held.append(new)
        self.agreed[number] = (task, fit.slot)


@given(
    hours=hours,
    leave=st.lists(st.tuples(moments, st.integers(10, 300)), max_size=3),
    asked=st.lists(st.tuples(tasks, st.integers(0, 60), moments), max_size=12),
)
def test_whatever_is_agreed_one_after_another_keeps_its_slot_and_nothing_overlaps(
    hours: Days, leave: list[tuple[datetime, int]], asked: list[tuple[Task, int, datetime]]
) -> None:
    spans, free_from = [], 0
    for begins, minutes in sorted(leave):
        since = max(int(begins.timestamp()), free_from)
        free_from = since + minutes * 60
        spans.append((since, free_from))
    diary = Diary(hours, spans)
    for task, pick, now in asked:
        found = diary.open(task, now=now)
        assert [one.slot for one in found] == sorted(one.slot for one in found)
        assert all(one.slot.taken_from >= now for one in found)
        if found:
            diary.put(task, found[pick % len(found)])
    ordered = sorted(diary.held, key=lambda one: one.begins)
    assert all(first.ends <= second.begins for first, second in pairwise(ordered))
    for one in ordered:
        if one.visit_id:
            task, slot = diary.agreed[one.visit_id]
            closes = shift_end(slot, hours, ZONE)
            assert closes is not None
            assert one.ends <= int(closes.timestamp())
            arrives = one.begins if task.whole else one.ends - task.seconds
            opens, last = window_of(slot)
            assert (arrives == opens - HOUR // 2) if task.whole else (opens <= arrives <= last)
            before = max(
                (each for each in ordered if each.begins < one.begins), key=lambda e: e.begins, default=None
            )
            if before is not None and not task.whole:
                assert arrives - one.begins == drive(
                    before.place if day_of(before.ends) == day_of(one.begins) else HOME, task.place
                )


def day_of(at: int) -> date:
    return datetime.fromtimestamp(at - 1, ZONE).date()


@given(here=places, there=places)
def test_a_drive_takes_no_longer_than_a_plan_reckons_that_has_learnt_nothing(
    here: Place, there: Place
) -> None:
    if here is None or there is None:
        assert drive(here, there) == 30 * 60
        return
    noon = datetime.combine(MONDAY, LIKE_NOON)
    planned = int(Haversine().row(Point(*here), [Point(*there)], noon)[0])
    assert drive(here, there) <= planned
    assert planned - drive(here, there) <= 1 or planned <= Haversine().parking + 1


@pytest.mark.demand("S1-18")
def test_two_short_visits_near_each_other_share_a_slot_and_the_first_makes_room() -> None:
    diary, task = Diary(), Task(seconds=HOUR, place=(31.24, 121.48))
    eight, ten = slots_on(MONDAY.date(), ZONE)[:2]
    for slot in (ten, ten):
        diary.put(task, next(one for one in diary.open(task) if one.slot == slot))
    assert eight in [one.slot for one in diary.open(task)]
    assert ten not in [
        one.slot for one in diary.open(task)
    ]  # two hours of work, and the last would come too late
    starts = sorted(datetime.fromtimestamp(one.ends - HOUR, ZONE).hour for one in diary.held)
    assert starts == [10, 11]


def test_a_visit_moves_within_its_slot_for_one_that_can_only_be_before_it() -> None:
    diary = Diary({0: [(time(8), time(12))]})
    eight, ten = slots_on(MONDAY.date(), ZONE)[:2]
    near = Task(seconds=HOUR, place=HOME)
    diary.put(near, next(one for one in diary.open(near) if one.slot == ten))
    long = Task(seconds=2 * HOUR + HOUR // 4, place=HOME)
    diary.put(long, next(one for one in diary.open(long) if one.slot == eight))
    assert {one.visit_id: datetime.fromtimestamp(one.ends, ZONE).strftime("%H:%M") for one in diary.held} == {
        2: "10:15",
        1: "11:15",
    }


@pytest.mark.demand("L-16")
def test_no_slot_lies_after_the_last_day_a_permit_is_valid() -> None:
    last = (MONDAY + timedelta(days=2)).date()
    found = Diary().open(Task(seconds=HOUR), until=last)
    assert {one.slot.begins.date() for one in found} == {MONDAY.date() + timedelta(days=n) for n in range(3)}


def test_what_takes_its_whole_slot_leaves_the_slots_beside_it_free() -> None:
    diary, pair = Diary(), Task(seconds=HOUR, whole=True)
    ten = slots_on(MONDAY.date(), ZONE)[1]
    diary.put(pair, next(one for one in diary.open(pair) if one.slot == ten))
    assert [one.slot.begins.hour for one in diary.open(pair)[:5]] == [8, 12, 14, 16, 18]
    assert [one.slot.begins.hour for one in diary.open(Task(seconds=HOUR))[:5]] == [8, 12, 14, 16, 18]


def test_the_slot_beside_another_visit_costs_less_than_one_of_its_own_way() -> None:
    diary, there = Diary(), (31.30, 121.60)
    task = Task(seconds=HOUR, place=there)
    ten = slots_on(MONDAY.date(), ZONE)[1]
    diary.put(task, next(one for one in diary.open(task) if one.slot == ten))
    prices = {one.slot: one.extra for one in diary.open(task)}
    assert prices[ten] < min(
        extra for slot, extra in prices.items() if slot.begins.date() != ten.begins.date()
    )
