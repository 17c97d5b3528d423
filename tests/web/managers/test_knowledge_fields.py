"""Knowledge is kept in plain fields: what is typed there is heard in the next customer's words."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.registers.knowledge import queries
from bihuan.registers.knowledge.models import Item
from bihuan.registers.knowledge.queries import error_codes_shown, hazards_in, symptoms_in
from bihuan.registers.knowledge.rows import KINDS
from bihuan.web.managers.knowledge_fields import values_of
from bihuan.web.managers.settings import REGISTERS
from tests.makers import company

pytestmark = pytest.mark.django_db
PLAIN = [code for code, register in REGISTERS.items() if register.values is values_of]


@pytest.fixture(autouse=True)
def _remembers_nothing() -> Iterator[None]:
    queries.forget()
    yield
    queries.forget()


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(company().people[Role.ADMINISTRATOR])
    client.cookies["language"] = "en"
    return client


def sent(row: Item, **more: Any) -> dict[str, Any]:
    """What a browser sends for a row, changed by `more`."""
    told = {name: value for name, value in values_of(row).items() if value not in (None, False)}
    for at, step in enumerate(told.pop("step", ())):
        told |= {f"step-{at}-{name}": value for name, value in step.items() if value}
    return told | more


def test_no_list_is_left_as_json() -> None:
    lists = set(Item.objects.values_list("kind", flat=True)) | {kind.name for kind in KINDS}
    kept = {row.kind for code in PLAIN for row in REGISTERS[code].rows("")}
    assert lists - kept == {kind.name for kind in KINDS if not Item.objects.filter(kind=kind.name).exists()}


@pytest.mark.parametrize("code", PLAIN)
def test_every_shipped_entry_is_sent_back_unchanged_and_leaves_no_trace(
    administrator: Client, code: str
) -> None:
    rows = list(REGISTERS[code].rows("").order_by("id"))
    for row in rows[:1] + rows[-1:]:
        before = json.loads(row.body)
        answer = administrator.post(f"/settings/{code}/{row.pk}", sent(row))
        row.refresh_from_db()
        assert (answer.status_code, json.loads(row.body)) == (302, before), row.code
    assert Change.objects.count() == 0


def test_a_phrase_typed_at_a_symptom_is_heard_at_once(administrator: Client) -> None:
    row = Item.objects.get(kind="symptom", code="fr_noise")
    words = "冰箱像火车进站一样"
    assert "fr_noise" not in symptoms_in(words, category="refrigerator")
    said = values_of(row)["said"] + "\r\n  像火车进站  \r\n\r\n像火车进站"
    assert administrator.post(f"/settings/symptoms/{row.pk}", sent(row, said=said)).status_code == 302
    assert symptoms_in(words, category="refrigerator") == ["fr_noise"]
    assert "像火车进站" in Change.objects.get().after["said"]


def test_a_danger_and_an_error_code_are_added_and_taken_out_again(administrator: Client) -> None:
    danger = {
        "code": "battery_swells", "kind": "fire", "zh": "电池鼓包", "en": "Swollen battery", "said": "电池鼓包",
        "advice_zh": "请停用并远离。", "advice_en": "Stop using it and keep away.",
    }  # fmt: skip
    code = {
        "brand": "澄川", "family": "refrigerator", "code": "Q7", "zh": "门灯故障", "en": "Door lamp", "cause_zh": "灯",
        "cause_en": "Lamp", "advice_zh": "登记上门", "advice_en": "Book a visit", "remote": "",
    }  # fmt: skip
    assert administrator.post("/settings/hazards/add", danger).status_code == 302
    assert administrator.post("/settings/error-codes/add", code).status_code == 302
    assert hazards_in("电池鼓包了") == ["battery_swells"]
    assert [one.zh for one in error_codes_shown("q7", category="refrigerator")] == ["门灯故障"]
    twice = administrator.post("/settings/hazards/add", danger)
    assert (twice.status_code, "of that code already" in twice.content.decode()) == (422, True)
    row = Item.objects.get(kind="hazard", code="battery_swells")
    assert administrator.post(f"/settings/hazards/{row.pk}/out").status_code == 302
    assert hazards_in("电池鼓包了") == []


def test_what_does_not_hold_together_is_refused_beside_the_field(administrator: Client) -> None:
    row = Item.objects.get(kind="symptom", code="fr_noise")
    page = f"/settings/symptoms/{row.pk}"
    for wrong in ({"code": "fr_other"}, {"family": "spaceship"}, {"urgency": "never"}, {"said": " \n "}):
        assert administrator.post(page, sent(row, **wrong)).status_code == 422, wrong
    row.refresh_from_db()
    assert (row.code, Change.objects.count()) == ("fr_noise", 0)


def test_a_sentence_stays_in_its_list(administrator: Client) -> None:
    row = Item.objects.filter(kind="closing").first()
    assert row is not None
    page = f"/settings/sentences/{row.pk}"
    assert administrator.post(page, sent(row, list="advice")).status_code == 422
    assert administrator.post(page, sent(row, en="Wipe the floor.")).status_code == 302
    row.refresh_from_db()
    assert json.loads(row.body)["en"] == "Wipe the floor."


def checklist() -> Item:
    row = Item.objects.filter(kind="checklist").first()
    assert row is not None
    return row


def test_steps_of_a_checklist_are_added_moved_and_removed(administrator: Client) -> None:
    row = checklist()
    before = json.loads(row.body)["step"]
    told = sent(row) | {"step-0-order": "9", "step-1-ask_en": "Is it plugged in?"}
    count = len(before)
    told |= {f"step-{count}-{name}": f"{name} new" for name in before[0] if name not in ("solves", "gate")}
    told[f"step-{count}-solves"] = "1"
    for name in list(told):
        if name.startswith("step-2-"):
            del told[name]
    assert administrator.post(f"/settings/checklists/{row.pk}", told).status_code == 302
    row.refresh_from_db()
    after = json.loads(row.body)["step"]
    assert [one["ask_en"] for one in after[:1]] == ["Is it plugged in?"]
    assert after[-1]["ask_zh"] == before[0]["ask_zh"]
    assert len(after) == count
    assert (after[-2]["ask_zh"], after[-2]["solves"], after[-2]["gate"]) == ("ask_zh new", True, False)


def test_a_step_that_lacks_something_says_what(administrator: Client) -> None:
    row = checklist()
    told = sent(row) | {"step-0-if_no_en": ""}
    answer = administrator.post(f"/settings/checklists/{row.pk}", told)
    assert (answer.status_code, "Step 1 lacks: If no (English)." in answer.content.decode()) == (422, True)
    assert json.loads(row.body)["step"][1]["ask_zh"] in answer.content.decode()  # nothing typed is lost


def test_a_checklist_without_steps_is_refused(administrator: Client) -> None:
    row = checklist()
    told = {name: value for name, value in sent(row).items() if not name.startswith("step-")}
    answer = administrator.post(f"/settings/checklists/{row.pk}", told)
    assert (answer.status_code, "at least one step" in answer.content.decode()) == (422, True)


def test_prices_are_typed_in_yuan_and_words_are_single(administrator: Client) -> None:
    row = Item.objects.filter(kind="fee").first()
    assert row is not None
    assert administrator.post(f"/settings/fees/{row.pk}", sent(row, fen="12.34")).status_code == 302
    row.refresh_from_db()
    assert json.loads(row.body)["fen"] == 1234
    assert administrator.post("/settings/not-meant/add", {"word": " 防漏电  插座 "}).status_code == 302
    assert Item.objects.get(kind="not_meant", code="防漏电 插座").body == '"防漏电 插座"'
    assert administrator.post("/settings/urgent-families/add", {"word": "gas_cooker"}).status_code == 302
    assert administrator.post("/settings/urgent-families/add", {"word": "spaceship"}).status_code == 422
    assert queries.always_urgent(category="gas_cooker")


def test_an_entry_taken_out_comes_back_and_is_heard_again(administrator: Client) -> None:
    row = Item.objects.get(kind="hazard", code=Item.objects.filter(kind="hazard").first().code)  # type: ignore[union-attr]
    phrase = values_of(row)["said"].splitlines()[0]
    heard = hazards_in(phrase)
    assert administrator.post(f"/settings/hazards/{row.pk}/out").status_code == 302
    assert row.code not in hazards_in(phrase)
    assert administrator.post(f"/settings/hazards/{row.pk}/back").status_code == 302
    assert hazards_in(phrase) == heard


def test_what_tells_an_entry_apart_stays(administrator: Client) -> None:
    row = Item.objects.filter(kind="required", code__startswith="air_conditioner/repair/").first()
    assert row is not None
    assert (
        administrator.post(f"/settings/work-needs/{row.pk}", sent(row, family="refrigerator")).status_code
        == 422
    )
    assert administrator.post(f"/settings/work-needs/{row.pk}", sent(row, level="4")).status_code == 422
    assert administrator.post(f"/settings/work-needs/{row.pk}", sent(row, level="3")).status_code == 302
