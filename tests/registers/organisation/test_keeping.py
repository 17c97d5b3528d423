"""What holds from day to day and is ended today: one rule for authorisations, prices and limits in heat."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from bihuan.registers.organisation.actions import end_authorisation
from bihuan.registers.organisation.models import Authorisation
from bihuan.registers.parts.actions import end_price
from bihuan.registers.parts.models import Price
from bihuan.registers.staff.heat import end_limit
from bihuan.registers.staff.models import HeatLimit
from tests.makers import NOW, company

pytestmark = pytest.mark.django_db
TODAY = localdate(NOW)
YESTERDAY = TODAY - timedelta(days=1)
ENDINGS: list[tuple[type[Any], Callable[..., None]]] = [
    (Authorisation, end_authorisation),
    (Price, end_price),
    (HeatLimit, end_limit),
]


@pytest.mark.parametrize(("model", "end"), ENDINGS)
def test_what_is_ended_held_until_yesterday_and_what_has_not_begun_goes(
    model: type[Any], end: Callable[..., None]
) -> None:
    company()
    row = model.objects.order_by("id").first()
    end(row.id, now=NOW)
    end(row.id, now=NOW)
    row.refresh_from_db()
    assert row.valid_until == YESTERDAY
    row.valid_until = before = YESTERDAY - timedelta(days=9)
    row.save()
    end(row.id, now=NOW)
    row.refresh_from_db()
    assert row.valid_until == before
    row.valid_from, row.valid_until = TODAY, TODAY + timedelta(days=9)
    row.save()
    end(row.id, now=NOW)
    assert not model.objects.filter(id=row.id).exists()
