"""What is known lives in rows: loaded once, edited as a whole that holds together, read once."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.registers.knowledge import queries
from bihuan.registers.knowledge.actions import (
    KnowledgeRefused,
    keep_item,
    load_shipped_knowledge,
    retire_item,
)
from bihuan.registers.knowledge.models import Item
from bihuan.registers.knowledge.reading import ContentFault, shipped
from bihuan.registers.knowledge.rows import entry_of, knowledge_of, rows_of

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _read_anew() -> Any:
    queries.forget()
    yield
    queries.forget()


def symptom(**more: Any) -> str:
    one = asdict(next(one for one in shipped().symptoms if one.code == "ac_no_cooling"))
    return json.dumps(one | more, ensure_ascii=False)


def test_rows_hold_exactly_what_ships() -> None:
    rows = rows_of(shipped())
    assert asdict(knowledge_of(rows)) == asdict(shipped())
    assert len({(row.kind, row.code) for row in rows}) == len(rows)


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_keeps_what_was_edited() -> None:
    keep_item("symptom", "ac_no_cooling", symptom(zh="完全不冷"), now=NOW)
    retire_item("hazard", shipped().hazards[-1].code, now=NOW)
    before = list(Item.objects.order_by("id").values())
    assert load_shipped_knowledge(now=NOW) == 0
    assert list(Item.objects.order_by("id").values()) == before


@pytest.mark.django_db
def test_an_edited_symptom_is_heard_at_once() -> None:
    assert queries.symptoms_in("空调呜噜呜噜") == []
    said = [*json.loads(symptom())["said"], "呜噜呜噜"]
    keep_item("symptom", "ac_no_cooling", symptom(said=said), now=NOW)
    assert queries.symptoms_in("空调呜噜呜噜") == ["ac_no_cooling"]


@pytest.mark.django_db
def test_a_new_error_code_is_looked_up() -> None:
    told = asdict(shipped().error_codes[0]) | {"code": "E77", "zh": "试验代码", "en": "Trial code"}
    keep_item("error_code", "trial", json.dumps(told), now=NOW)
    assert [one.en for one in queries.error_codes_shown("e-77")] == ["Trial code"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "body", "says"),
    [
        ("symptom", "{", "not readable JSON"),
        ("symptom", '{"code": "x"}', "'family' is missing"),
        ("nonsense", "{}", "no list of knowledge"),
        ("not_meant", "7", "is one word"),
        ("symptom", symptom(code="new", family="spaceship"), "no family 'spaceship'"),
        ("symptom", symptom(code="ac_weak_cooling"), "used twice"),
    ],
)
def test_an_entry_that_would_not_hold_together_is_refused_and_changes_nothing(
    kind: str, body: str, says: str
) -> None:
    before = list(Item.objects.order_by("id").values())
    with pytest.raises(KnowledgeRefused, match=says):
        keep_item(kind, "new-entry", body, now=NOW)
    assert list(Item.objects.order_by("id").values()) == before


@pytest.mark.django_db
def test_what_is_still_named_cannot_be_retired() -> None:
    with pytest.raises(KnowledgeRefused, match="symptom"):
        retire_item("symptom", "ac_no_cooling", now=NOW)
    assert not Item.objects.get(kind="symptom", code="ac_no_cooling").retired_at


@pytest.mark.django_db
def test_reading_twice_asks_once_and_gives_the_same_value() -> None:
    first = queries.knowledge()
    with CaptureQueriesContext(connection) as seen:
        assert queries.knowledge() is first
    assert len(seen) == 0
    queries._remembered.looked_at = float("-inf")
    with CaptureQueriesContext(connection) as seen:
        assert queries.knowledge() is first
    assert len(seen) == 1


def test_an_entry_is_read_as_it_was_written() -> None:
    row = next(row for row in rows_of(shipped()) if row.kind == "checklist")
    assert entry_of("checklist", row.body) == shipped().checklists[0]
    with pytest.raises(ContentFault):
        entry_of("checklist", "[]")
