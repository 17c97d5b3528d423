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
from bihuan.web.managers.settings import REGISTERS
from bihuan.web.managers.settings_knowledge import IN_PLAIN_FIELDS, values_of
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
    return {name: value for name, value in values_of(row).items() if value not in (None, False)} | more


def test_only_what_has_entries_within_entries_or_figures_is_left_as_json() -> None:
    left = {kind.name for kind in KINDS} - IN_PLAIN_FIELDS
    assert left == {
        "checklist", "consent", "not_meant", "department", "urgent_family", "labour", "fee", "part",
        "certificate", "required", "service_life", "guarantee", "standard",
    }  # fmt: skip


@pytest.mark.parametrize("code", PLAIN)
def test_every_shipped_entry_is_sent_back_unchanged_and_leaves_no_trace(
    administrator: Client, code: str
) -> None:
    rows = list(REGISTERS[code].rows("").order_by("id"))
    for row in (rows[0], rows[-1]):
        before = json.loads(row.body)
        answer = administrator.post(f"/settings/{code}/{row.pk}", sent(row))
        row.refresh_from_db()
        assert (answer.status_code, json.loads(row.body)) == (302, before), row.code
    assert Change.objects.count() == 0


def test_a_phrase_typed_at_a_symptom_is_heard_at_once(administrator: Client) -> None:
    row = Item.objects.get(kind="symptom", code="fr_noise")
    words = "冰箱像拖拉机一样突突响"
    assert "fr_noise" not in symptoms_in(words, category="refrigerator")
    said = values_of(row)["said"] + "\r\n  像拖拉机  \r\n\r\n像拖拉机"
    assert administrator.post(f"/settings/symptoms/{row.pk}", sent(row, said=said)).status_code == 302
    assert symptoms_in(words, category="refrigerator") == ["fr_noise"]
    assert "像拖拉机" in Change.objects.get().after["said"]


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
