"""The demo's hotline has a past: every call is accounted for, and one customer waits to be rung."""

import pytest

from bihuan.management.demo.ringing import found_calls
from bihuan.registers.access.roles import Role
from bihuan.service.intake.calls.models import Call, RingBack, Seat
from bihuan.service.intake.calls.queries import levels, untold_calls
from tests.makers import NOW, company, later

pytestmark = pytest.mark.django_db


def test_the_demos_calls_are_made_once_and_all_are_accounted_for() -> None:
    made = company()
    assert (found_calls(now=NOW), found_calls(now=NOW)) == (24, 0)
    assert untold_calls(made.viewer(Role.AGENT)) == []
    assert (RingBack.objects.filter(open=True).count(), Seat.objects.count()) == (1, 1)
    every, hours = levels(made.viewer(Role.MANAGER), later(days=-5), NOW)
    assert (every.offered, Call.objects.count(), len(hours) > 3) == (24, 24, True)
