"""The whole loop that benches and many cases stand on comes to its end, and cases made in bulk are like real ones."""

from collections import Counter
from datetime import timedelta

import pytest

from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import faults_of
from bihuan.management.demo.quiet import quietly
from bihuan.service.cases.models import Case
from tests import loops, makers, many

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_a_loop_goes_from_words_to_a_closed_case() -> None:
    company = makers.company()
    done = [loops.go(loops.Loop(company, makers.later(hours=4 * at))) for at in range(2)]
    told = Counter(Case.objects.values_list("stands_at", "closed_how", "outcome"))
    assert told == {("closed", "confirmed", "finished"): 2}
    assert [faults_of(loop.case.chain_id) for loop in done] == [[], []]


def test_many_cases_are_what_the_actions_make() -> None:
    """One hundred by the actions, one hundred in bulk: the same columns filled, the same events, true chains."""
    company = makers.company()
    with quietly():
        real = [loops.go(loops.Loop(company, makers.NOW + timedelta(hours=4 * at))).case for at in range(20)]
        real += [loops.go(loops.Loop(company, makers.later(hours=at)), loops.report).case for at in range(80)]
    before = set(Case.objects.values_list("id", flat=True))
    assert makers.many_cases(company, 100) == 100
    copies = Case.objects.exclude(id__in=before).filter(id__gt=max(case.id for case in real))
    copied = list(copies.order_by("id"))[-100:]
    assert Counter(case.open for case in copied) == {True: 20, False: 80}
    assert [fault for case in copied for fault in faults_of(case.chain_id)] == []
    assert kinds_of(copied, closed="finished") <= kinds_of(real, closed="finished")
    of_copies = filled(copied)
    assert {table: of_copies[table] for table, held in filled(real).items() if held} == {
        table: held for table, held in filled(real).items() if held
    }
    assert list(many.left_out()) == []


def kinds_of(cases: list[Case], *, closed: str) -> set[tuple[str, ...]]:
    """The stories of the cases that ended so: the kinds of their events in order."""
    ended = [
        case.chain_id for case in Case.objects.filter(id__in=[case.id for case in cases], outcome=closed)
    ]
    return {
        tuple(Entry.objects.filter(chain_id=chain).order_by("seq").values_list("kind", flat=True))
        for chain in ended
    }


def filled(cases: list[Case]) -> dict[str, set[str]]:
    """Table by table, the columns that hold something in a case that was finished."""
    ended = Case.objects.filter(id__in=[case.id for case in cases], outcome="finished")[:1]
    found = many.household(ended[0].customer_id)
    return {
        model._meta.db_table: {
            held.attname
            for row in found.rows[model._meta.db_table][:1]
            for held, value in zip(many.columns(model), row.values, strict=True)
            if value not in (None, "")
        }
        for model in many.COPIED
    }


def test_a_new_report_after_many_is_numbered_on() -> None:
    company = makers.company()
    makers.many_cases(company, 40)
    before = set(Case.objects.values_list("number", flat=True))
    fresh = makers.a_case(company, now=makers.NOW)
    assert fresh.number not in before
    assert faults_of(fresh.chain_id) == []
