"""A later moment as a browser sends it, and as nobody's browser would."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Busy
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.queries import free_slots
from bihuan.service.dispatch.slots import read_slot, slot_at
from bihuan.web.dispatchers.book import _moment_of
from tests.makers import NOW, a_case, company
from tests.service.fieldwork.made import accepted

OFFSETS = st.sampled_from(["", "Z", "+08:00", "-12:00", "+14:00", "+23:59", "-23:59"])


@given(st.datetimes(), OFFSETS)
@example(datetime(1, 1, 1), "+14:00")
@example(datetime(9999, 12, 31, 23, 59), "-12:00")
@example(datetime(1, 1, 1), "")
@example(datetime(9999, 12, 31, 23, 59), "")
def test_any_moment_of_any_year_is_read_or_is_now(moment: datetime, offset: str) -> None:
    read = _moment_of(moment.isoformat() + offset, NOW)
    assert read.utcoffset() == NOW.utcoffset()
    assert isinstance(read.timestamp(), float)


@pytest.mark.parametrize("told", ["", "x", "2026-13-01T00:00", "2026-02-30T00:00", "24:00"])
def test_what_is_no_moment_is_now(told: str) -> None:
    assert _moment_of(told, NOW) == NOW


def test_a_moment_of_these_days_stays_what_it_is() -> None:
    assert _moment_of("2026-11-24T10:30+08:00", NOW) == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    assert _moment_of("2026-11-24T10:30", NOW) == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "told", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "0001-01-01T00:00", "x"]
)
def test_a_moment_at_the_end_of_time_is_refused_in_words(told: str) -> None:
    made = company()
    case = a_case(made)
    technician = made.technicians[0]
    visit = Visit(case=case, technician=technician, number=1, state=Visit.BOOKED, made_at=NOW)
    visit.slot_from, visit.slot_until = (
        datetime(2036, 1, 1, 2, tzinfo=UTC),
        datetime(2036, 1, 1, 4, tzinfo=UTC),
    )
    visit.save()
    client = Client(raise_request_exception=False)
    client.force_login(made.people[Role.DISPATCHER])
    page = f"/dispatch/{case.number}/book"
    late = client.post(page, {"step": "late", "expected_at": told, "reason": "traffic"})
    again = client.post(page, {"slot": told, "reason": "customer_wish"})
    assert {late.status_code, again.status_code} <= {409, 422}
    visit.refresh_from_db()
    assert (visit.expected_at, visit.slot_from) == (None, datetime(2036, 1, 1, 2, tzinfo=UTC))


@given(st.datetimes(), OFFSETS)
@example(datetime(1, 1, 1), "+14:00")
@example(datetime(1970, 1, 1), "+14:00")
@example(datetime(9999, 12, 31, 23, 59), "-12:00")
def test_any_slot_that_is_sent_can_be_looked_up(moment: datetime, offset: str) -> None:
    slot = read_slot(moment.isoformat() + offset)
    assert slot_at(slot.begins, ZoneInfo("Asia/Shanghai")) in (None, slot)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("desk", "role"), [("dispatchers", Role.DISPATCHER), ("technicians", Role.TECHNICIAN)]
)
def test_what_is_named_on_the_phone_is_kept_free_at_every_desk(desk: str, role: Role) -> None:
    one, client = accepted(now=clock.now()), Client()
    client.force_login(one.made.people[role])
    page, now = reverse(f"{desk}:keep_free", args=[one.case.number]), clock.now()
    slot = free_slots(one.case, now=now)[0]
    kept = client.post(page, {"slot": slot.begins.isoformat()})
    assert (kept.status_code, "until" in kept.context, Busy.objects.get().why) == (200, True, Busy.HOLD)
    refused = client.post(page, {"slot": "x"})
    assert (refused.status_code, "text-danger" in refused.content.decode()) == (200, True)
    Visit.objects.update(state=Visit.WITHDRAWN)
    assert "text-danger" in client.post(page, {"slot": slot.begins.isoformat()}).content.decode()
