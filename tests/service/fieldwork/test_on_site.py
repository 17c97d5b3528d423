"""From the call before leaving to the parts: what is written down, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from bihuan.ground.journal.queries import story_of
from bihuan.registers.customers.models import Serial
from bihuan.registers.customers.told import MachineTold
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import ticked_on
from bihuan.service.commitments.models import Promise
from bihuan.service.fieldwork import actions, quoting
from bihuan.service.fieldwork.errors import (
    FieldLacks,
    NotArrived,
    NothingQuoted,
    NotOnPriceList,
    PartNotQuoted,
    QuoteAnswered,
    SerialNeeded,
    SerialUsed,
)
from bihuan.service.fieldwork.models import Quote, QuoteLine, Work
from bihuan.service.fieldwork.printing import pdf_of
from bihuan.service.fieldwork.serials import write_serials
from bihuan.service.fieldwork.sheets import facts_of
from bihuan.service.fieldwork.signing import sign
from tests.service.fieldwork.made import OnSite, a_part, accepted, booked, on_site, png, ready, told

pytestmark = pytest.mark.django_db


def agreed(here: OnSite, *items: str) -> Quote:
    made = quoting.quote(here.work, here.prices(*items), by=here.viewer.actor, now=here.now)
    return quoting.answer(made, consented=True, how="device", by=here.viewer.actor, now=here.now)


@pytest.mark.demand("S0-24")
def test_the_call_before_leaving_is_kept_as_a_contact() -> None:
    here = booked()
    actions.confirm(here.work, reached=False, by=here.viewer.actor, now=here.now)
    assert here.work.confirmed_at is None
    actions.confirm(here.work, reached=True, by=here.viewer.actor, now=here.now)
    assert here.work.confirmed_at == here.now
    told_by = [fact.event.kind for fact in story_of(here.case.chain_id)]
    assert told_by.count("fieldwork.confirmed") == 2
    assert told_by[-2:] == ["case.contacted", "fieldwork.confirmed"]


@pytest.mark.demand("S1-26")
def test_a_late_upload_counts_the_time_at_the_door() -> None:
    here = booked()
    at_door = here.now + timedelta(minutes=10)
    later = at_door + timedelta(hours=3)
    actions.arrive(here.work, doer=here.doer, now=later, happened_at=at_door)
    arrived = next(f for f in story_of(here.case.chain_id) if f.event.kind == "fieldwork.arrived")
    assert (arrived.happened_at, arrived.recorded_at) == (at_door, later)
    visit = Promise.objects.filter(case_id=here.case.id, ended_at=at_door)
    assert visit.exists()


def test_nobody_arrives_in_the_future() -> None:
    here = booked()
    with pytest.raises(FieldLacks):
        actions.arrive(here.work, doer=here.doer, now=here.now, happened_at=here.now + timedelta(hours=1))
    assert Case.objects.get(id=here.case.id).stands_at == "booked"


def test_nothing_is_written_before_the_check_in() -> None:
    here = booked()
    with pytest.raises(NotArrived):
        actions.check(here.work, "conduct", {"badge": "yes"}, now=here.now)
    with pytest.raises(NotArrived):
        quoting.quote(here.work, here.prices("labour"), by=here.viewer.actor, now=here.now)


@pytest.mark.demand("L-14", "S1-33")
def test_only_the_published_list_is_charged_and_only_after_a_yes() -> None:
    here = on_site()
    made = quoting.quote(here.work, here.prices("labour", "visit"), by=here.viewer.actor, now=here.now)
    assert (made.state, made.total_fen) == ("offered", 15000)
    assert "quote_consented" not in ticked_on(here.case.id)
    quoting.answer(made, consented=True, how="device", by=here.viewer.actor, now=here.now)
    assert "quote_consented" in ticked_on(here.case.id)
    with pytest.raises(QuoteAnswered):
        quoting.answer(made, consented=False, how="link", by=here.viewer.actor, now=here.now)


def test_a_new_quote_needs_a_new_yes() -> None:
    here = on_site()
    first = agreed(here, "labour")
    second = quoting.quote(here.work, here.prices("labour", "visit"), by=here.viewer.actor, now=here.now)
    first.refresh_from_db()
    assert (first.state, second.state) == ("replaced", "offered")
    assert "quote_consented" not in ticked_on(here.case.id)
    with pytest.raises(QuoteAnswered):
        quoting.answer(first, consented=True, how="link", by=here.viewer.actor, now=here.now)


@pytest.mark.demand("S1-32")
def test_under_cover_nothing_is_charged_and_each_line_says_why() -> None:
    here = on_site(covered=True)
    made = quoting.quote(here.work, here.prices("labour", "visit"), by=here.viewer.actor, now=here.now)
    assert (made.state, made.answered_how, made.total_fen) == ("consented", "free", 0)
    assert set(QuoteLine.objects.values_list("free_because", flat=True)) == {"in"}
    broken = quoting.quote(
        here.work, here.prices("labour"), by=here.viewer.actor, now=here.now, not_covered_because="misuse"
    )
    assert (broken.state, broken.total_fen) == ("offered", 12000)


@pytest.mark.demand("L-06")
def test_the_same_fault_within_thirty_days_is_mended_free() -> None:
    here = ready()
    agreed(here, "labour")
    sign(here.work, told(), doer=here.doer, now=here.now)
    machine_id = here.case.machine_id
    again = booked(here.made, now=here.now + timedelta(days=5))
    Case.objects.filter(id=again.case.id).update(machine_id=machine_id)
    actions.arrive(again.work, doer=again.doer, now=again.now)
    made = quoting.quote(again.work, again.prices("labour"), by=again.viewer.actor, now=again.now)
    assert (made.total_fen, QuoteLine.objects.get(quote=made).free_because) == (0, "repeat")


@pytest.mark.parametrize("wanted", [{10**6: 1}, {"price": 0}, {"price": -1}, {"price": 100}])
def test_lines_beyond_the_list_are_refused(wanted: dict[object, int]) -> None:
    here = on_site()
    price = next(iter(here.prices("labour")))
    lines = {price if key == "price" else int(str(key)): count for key, count in wanted.items()}
    with pytest.raises(NotOnPriceList):
        quoting.quote(here.work, lines, by=here.viewer.actor, now=here.now)
    with pytest.raises(NothingQuoted):
        quoting.quote(here.work, {}, by=here.viewer.actor, now=here.now)
    assert not Quote.objects.exists()


@pytest.mark.demand("S1-25", "S1-38", "S1-39")
def test_a_part_goes_in_by_serial_after_consent_and_once() -> None:
    here = on_site()
    part = a_part()
    fit: dict[str, Any] = {"part_id": part.id, "shown": True, "old_part": "taken", "now": here.now}
    with pytest.raises(PartNotQuoted):
        quoting.use_part(here.work, serial="S1", **fit)
    agreed(here, "part")
    with pytest.raises(SerialNeeded):
        quoting.use_part(here.work, **fit)
    used = quoting.use_part(here.work, serial=" S1 ", **fit)
    assert (used.serial, used.shown, used.old_part) == ("S1", True, "taken")
    with pytest.raises(PartNotQuoted):
        quoting.use_part(here.work, serial="S2", **fit)
    with pytest.raises(FieldLacks):
        quoting.use_part(here.work, serial="S3", part_id=part.id, shown=True, old_part="sold", now=here.now)


def test_one_serial_is_fitted_once_in_the_whole_company() -> None:
    here = on_site()
    part = a_part()
    agreed(here, "part")
    quoting.use_part(here.work, part_id=part.id, serial="S1", shown=True, old_part="none", now=here.now)
    other = on_site(here.made, now=here.now + timedelta(days=1))
    agreed(other, "part")
    with pytest.raises(SerialUsed):
        quoting.use_part(other.work, part_id=part.id, serial="S1", shown=True, old_part="none", now=other.now)


@pytest.mark.demand("S0-26", "S0-30")
def test_the_tick_goes_when_a_test_fails_and_comes_back_when_it_passes() -> None:
    here = on_site()
    point = actions.points_of(here.work.case)[0]
    for passed, ticked in ((True, True), (False, False), (True, True)):
        assert actions.try_points(here.work, {point: passed}, by=here.viewer.actor, now=here.now) is passed
        assert ("functions_tested" in ticked_on(here.case.id)) is ticked
    with pytest.raises(FieldLacks):
        actions.try_points(here.work, {"something_else": True}, by=here.viewer.actor, now=here.now)


@pytest.mark.demand("S1-30", "S1-31", "S1-32", "S0-21")
def test_the_diagnosis_is_sealed_and_ticks_its_need() -> None:
    here = on_site()
    actions.diagnose(
        here.work, reproduced=True, cause="插座松动", plan="换插座", by=here.viewer.actor, now=here.now
    )
    row = Work.objects.get()
    assert "插座" not in row.cause_sealed
    assert (row.reproduced, "diagnosis_written" in ticked_on(here.case.id)) == (True, True)


@pytest.mark.demand("S0-25")
def test_an_installation_records_both_serials_and_ends_signed() -> None:
    told_machine = MachineTold(category="air_conditioner", brand="澄川", model="AIR123")
    here = ready(kind="installation", words="新空调安装", machine=told_machine)
    write_serials(here.work, {"indoor": "IN-1", "outdoor": "OUT-1"}, now=here.now)
    sheet = sign(here.work, told(), doer=here.doer, now=here.now)
    facts = facts_of(sheet)
    assert facts is not None
    assert facts["machine"]["serials"] == {"indoor": "IN-1", "outdoor": "OUT-1"}
    assert set(
        Serial.objects.filter(machine_id=here.case.machine_id or 0).values_list("number", flat=True)
    ) == {
        "IN-1",
        "OUT-1",
    }
    assert Case.objects.get(id=here.case.id).stands_at == "done"


def test_the_same_facts_give_the_same_pdf_and_text_is_never_markup() -> None:
    here = ready()
    actions.read(here.work, name='#read("/etc/hostname")', value="*x* $y$", now=here.now)
    sheet = sign(here.work, told(opinion_words="#panic() 𠮷"), doer=here.doer, now=here.now)
    facts = facts_of(sheet)
    assert facts is not None
    made = [
        pdf_of(facts, digest=sheet.digest, drawing=png(), address="http://x/v/1", language=language)
        for language in ("zh-hans", "zh-hans", "en")
    ]
    assert made[0] == made[1] != made[2]


@pytest.mark.demand("S0-25")
def test_a_machine_carried_in_is_taken_with_a_receipt_and_mended_inside() -> None:
    here = accepted(way="carry_in")
    with pytest.raises(FieldLacks):
        actions.take_in(here.work, " ", doer=here.doer, now=here.now)
    actions.take_in(here.work, "外观完好，带电源线", doer=here.doer, now=here.now)
    work = here.work
    assert (here.case.stands_at, work.place) == ("in_workshop", "workshop")
    assert "电源线" not in work.receipt_sealed
    actions.say_minutes(work, 30)
    assert Work.objects.get().minutes == 30
