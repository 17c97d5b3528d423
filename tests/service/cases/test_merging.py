"""Two reports of one matter become one case and two again: nothing of either is lost."""

from datetime import timedelta
from typing import Any

import pytest

from bihuan.ground.journal.queries import faults_of
from bihuan.registers.access.errors import NotAllowed
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.errors import CannotMerge, CaseIsMerged
from bihuan.service.cases.merging import merged_into, twins_of, with_twin
from bihuan.service.cases.models import Case, Note, Tick
from bihuan.service.cases.queries import case_of_report
from bihuan.service.commitments.actions import mark_broken
from bihuan.service.commitments.comparing import compare
from bihuan.service.commitments.models import Promise, Rung
from bihuan.service.dispatch.merging import merge, unmerge
from bihuan.service.improvement.daily_closing import closing
from bihuan.service.intake.models import Report
from bihuan.service.notices.models import Notice
from tests.makers import NOW, Company, a_case, company, later, settle

pytestmark = pytest.mark.django_db
PHONE = "13900007777"


@pytest.fixture
def made() -> Company:
    return company()


def pair(made: Company) -> tuple[Case, Case]:
    """The same matter, reported twice by one customer."""
    return a_case(made, phone=PHONE), a_case(made, phone=PHONE, now=later(minutes=20))


def rows(case: Case) -> list[dict[str, Any]]:
    return [dict(row) for row in Promise.objects.filter(case=case).order_by("id").values()]


def state_of(case: Case) -> dict[str, Any]:
    """Everything of a case that merging could touch."""
    return {
        "case": Case.objects.filter(id=case.id).values().get(),
        "promises": rows(case),
        "rungs": list(Rung.objects.filter(promise__case=case).order_by("id").values()),
        "ticks": list(Tick.objects.filter(case=case).order_by("id").values()),
        "notes": list(Note.objects.filter(case=case).order_by("id").values()),
        "report": Report.objects.filter(id=case.report_id).values().get(),
        "raw": Report.objects.filter(id=case.report_id)
        .values("raw__state", "raw__same_as", "raw__reason")
        .get(),
    }


@pytest.mark.demand("S3-40")
def test_merging_and_unmerging_change_nothing(made: Company) -> None:
    first, second = pair(made)
    before = state_of(first), state_of(second)
    viewer = made.viewer(Role.AGENT)
    merge(second, first, viewer=viewer, now=later(minutes=30))
    unmerge(second, viewer=viewer, now=later(minutes=31))
    assert (state_of(first), state_of(second)) == before
    assert (faults_of(first.chain_id), faults_of(second.chain_id)) == ([], [])


@pytest.mark.parametrize("hours", [0, 3, 60])
def test_the_second_reckoning_agrees_merged_and_unmerged(made: Company, hours: int) -> None:
    first, second = pair(made)
    viewer, at = made.viewer(Role.AGENT), later(minutes=30, hours=hours)
    mark_broken(at)
    for step, moment in ((merge, at), (unmerge, at + timedelta(hours=1))):
        if step is merge:
            merge(second, first, viewer=viewer, now=moment)
        else:
            unmerge(second, viewer=viewer, now=moment)
        assert [one.differing for one in compare([first.id, second.id], now=moment).different()] == []


def test_nothing_is_promised_of_a_merged_case_and_what_was_broken_stays_broken(made: Company) -> None:
    first, second = pair(made)
    mark_broken(later(days=3))
    broken = Promise.objects.filter(case=second, state=Promise.BROKEN).count()
    merge(second, first, viewer=made.viewer(Role.AGENT), now=later(days=3))
    held = Promise.objects.filter(case=second)
    assert (held.filter(open=True).count(), held.filter(state=Promise.BROKEN).count() >= broken > 0) == (
        0,
        True,
    )


def test_both_numbers_and_both_links_lead_to_the_case_that_goes_on(made: Company) -> None:
    first, second = pair(made)
    merge(second, first, viewer=made.viewer(Role.AGENT), now=later(minutes=30))
    found = case_of_report(second.report_id)
    assert found is not None
    assert (found.id, [one.id for one in merged_into(first)]) == (first.id, [second.id])


def test_a_merged_case_takes_no_step_and_its_customer_hears_nothing_of_it(made: Company) -> None:
    first, second = pair(made)
    merge(second, first, viewer=made.viewer(Role.AGENT), now=later(minutes=30))
    settle(later(minutes=31))
    second.refresh_from_db()
    with pytest.raises(CaseIsMerged):
        move_case(second, "cancel", doer=Doer.of(made.viewer(Role.AGENT)), now=later(hours=1), reason="x y")
    assert list(Notice.objects.filter(case=second)) == []


def test_the_closing_counts_a_merged_report_as_a_duplicate(made: Company) -> None:
    first, second = pair(made)
    merge(second, first, viewer=made.viewer(Role.AGENT), now=later(minutes=30))
    day = next(one for one in closing(NOW.date()) if one.channel == "hotline")
    assert (day.ends["cases"], day.ends["duplicates"], day.difference) == (1, 1, 0)


def test_only_cases_of_one_customer_that_are_open_are_merged(made: Company) -> None:
    first, second = pair(made)
    stranger, viewer = a_case(made), made.viewer(Role.AGENT)
    for one, other, code in ((first, first, "itself"), (stranger, first, "customer")):
        with pytest.raises(CannotMerge) as refused:
            merge(one, other, viewer=viewer, now=NOW)
        assert refused.value.code == code
    merge(second, first, viewer=viewer, now=later(minutes=30))
    with pytest.raises(CannotMerge):
        merge(first, second, viewer=viewer, now=later(minutes=31))
    with pytest.raises(CannotMerge):
        unmerge(first, viewer=viewer, now=later(minutes=31))


def test_a_dispatcher_may_not_merge(made: Company) -> None:
    first, second = pair(made)
    with pytest.raises(NotAllowed):
        merge(second, first, viewer=made.viewer(Role.DISPATCHER), now=NOW)


def test_the_likely_twin_is_offered_and_another_fault_is_not(made: Company) -> None:
    first, second = pair(made)
    other = a_case(made, phone=PHONE, words="冰箱灯不亮了", symptoms=("fr_light",))
    twins = {twin.case.id: twin.why for twin in twins_of(second, Case.objects.all())}
    assert (set(twins), "symptom" in twins[first.id]) == ({first.id}, True)
    marked = {one.id: getattr(one, "has_twin", None) for one in with_twin(Case.objects.all())}
    assert (marked[first.id], marked[second.id], marked[other.id]) == (True, True, False)
