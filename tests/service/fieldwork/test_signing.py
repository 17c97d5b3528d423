"""A visit ends once, the way it came out, with a sheet that nobody can change unseen."""

import pytest

from bihuan.ground.journal.queries import faults_of, story_of
from bihuan.ground.vault import files
from bihuan.registers.access.errors import Refusal
from bihuan.service.cases.errors import ReasonNeeded
from bihuan.service.cases.models import Case
from bihuan.service.fieldwork import actions, quoting, sheets
from bihuan.service.fieldwork.errors import (
    NotArrived,
    NotSigned,
    OpinionNeeded,
    OutcomeNotOpen,
    SheetSignedAlready,
    StillLacking,
    WorkIsOver,
)
from bihuan.service.fieldwork.models import Quote, Sheet
from bihuan.service.fieldwork.printing import kept_pdf
from bihuan.service.fieldwork.signing import end_unsigned, sign
from tests.makers import settle
from tests.service.fieldwork.made import OnSite, booked, drawn, on_site, ready, told

pytestmark = pytest.mark.django_db


def kinds(here: OnSite) -> list[str]:
    return [fact.event.kind for fact in story_of(here.case.chain_id)]


def consented(here: OnSite, *items: str) -> Quote:
    made = quoting.quote(here.work, here.prices(*items), by=here.viewer.actor, now=here.now)
    if made.state == Quote.OFFERED:
        quoting.answer(made, consented=True, how="device", by=here.viewer.actor, now=here.now)
    return made


@pytest.mark.demand("S0-25", "S0-26", "S0-27", "S0-30", "S0-31", "S1-41", "L-13")
def test_a_signed_visit_is_done_and_its_sheet_says_everything() -> None:
    here = ready()
    consented(here, "labour", "visit")
    actions.read(here.work, name="电流", value="1.1", unit="A", now=here.now)
    sheet = sign(here.work, told(opinion_words="很细心"), doer=here.doer, now=here.now)
    here.case.refresh_from_db()
    assert (here.case.stands_at, here.case.outcome) == ("done", "finished")
    facts = sheets.facts_of(sheet)
    assert facts is not None
    assert facts["total_fen"] == sheet.total_fen == 15000
    assert [point["passed"] for point in facts["points"]] == [True]
    assert facts["readings"] == [{"name": "电流", "value": "1.1", "unit": "A"}]
    assert facts["opinion"] == {"code": "satisfied", "words": "很细心"}
    assert facts["words"] == "机器突然不制冷了"
    found = [kind for kind in kinds(here) if kind.startswith("fieldwork.")]
    assert found[-3:] == ["fieldwork.signed", "fieldwork.opinion_given", "fieldwork.finished"]
    assert faults_of(here.case.chain_id) == []


@pytest.mark.demand("L-29")
def test_a_second_signature_is_refused_and_changes_nothing() -> None:
    here = ready()
    work = here.work
    first = sign(work, told(), doer=here.doer, now=here.now)
    before = Sheet.objects.values().get(id=first.id)
    with pytest.raises(SheetSignedAlready) as refused:
        sign(work, told(opinion="dissatisfied"), doer=here.doer, now=here.now)
    assert first.number in str(refused.value)
    assert Sheet.objects.values().get() == before


@pytest.mark.demand("S1-41", "S0-30")
def test_a_failed_function_test_keeps_the_sheet_unsigned() -> None:
    here = ready()
    points = actions.points_of(here.case)
    actions.try_points(here.work, {points[0]: False}, by=here.viewer.actor, now=here.now)
    with pytest.raises(StillLacking) as refused:
        sign(here.work, told(), doer=here.doer, now=here.now)
    assert refused.value.codes == ("points_failed",)
    assert not Sheet.objects.exists()


@pytest.mark.demand("S1-34", "S1-35")
def test_safety_steps_come_before_the_signature() -> None:
    here = ready()
    actions.check(here.work, "safety", {"el_off": "no"}, now=here.now)
    with pytest.raises(StillLacking) as refused:
        sign(here.work, told(), doer=here.doer, now=here.now)
    assert refused.value.codes == ("safety",)


@pytest.mark.demand("S1-33")
def test_an_unanswered_quote_keeps_the_sheet_unsigned() -> None:
    here = ready()
    quoting.quote(here.work, here.prices("labour"), by=here.viewer.actor, now=here.now)
    with pytest.raises(StillLacking) as refused:
        sign(here.work, told(), doer=here.doer, now=here.now)
    assert refused.value.codes == ("quote_unanswered",)


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        ({"signature": ""}, NotSigned),
        ({"signature": "data:image/png;base64,AAAA"}, NotSigned),
        ({"signature": drawn() + "AAAA" * 80_000}, NotSigned),
        ({"signature": drawn().replace("png", "svg+xml")}, NotSigned),
        ({"opinion": ""}, OpinionNeeded),
        ({"opinion": "perfect"}, OpinionNeeded),
        ({"outcome": "flown_away"}, OutcomeNotOpen),
        ({"outcome": "waiting"}, OutcomeNotOpen),
        ({"outcome": "declined"}, ReasonNeeded),
    ],
)
def test_bad_input_is_refused_in_words_and_changes_nothing(
    fault: dict[str, str], refusal: type[Refusal]
) -> None:
    here = ready()
    before = kinds(here)
    with pytest.raises(refusal) as refused:
        sign(here.work, told(**fault), doer=here.doer, now=here.now)
    assert str(refused.value)
    assert kinds(here) == before
    assert not Sheet.objects.exists()


@pytest.mark.demand("U-07", "L-14")
def test_a_declined_repair_costs_only_the_fee_told_at_booking() -> None:
    here = on_site()
    made = quoting.quote(here.work, here.prices("labour", "visit"), by=here.viewer.actor, now=here.now)
    quoting.answer(made, consented=False, how="device", by=here.viewer.actor, now=here.now)
    sheet = sign(
        here.work, told("declined", reason="太贵了", inspection_told=True), doer=here.doer, now=here.now
    )
    here.case.refresh_from_db()
    assert (here.case.stands_at, here.case.outcome, sheet.total_fen) == ("done", "declined", 5000)


@pytest.mark.demand("U-07", "L-14")
def test_a_declined_repair_is_free_when_no_fee_was_told() -> None:
    here = on_site()
    sheet = sign(here.work, told("declined", reason="不修了"), doer=here.doer, now=here.now)
    assert sheet.total_fen == 0


@pytest.mark.demand("U-07")
@pytest.mark.parametrize(
    ("outcome", "place"),
    [
        ("waiting", "on_hold"),
        ("second_visit", "to_book"),
        ("customer_absent", "to_book"),
        ("withdrawn", "withdrawn"),
        ("collected", "in_workshop"),
    ],
)
def test_each_unsigned_outcome_has_its_way(outcome: str, place: str) -> None:
    here = on_site()
    end_unsigned(
        here.work, outcome, reason="等主板", receipt="外观完好，带遥控器", doer=here.doer, now=here.now
    )
    here.case.refresh_from_db()
    assert (here.case.stands_at, kinds(here)[-1]) == (place, "fieldwork.finished")


@pytest.mark.demand("U-07")
@pytest.mark.parametrize("outcome", ["no_fault", "exchange_advised"])
def test_each_signed_outcome_has_its_way(outcome: str) -> None:
    here = ready()
    sign(here.work, told(outcome, reason="压缩机损坏"), doer=here.doer, now=here.now)
    here.case.refresh_from_db()
    assert (here.case.stands_at, here.case.outcome) == ("done", outcome)


@pytest.mark.demand("U-07")
def test_nobody_at_home_is_known_before_anybody_came_in() -> None:
    here = booked()
    actions.depart(here.work, doer=here.doer, now=here.now)
    end_unsigned(here.work, "customer_absent", reason="两次无人接听", doer=here.doer, now=here.now)
    here.case.refresh_from_db()
    assert here.case.stands_at == "to_book"


def test_an_ended_visit_takes_no_more() -> None:
    here = on_site()
    work = here.work
    end_unsigned(work, "second_visit", reason="缺工具", doer=here.doer, now=here.now)
    with pytest.raises(WorkIsOver):
        actions.read(work, name="电压", value="220", now=here.now)
    with pytest.raises(WorkIsOver):
        end_unsigned(work, "second_visit", reason="缺工具", doer=here.doer, now=here.now)


def test_nothing_is_signed_before_the_check_in() -> None:
    here = booked()
    with pytest.raises(NotArrived):
        sign(here.work, told(), doer=here.doer, now=here.now)


@pytest.mark.demand("U-07", "S0-25")
def test_a_machine_taken_to_the_workshop_is_mended_and_signed_there() -> None:
    here = on_site()
    end_unsigned(here.work, "collected", reason="需吊装", receipt="外观完好", doer=here.doer, now=here.now)
    work = here.work
    assert work.place == "workshop"
    actions.check(
        work,
        "safety",
        {"el_off": "yes", "el_test": "yes", "el_earth": "yes", "el_insulation": "yes", "el_height": "none"},
        now=here.now,
    )
    actions.diagnose(work, reproduced=True, cause="漏液", plan="补焊", by=here.viewer.actor, now=here.now)
    actions.try_points(
        work, dict.fromkeys(actions.points_of(work.case), True), by=here.viewer.actor, now=here.now
    )
    sign(work, told(), doer=here.doer, now=here.now)
    assert Case.objects.get(id=here.case.id).stands_at == "done"


@pytest.mark.demand("L-29", "S0-27")
def test_a_sound_sheet_proves_itself() -> None:
    here = ready()
    sheet = sign(here.work, told(), doer=here.doer, now=here.now)
    settle(here.now)
    sheet.refresh_from_db()
    assert sheet.pdf_digest
    assert sheets.proof_of(sheet).wrong == ()
    assert sheets.sheet_by_token(sheets.token_of(sheet)).id == sheet.id


@pytest.mark.demand("L-29")
def test_the_pdf_is_made_once_and_stays_the_same() -> None:
    here = ready()
    sheet = sign(here.work, told(), doer=here.doer, now=here.now)
    first = kept_pdf(sheet, now=here.now)
    sheet.refresh_from_db()
    assert first.startswith(b"%PDF")
    assert kept_pdf(sheet, now=here.now) == first
    assert kinds(here).count("fieldwork.sheet_printed") == 1


@pytest.mark.demand("L-29")
@pytest.mark.parametrize("what", ["facts_sealed", "digest", "total_fen", "opinion", "signature", "pdf"])
def test_whatever_is_altered_afterwards_is_seen(what: str) -> None:
    here = ready()
    sheet = sign(here.work, told(), doer=here.doer, now=here.now)
    settle(here.now)
    sheet.refresh_from_db()
    name = {"signature": sheet.signature_kept_as, "pdf": sheet.pdf_kept_as}.get(what)
    if name:
        path = files._path(name)
        path.write_bytes(path.read_bytes()[:-1] + b"\x00\x01")
    else:
        other = {
            "facts_sealed": _other_facts(sheet),
            "digest": "0" * 64,
            "total_fen": 1,
            "opinion": "dissatisfied",
        }
        Sheet.objects.filter(id=sheet.id).update(**{what: other[what]})
    assert sheets.proof_of(Sheet.objects.get(id=sheet.id)).matches is False


def _other_facts(sheet: Sheet) -> str:
    """A forger with the customer's key seals a cheaper sheet."""
    from bihuan.ground.vault.actions import keys_for

    key = sheet.case.customer.key_id
    facts = sheets.facts_of(sheet)
    assert facts is not None
    return keys_for([key]).seal(key, sheets.canonical(facts | {"minutes": 1}).decode())
