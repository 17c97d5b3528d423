"""What the demo company has learnt: two improvements in rounds, founded once."""

from datetime import UTC, datetime

import pytest

from bihuan.management.demo.improving import found_proposals
from bihuan.service.improvement.models import Proposal
from tests.makers import company

MOMENT = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)


@pytest.mark.django_db
def test_one_improvement_is_in_its_second_round_and_another_is_being_checked() -> None:
    company()
    assert (found_proposals(now=MOMENT), found_proposals(now=MOMENT)) == (3, 0)
    rows = Proposal.objects.order_by("id").values_list("round", "phase", "decision")
    assert list(rows) == [(1, "ended", "again"), (2, "do", ""), (1, "check", "")]
    second = Proposal.objects.select_related("former").get(round=2)
    assert second.former is not None and second.former.round == 1
    assert not Proposal.objects.filter(planned_at__gt=MOMENT).exists()
