"""The same order from many senders at the same instant is one order; and while one changes, its case may move."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from bihuan.ground.journal.queries import faults_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case
from bihuan.service.orders.actions import take_order
from bihuan.service.orders.models import Order, StateTold
from tests.makers import NOW, company
from tests.service.orders.ordering import a_platform, an_order, taken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.demand("S2-20", "U-03")]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What these calls return or raise, begun together in threads of their own."""
    barrier, told = Barrier(len(calls)), list[Any]([None] * len(calls))

    def run(place: int) -> None:
        barrier.wait()
        try:
            told[place] = calls[place]()
        except Exception as error:  # the test looks at it
            told[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_one_order_sent_eight_times_at_once_is_one_case() -> None:
    made = company()
    platform, by = a_platform(made), made.actor(Role.AGENT)
    found = at_once(*[lambda: take_order(platform, an_order(), by=by, now=NOW)] * 8)
    assert sorted(one.became for one in found) == ["new", *["same"] * 7]
    assert (Order.objects.count(), Case.objects.count(), StateTold.objects.count()) == (1, 1, 1)


def test_an_order_that_changes_while_its_case_moves_loses_neither() -> None:
    made = company()
    platform, by = a_platform(made), made.actor(Role.AGENT)
    case = taken(made, platform, kind="维修").order.case
    assert case is not None
    found = at_once(
        lambda: take_order(platform, an_order(kind="维修", words="改到周六"), by=by, now=NOW),
        lambda: move_case(Case.objects.get(), "guide_remotely", doer=Doer.house(by), now=NOW),
    )
    assert [one for one in found if isinstance(one, Exception)] == []
    assert (Order.objects.get().version, StateTold.objects.count()) == (2, 2)
    assert faults_of(case.chain_id) == []
