"""Slots: six a day, found by their instant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bihuan.service.dispatch.slots import Slot, slot_at, slots_on

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)


@pytest.mark.demand("S1-18")
def test_a_day_has_six_slots_of_two_hours_from_eight_to_eight() -> None:
    shown = [(slot.begins.hour, slot.ends.hour) for slot in slots_on(MONDAY.date(), ZONE)]
    assert shown == [(8, 10), (10, 12), (12, 14), (14, 16), (16, 18), (18, 20)]


def test_a_slot_is_found_by_its_instant_whatever_zone_it_is_told_in() -> None:
    begins = datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert slot_at(begins, ZONE) == Slot(MONDAY.replace(hour=10), MONDAY.replace(hour=12))
    assert slot_at(begins + timedelta(minutes=1), ZONE) is None
