"""A platform is told each state at least once, in order, signed; what it does not take is tried again."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from bihuan.ground.journal.event import CLOCK
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.orders import telling
from bihuan.service.orders.exporting import take_export, taken_at
from bihuan.service.orders.keeping import keep_platform, try_webhook
from bihuan.service.orders.models import StateTold
from bihuan.service.orders.rules import ATTEMPTS
from tests.makers import NOW, company, later
from tests.registers.channels.houses import Answer, Heard, a_house, saying
from tests.service.orders.ordering import a_platform, taken

pytestmark = [pytest.mark.django_db, pytest.mark.demand("S2-09")]
SECRET = "a-secret-of-the-platform"


@pytest.fixture(autouse=True)
def _here(settings: Settings) -> None:
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True


def signed(heard: Heard) -> str:
    """The signature by the published rule, worked out here a second time."""
    said = f"{heard.headers['x-bihuan-timestamp']}.{heard.headers['x-bihuan-event']}.".encode() + heard.body
    return "v1=" + hmac.new(SECRET.encode(), said, hashlib.sha256).hexdigest()


def an_order_of(address: str, **more: Any) -> StateTold:
    made = company()
    taken(made, a_platform(made, webhook=f"{address}/hook", secret=SECRET, **more))
    return StateTold.objects.get()


def test_a_state_is_told_signed_with_nothing_of_the_buyer() -> None:
    with a_house(saying({"ok": True})) as house:
        row = an_order_of(house.address)
        assert telling.tell_order(row.order_id, now=NOW) == 1
    heard, row = house.last, StateTold.objects.get()
    assert (row.standing, row.sent_at, len(house.heard)) == ("sent", NOW, 1)
    assert heard.headers["x-bihuan-signature"] == signed(heard)
    assert (heard.told["number"], heard.told["state"], heard.told["event"]) == (
        "JD-1001",
        "received",
        row.event,
    )
    assert not any(secret in heard.body.decode() for secret in ("13800001111", "李春梅", "文一西路", "INV-"))


def test_told_again_the_event_keeps_its_number() -> None:
    answers: Iterator[tuple[int, dict[str, str], bytes]] = iter([(500, {}, b""), (200, {}, b"")])
    answer: Answer = lambda heard: next(answers)  # noqa: E731
    with a_house(answer) as house:
        row = an_order_of(house.address)
        assert telling.tell_order(row.order_id, now=NOW) == 0
        first = StateTold.objects.get()
        assert (first.standing, first.trouble, first.next_at) == ("waiting", "status 500", later(seconds=30))
        telling.tell_order(row.order_id, now=first.next_at)
    assert [one.headers["x-bihuan-event"] for one in house.heard] == [row.event, row.event]
    assert StateTold.objects.get().standing == "sent"


def test_a_later_state_waits_for_the_one_before_it() -> None:
    with a_house(saying({}, status=503)) as house:
        row = an_order_of(house.address)
        case = row.order.case
        assert case is not None
        move_case(case, "cancel", doer=Doer.house(CLOCK), now=NOW, reason="x")
        assert StateTold.objects.count() == 2
        telling.tell_order(row.order_id, now=NOW)
    assert [one.told["state"] for one in house.heard] == ["received"]


def test_after_many_tries_it_is_given_up_and_a_person_may_ask_for_more() -> None:
    with a_house(saying({}, status=500)) as house:
        row, now = an_order_of(house.address), NOW
        for _ in range(ATTEMPTS):
            telling.tell_order(row.order_id, now=now)
            now += timedelta(hours=5)
        assert (len(house.heard), StateTold.objects.get().standing) == (ATTEMPTS, "given_up")
        assert telling.try_again(row.id, now=now) is True
    assert StateTold.objects.get().attempts <= 1


def test_two_workers_at_one_attempt_send_it_once() -> None:
    with a_house(saying({})) as house:
        row = an_order_of(house.address)
        stale = StateTold.objects.select_related("order__platform__key", "order__case", "order__report").get()
        StateTold.objects.filter(id=row.id).update(attempts=1)
        assert telling._tell(stale, now=NOW) is False
    assert house.heard == []


def test_the_sweep_hands_on_what_is_due_once() -> None:
    row = an_order_of("http://127.0.0.1:9")
    StateTold.objects.update(standing="waiting", next_at=NOW)
    assert (telling.wake_states(NOW), telling.wake_states(NOW)) in {(1, 0)}
    assert row.order_id


def test_an_address_inside_is_refused_when_it_is_kept(settings: Settings) -> None:
    settings.BIHUAN_CHANNEL_HOSTS, settings.BIHUAN_CHANNELS_PRIVATE = frozenset(), False
    made = company()
    for wrong in ("http://platform.example/x", "https://user:pass@platform.example", "ftp://x", "x"):
        with pytest.raises(Exception, match="public"):
            a_platform(made, webhook=wrong)


def test_without_an_address_states_wait_for_an_export_that_holds_each_once() -> None:
    made = company()
    platform = a_platform(made)
    viewer = made.viewer(Role.SUPERVISOR)
    taken(made, platform)
    first = take_export(viewer, "jd", now=NOW)
    taken(made, platform, cancelled=True)
    second = take_export(viewer, "jd", now=later(hours=1))
    assert ([one.state for one in first], [one.state for one in second]) == (["received"], ["withdrawn"])
    assert take_export(viewer, "jd", now=later(hours=2)) == []
    assert [one.id for one in taken_at(viewer, "jd", NOW)] == [one.id for one in first]


def test_a_test_event_says_what_came_of_it() -> None:
    made = company()
    with a_house(saying({}, status=410)) as house:
        platform = a_platform(made, webhook=f"{house.address}/hook", secret=SECRET)
        viewer = made.viewer(Role.ADMINISTRATOR)
        assert try_webhook(viewer, platform.id, now=NOW).startswith("address_unknown")
        keep_platform(viewer, platform.id, now=NOW, webhook="-")
    assert try_webhook(viewer, platform.id, now=NOW) == "no_webhook"
