"""A report becomes a case, and moves along its card."""

import pytest

from bihuan.ground.journal.queries import faults_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.errors import MoveElsewhere, MoveLacks, ReasonNeeded
from tests.makers import NOW, a_case, company

pytestmark = pytest.mark.django_db


@pytest.mark.demand("S0-41", "S3-74")
def test_a_case_is_numbered_by_day_and_running_number() -> None:
    made = company()
    assert [a_case(made).number for _ in range(2)] == ["AF20261123001", "AF20261123002"]


def test_a_danger_makes_a_case_urgent_whatever_was_chosen() -> None:
    case = a_case(company(), words="冰箱漏电，手一碰就麻", urgency="low")
    assert (case.urgency, case.report.hazards != []) == ("urgent", True)


def test_a_move_that_lacks_something_says_what() -> None:
    made = company()
    case = a_case(made)
    with pytest.raises(MoveLacks) as refused:
        move_case(case, "accept", doer=Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER)), now=NOW)
    assert refused.value.lacking == frozenset({"service_point_accepted"})


def test_a_move_from_elsewhere_is_refused_and_changes_nothing() -> None:
    made = company()
    case = a_case(made)
    with pytest.raises(MoveElsewhere):
        move_case(case, "resume", doer=Doer.of(made.viewer(Role.AGENT)), now=NOW)
    case.refresh_from_db()
    assert (case.stands_at, faults_of(case.chain_id)) == ("to_accept", [])


def test_cancelling_asks_why() -> None:
    made = company()
    case = a_case(made)
    with pytest.raises(ReasonNeeded):
        move_case(case, "cancel", doer=Doer.of(made.viewer(Role.AGENT)), now=NOW)
