"""Satisfaction, opinions collected and chases of a stretch of time, as the targets of a profile ask them."""

from datetime import timedelta

import pytest

from bihuan.ground.worktime import clock
from bihuan.service.cases.talking import chase
from bihuan.service.commitments.figures import EVERYWHERE, Period
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.service.improvement.opinions import judged_opinions, opinions_in
from bihuan.service.satisfaction import asking
from tests.afterwards import CUSTOMER, HAPPY, a_done_case, asked
from tests.makers import a_case, company

pytestmark = pytest.mark.django_db


@pytest.mark.demand("S2-52", "S2-54", "S3-124")
def test_answers_points_and_collected_services_are_counted_with_their_number() -> None:
    made, now = company(), clock.now()
    heard = a_done_case(made, now=now - timedelta(hours=40), done_at=now - timedelta(hours=30))
    asking.answer(asked(heard, now=now - timedelta(minutes=1)), HAPPY, words="", by=CUSTOMER, now=now)
    a_done_case(made, now=now - timedelta(hours=40), done_at=now - timedelta(hours=30))
    chase(a_case(made, now=now - timedelta(hours=1)), by=CUSTOMER, now=now - timedelta(minutes=5))
    found = opinions_in(
        Period(since=now - timedelta(days=3), until=now + timedelta(seconds=1), now=now), EVERYWHERE
    )
    assert {name: found.of(name) for name in ("satisfaction", "satisfied", "collection")} == {
        "satisfaction": (5.0, 1),
        "satisfied": (1.0, 1),
        "collection": (0.5, 2),
    }
    assert (found.chases, found.opened, found.chase_rate) == (1, 3, 1 / 3)
    told = judged_opinions(list(commitments_in_force().base().clauses), found)
    assert {one.clause.of: one.met for one in told} == {
        "satisfaction": None,
        "satisfied": None,
        "collection": None,
    }


def test_nobody_asked_is_no_figure() -> None:
    now = clock.now()
    found = opinions_in(Period(since=now - timedelta(days=3), until=now, now=now), EVERYWHERE)
    assert (found.of("satisfaction"), found.of("collection"), found.chase_rate) == (
        (None, 0),
        (None, 0),
        None,
    )
