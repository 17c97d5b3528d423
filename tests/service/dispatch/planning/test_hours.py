"""Whatever the engine plans within a technician's span lies in a slot of their hours, and is done by their end."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from bihuan.service.dispatch.fitting import window_of
from bihuan.service.dispatch.planning.hours import breaks_of, span_of
from bihuan.service.dispatch.slots import shift_end, slots_on

ZONE, DAY = ZoneInfo("Asia/Shanghai"), date(2026, 11, 24)
MIDNIGHT = int(datetime.combine(DAY, time(), tzinfo=ZONE).timestamp())
SLOTS = slots_on(DAY, ZONE)

quarters = st.integers(28, 84)  # of an hour, from 07:00 to 21:00
ways = st.integers(0, 3_600)


@given(
    st.lists(quarters, min_size=2, max_size=4, unique=True), ways, ways, st.integers(900, 7_200), st.data()
)
def test_a_day_within_the_span_can_be_booked(
    marks: list[int], out: int, back: int, shortest: int, data: st.DataObject
) -> None:
    marks = sorted(marks)[: len(marks) // 2 * 2]
    assume(len(marks) < 4 or marks[2] - marks[1] > 2)
    spans = [
        (time(*divmod(a * 15, 60)), time(*divmod(b * 15, 60)))
        for a, b in zip(marks[::2], marks[1::2], strict=True)
    ]
    hours = {DAY.weekday(): spans}
    span = span_of(DAY, hours, ZONE, out=out, back=back, shortest=shortest)
    if span is None:
        assert all(shift_end(slot, hours, ZONE) is None for slot in SLOTS)
        return
    slot = data.draw(st.sampled_from(SLOTS))
    opens, closes = (at - MIDNIGHT for at in window_of(slot))
    arrives = data.draw(st.integers(opens, closes))
    done = arrives + shortest + data.draw(st.integers(0, 3_600))
    assume(span[0] + out <= arrives and done + back <= span[1])
    rests = list(breaks_of(DAY, hours, ZONE, shortest=shortest))
    assume(all(done <= begins or arrives >= ends for begins, ends in rests))
    ends = shift_end(slot, hours, ZONE)
    assert ends is not None and MIDNIGHT + done <= int(ends.timestamp())


def test_noon_is_free_where_the_hours_say_so() -> None:
    hours = {DAY.weekday(): [(time(8), time(12)), (time(13, 30), time(17, 30))]}
    assert list(breaks_of(DAY, hours, ZONE, shortest=3_600)) == [(12 * 3_600, 13 * 3_600 + 1_800)]
    assert span_of(DAY, hours, ZONE, out=600, back=900, shortest=3_600) == (7 * 3_600, 17 * 3_600 + 2_700)
