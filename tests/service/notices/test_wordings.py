"""Texts of messages that an administrator writes: checked before they are kept, sent at once, taken back at will."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.service.notices import wordings
from bihuan.service.notices.models import Notice, Wording
from bihuan.service.notices.queries import shown
from bihuan.service.notices.rewording import keep_wording, load_shipped_wordings, restore_wording
from bihuan.service.notices.rules import Unreadable, blanks_of
from bihuan.service.notices.texts import Parts, filled, sample_of, shipped
from bihuan.service.notices.wordings import blanks_for, parts_of, shipped_parts
from tests.makers import a_case, company, settle

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _remembers_nothing() -> Iterator[None]:
    wordings.forget()
    yield
    wordings.forget()


def row_of(kind: str, language: str, audience: str = "customer") -> Wording:
    return Wording.objects.get(audience=audience, kind=kind, language=language)


def refused(row: Wording, *, words: str, subject: str = "Closed {number}") -> dict[str, list[str]]:
    with translation.override("en"), pytest.raises(ValidationError) as said:
        keep_wording(row.id, subject=subject, words=words, now=NOW)
    return dict(said.value.message_dict)


@pytest.mark.django_db
def test_every_message_stands_in_the_list_once_in_each_language() -> None:
    kinds = sum(len(texts) for texts in shipped().values())
    assert Wording.objects.count() == kinds * len(wordings.LANGUAGES)
    assert load_shipped_wordings(now=NOW) == 0


@pytest.mark.django_db
def test_an_own_text_is_what_customers_are_sent_from_then_on() -> None:
    row = row_of("case_opened", "zh-hans")
    keep_wording(row.id, subject="收到（{number}）", words="您好，{number}已登记。{promise}查看：", now=NOW)
    case = a_case(company())
    settle()
    [view] = shown(Notice.objects.filter(case=case, kind="case_opened"))
    assert (view.words or "").startswith(f"【Bihuan】您好，{case.number}已登记。")
    restore_wording(row.id, now=NOW + timedelta(minutes=1))
    assert parts_of("customer", "case_opened", language="zh-hans") == shipped_parts(
        "customer", "case_opened", language="zh-hans"
    )


@pytest.mark.django_db
def test_traditional_readers_get_their_own_text_else_the_simplified_one() -> None:
    simplified, traditional = row_of("closed", "zh-hans"), row_of("closed", "zh-hant")
    keep_wording(simplified.id, subject="结案{number}", words="{number}已结。", now=NOW)
    assert parts_of("customer", "closed", language="zh-hant").words == "{number}已结。"
    keep_wording(traditional.id, subject="結案{number}", words="{number}已結。", now=NOW)
    assert parts_of("customer", "closed", language="zh-hant").words == "{number}已結。"
    assert parts_of("customer", "closed", language="en") == shipped_parts("customer", "closed", language="en")


@pytest.mark.django_db
def test_a_placeholder_that_is_missing_or_unknown_is_refused_in_a_sentence_and_nothing_changes() -> None:
    row = row_of("closed", "en")
    assert refused(row, words="It is closed.") == {"words": ["The placeholder {number} is missing."]}
    assert refused(row, words="{number} {phone} {slot}") == {
        "words": [
            "There is no placeholder {phone} in this message. Possible here: {number}.",
            "There is no placeholder {slot} in this message. Possible here: {number}.",
        ]
    }
    assert refused(row, words="{number}", subject="Closed") == {
        "subject": ["The placeholder {number} is missing."]
    }
    row.refresh_from_db()
    assert (row.words, row.subject) == ("", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        "{number.__class__}", "{number[0]}", "{number!r}", "{number:>9999999}", "{}", "{0}", "{number", "number}",
        "{number} {{}", "{ number }",
    ],
)  # fmt: skip
def test_braces_hold_a_plain_name_and_nothing_else(words: str) -> None:
    assert refused(row_of("closed", "en"), words=words) == {
        "words": ["Braces stand only around a placeholder, such as {number}."]
    }


@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["\x07", "\u202e", "\u200b", "\ufeff"])
def test_signs_that_cannot_be_seen_are_refused(sign: str) -> None:
    told = refused(row_of("closed", "en"), words=f"{{number}} is{sign}closed")
    assert told == {"words": ["This holds signs that cannot be written down."]}


@pytest.mark.django_db
def test_a_subject_stays_on_one_line() -> None:
    row = keep_wording(
        row_of("closed", "en").id,
        subject="Closed {number}\r\nBcc: a@b.cn",
        words="{number}\nis closed",
        now=NOW,
    )
    assert (row.subject, row.words) == ("Closed {number} Bcc: a@b.cn", "{number} is closed")


@pytest.mark.django_db
def test_what_is_sent_unchanged_stays_the_shipped_text() -> None:
    row, parts = row_of("closed", "en"), shipped_parts("customer", "closed", language="en")
    keep_wording(row.id, subject=parts.subject, words=parts.words, now=NOW)
    row.refresh_from_db()
    assert row.words == ""
    with translation.override("en"), pytest.raises(ValidationError, match="shipped text already"):
        restore_wording(row.id, now=NOW)


@pytest.mark.django_db
def test_reading_texts_costs_no_statement_a_message() -> None:
    parts_of("customer", "closed", language="en")
    with CaptureQueriesContext(connection) as seen:
        for kind in shipped()["customer"]:
            for language in wordings.LANGUAGES:
                parts_of("customer", kind, language=language)
    assert len(seen.captured_queries) == 0


def test_every_shipped_text_keeps_its_own_rule_and_every_placeholder_has_a_sample() -> None:
    for audience, kinds in shipped().items():
        for kind in kinds:
            for language in wordings.LANGUAGES:
                parts = shipped_parts(audience, kind, language=language)
                assert blanks_for(audience, kind, language=language).any <= set(sample_of(language)), kind
                assert "{" not in filled(parts, fill=sample_of(language)).words


@given(st.text("{}ab.![]:0 ", max_size=12))
def test_what_the_rule_lets_through_can_always_be_filled(text: str) -> None:
    try:
        names = blanks_of(text)
    except Unreadable:
        return
    assert filled(Parts(subject=text, words=text), fill=dict.fromkeys(names, "x")).subject is not None


@pytest.mark.django_db
def test_an_administrator_previews_keeps_and_takes_back_a_text_and_its_history_says_so(
    client: Client,
) -> None:
    made = company()
    client.force_login(made.people[Role.ADMINISTRATOR])
    client.cookies["language"] = "en"
    row = row_of("closed", "en")
    page, told = (
        f"/settings/messages/{row.id}",
        {"subject": "Closed {number}", "words": "All done with {number}."},
    )
    looked = client.post(page, told | {"preview": "1"})
    assert (looked.status_code, Wording.objects.exclude(words="").count()) == (200, 0)
    assert "[Bihuan] All done with AF20261123001." in looked.content.decode()
    wrong = client.post(page, told | {"words": "All done."})
    assert (wrong.status_code, "The placeholder {number} is missing." in wrong.content.decode()) == (
        422,
        True,
    )
    assert client.post(page, told).status_code == 302
    assert "All done with {number}." in client.get("/settings/messages?q=all+done").content.decode()
    assert client.post(f"{page}/out").status_code == 302
    assert [(one.deed, one.after["words"][:8]) for one in Change.objects.order_by("id")] == [
        ("changed", "All done"),
        ("restored", "{number}"),
    ]
    assert client.post(f"{page}/out").status_code == 422
    assert client.get("/settings/messages/add").status_code == 404
