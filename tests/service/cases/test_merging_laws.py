"""Whatever is merged and taken apart, in whatever order: nothing is lost, and taken apart again all is as it was."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from bihuan.ground.journal.queries import faults_of
from bihuan.ground.vault.actions import keys
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.told import MachineTold
from bihuan.service.cases.actions import case_for_change
from bihuan.service.cases.came_along import came_along, original_of
from bihuan.service.cases.errors import CannotMerge
from bihuan.service.cases.models import Case, Note, Tick
from bihuan.service.cases.queries import case_of_report, notes_of
from bihuan.service.cases.talking import note
from bihuan.service.commitments.comparing import compare
from bihuan.service.commitments.models import Promise, Rung
from bihuan.service.dispatch.merging import merge, unmerge
from bihuan.service.improvement.daily_closing import closing
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.queries import words_of
from bihuan.service.intake.told import FileTold
from tests.makers import NOW, Company, a_case, company, later

PHONE = "13900007777"
COUNT = 4
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)

steps = st.lists(
    st.tuples(st.sampled_from(("merge", "unmerge")), st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)),
    max_size=9,
)


def reported(made: Company, at: int) -> Case:
    """One of several cases of a customer: words, a file and a note of its own."""
    case = a_case(
        made,
        phone=PHONE,
        words=f"第{at}回说：机器突然不制冷了",
        machine=MachineTold(category="refrigerator", brand="澄川", model="REF123"),
        files=(FileTold(name=f"{at}.png", media="image/png", content=PICTURE + bytes([at])),),
        now=later(minutes=at),
    )
    note(case, f"记下{at}", by=made.actor(Role.AGENT), now=later(minutes=at))
    return case


def said(case: Case) -> dict[str, Any]:
    """All that a person has told of a case, read again: words, notes, files, promises by name."""
    held = Case.objects.select_related("customer__key", "report").get(id=case.id)
    hand = keys(held.customer.key)
    return {
        "words": words_of(held.report, hand).words,
        "notes": [hand.open(one.words_sealed) for one in notes_of(held.id)],
        "files": [original_of(held, one.id) for one in came_along(held)],
        "promises": sorted(Promise.objects.filter(case=held).values_list("clause", "began_at")),
        "number": held.number,
    }


def stands(case: Case) -> dict[str, Any]:
    """Every row of a case that merging could touch."""
    report = Report.objects.filter(id=case.report_id).values().get()
    return {
        "case": Case.objects.filter(id=case.id).values().get(),
        "promises": list(Promise.objects.filter(case=case).order_by("id").values()),
        "rungs": list(Rung.objects.filter(promise__case=case).order_by("id").values()),
        "ticks": list(Tick.objects.filter(case=case).order_by("id").values()),
        "notes": list(Note.objects.filter(case=case).order_by("id").values()),
        "report": report,
        "raw": RawMessage.objects.filter(id=report["raw_id"]).values().get(),
    }


def step(deed: str, one: Case, other: Case, *, made: Company, minute: int) -> None:
    """A merge or its undoing, as a person asks for it; what is refused changes nothing."""
    viewer, now = made.viewer(Role.AGENT), later(minutes=minute)
    before = (stands(one), stands(other))
    try:
        with transaction.atomic():
            if deed == "merge":
                merge(case_for_change(one.id), case_for_change(other.id), viewer=viewer, now=now)
            else:
                unmerge(case_for_change(one.id), viewer=viewer, now=now)
    except CannotMerge:
        assert (stands(one), stands(other)) == before


def leads_on(case: Case) -> Case:
    found = case_of_report(case.report_id)
    assert found is not None
    return found


@pytest.mark.demand("S3-40")
@pytest.mark.django_db
def test_no_order_of_merging_and_taking_apart_loses_anything() -> None:
    made = company()
    cases = [reported(made, at) for at in range(COUNT)]
    told, began = [said(one) for one in cases], [stands(one) for one in cases]

    @settings(max_examples=6, phases=(Phase.explicit, Phase.generate))
    @given(steps)
    @example([("merge", 0, 1), ("merge", 1, 2), ("unmerge", 0, 0), ("merge", 0, 3), ("merge", 2, 3)])
    def law(deeds: list[tuple[str, int, int]]) -> None:
        with transaction.atomic():
            minute = carried_out(deeds, cases, made)
            assert [said(one) for one in cases] == told
            counted_once(cases)
            taken_apart(cases, made, minute=minute)
            assert [stands(one) for one in cases] == began
            assert [faults_of(one.chain_id) for one in cases] == [[]] * COUNT
            transaction.set_rollback(True)

    law()


def carried_out(deeds: list[tuple[str, int, int]], cases: list[Case], made: Company) -> int:
    """All of it, a minute apart; the minute after the last."""
    for minute, (deed, one, other) in enumerate(deeds, COUNT + 1):
        step(deed, cases[one], cases[other], made=made, minute=minute)
    return COUNT + 1 + len(deeds)


def counted_once(cases: list[Case]) -> None:
    """What is merged leads to a case that goes on, and the closing counts it as a duplicate."""
    rows = list(Case.objects.filter(id__in=[one.id for one in cases]))
    assert [one.open for one in rows] == [one.merged_into_id is None for one in rows]
    assert [leads_on(one).merged_into_id for one in cases] == [None] * COUNT
    day = next(one for one in closing(NOW.date()) if one.channel == "hotline")
    merged = sum(one.merged_into_id is not None for one in rows)
    assert (day.ends["cases"], day.ends["duplicates"], day.difference) == (COUNT - merged, merged, 0)


def taken_apart(cases: list[Case], made: Company, *, minute: int) -> None:
    """Every merge undone; the second reckoning of the promises agrees."""
    for at, one in enumerate(cases):
        step("unmerge", one, one, made=made, minute=minute + at)
    reckoned = compare([one.id for one in cases], now=later(minutes=minute + COUNT)).different()
    assert [one.differing for one in reckoned] == []
