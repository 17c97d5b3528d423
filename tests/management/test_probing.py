"""The clock knocks at our own doors from outside, and what comes in proves them."""

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from bihuan.management.probing import DOORS, Door, NotKnocked, Probes, knock
from bihuan.registers.access.models import Token
from bihuan.service.cases.models import Case
from bihuan.service.improvement.daily_closing import closing
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.proving import proofs
from tests.makers import NOW, company

pytestmark = pytest.mark.demand("S2-19")


@pytest.mark.django_db(transaction=True)
def test_each_door_of_the_house_is_proven_by_a_real_request(
    live_server: LiveServer, settings: LazySettings
) -> None:
    from bihuan.ground.worktime import clock

    company()
    settings.BIHUAN_ADDRESS = live_server.url
    own = [door for door in DOORS if door.channel in ("web", "app")]
    now = clock.now()
    assert [knock(door, now=now) for door in own] == [True, True]
    held = proofs()
    assert [(held[door.channel].trouble, held[door.channel].proven_at is not None) for door in own] == [
        ("", True)
    ] * 2
    assert (Case.objects.count(), RawMessage.objects.filter(state="probe").count()) == (0, 2)
    assert Token.objects.filter(channel="app").count() == 0
    assert sum(line.ends["probes"] for line in closing(now.astimezone().date())) in (0, 2)


@pytest.mark.django_db
def test_a_door_that_nobody_opens_is_noted_with_why(settings: LazySettings) -> None:
    company()
    settings.BIHUAN_ADDRESS = "http://127.0.0.1:9"
    assert knock(DOORS[0], now=NOW) is False
    assert (proofs()["web"].trouble, proofs()["web"].proven_at) == ("unreachable", None)


@pytest.mark.django_db
def test_a_door_that_breaks_does_not_keep_us_from_the_next() -> None:
    def breaks(token: str, now: object) -> None:
        raise ZeroDivisionError

    def refuses(token: str, now: object) -> None:
        raise NotKnocked("refused")

    doors = [
        Door(channel=name, is_set_up=lambda: True, knock=deed)
        for name, deed in (("mail", breaks), ("sms", refuses))
    ]
    assert [knock(door, now=NOW) for door in doors] == [False, False]
    assert [proofs()[name].trouble for name in ("mail", "sms")] == ["ZeroDivisionError", "refused"]


@pytest.mark.django_db(transaction=True)
def test_of_two_clocks_one_knocks() -> None:
    first, second = Probes(()), Probes(())
    assert [first.send(now=NOW), second.send(now=NOW)] == [True, False]
    assert first.thread is not None
    first.thread.join()
