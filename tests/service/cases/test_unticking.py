"""A move takes back what is no longer so, before anybody hears of the move."""

import pytest

from bihuan.ground.journal.queries import faults_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case, tick
from bihuan.service.cases.errors import MoveLacks
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from tests.makers import NOW, a_case, company

pytestmark = pytest.mark.django_db


def test_a_returned_case_must_be_accepted_anew() -> None:
    made = company()
    case, point = a_case(made), Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER))
    Case.objects.filter(id=case.id).update(stands_at="to_accept")
    case.refresh_from_db()
    tick(case, Need.SERVICE_POINT_ACCEPTED, by=point.by, now=NOW)
    move_case(case, "return_case", doer=point, now=NOW, reason="too_far")
    with pytest.raises(MoveLacks) as refused:
        move_case(case, "accept", doer=point, now=NOW)
    assert refused.value.lacking == frozenset({"service_point_accepted"})
    assert faults_of(case.chain_id) == []
