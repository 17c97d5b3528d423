"""Clocks rest for four reasons, one of which must be named, and the journal says who named it."""

import pytest

from bihuan.ground.journal.queries import story_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.errors import HoldReasonNeeded, ReasonNeeded
from bihuan.service.cases.models import Case
from bihuan.service.cases.rules import REST_REASONS
from bihuan.service.cases.words import HOLD_REASONS
from tests.makers import NOW, Company, a_case, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def case(made: Company) -> Case:
    held = a_case(made)
    Case.objects.filter(id=held.id).update(stands_at="to_book")
    held.refresh_from_db()
    return held


def test_the_four_reasons_are_the_same_everywhere() -> None:
    assert REST_REASONS == set(HOLD_REASONS) == {"customer", "parts", "supplier", "force_majeure"}


@pytest.mark.parametrize("reason", sorted(REST_REASONS))
def test_a_rest_is_told_with_its_reason_and_by_whom(made: Company, case: Case, reason: str) -> None:
    doer = Doer.of(made.viewer(Role.AGENT))
    move_case(case, "hold", doer=doer, now=NOW, reason=reason)
    [rested] = [fact for fact in story_of(case.chain_id) if fact.event.kind == "case.rested"]
    assert (rested.event.reason, rested.by) == (reason, doer.by)
    case.refresh_from_db()
    assert (case.stands_at, case.hold_reason) == ("on_hold", reason)


@pytest.mark.parametrize("reason", ["", "we are busy", "lunch", "technician_ill", "Parts"])
def test_nothing_else_rests_a_clock(made: Company, case: Case, reason: str) -> None:
    with pytest.raises(HoldReasonNeeded if reason else ReasonNeeded):
        move_case(case, "hold", doer=Doer.of(made.viewer(Role.AGENT)), now=NOW, reason=reason)
    case.refresh_from_db()
    assert (case.stands_at, case.hold_reason) == ("to_book", "")
    assert [fact for fact in story_of(case.chain_id) if fact.event.kind == "case.rested"] == []
