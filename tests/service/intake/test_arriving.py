"""What arrives is kept before it is read, once, and always ends somewhere."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from bihuan.ground.journal.models import Entry
from bihuan.ground.vault.actions import destroy, keys
from bihuan.ground.vault.models import Key
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.channel import READERS
from bihuan.registers.customers.actions import forget
from bihuan.service.cases.models import Case, Note
from bihuan.service.cases.queries import case_of_report
from bihuan.service.intake.arriving import IN_THE_ROW, bytes_of, keep
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.queries import words_of
from bihuan.service.intake.replying import reply_token, report_answered
from bihuan.service.notices.models import Notice
from bihuan.service.notices.queries import shown
from tests.fake_channel import bytes_of as fake
from tests.makers import NOW, a_case, company, settle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fake_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "sms", "tests.fake_channel.READER")


def arrived(once: str = "1", **told: Any) -> RawMessage:
    """The row of such a message, after it was read."""
    kept = keep("sms", fake(**told), once=once, now=NOW)
    settle()
    return RawMessage.objects.get(id=kept.message.id)


@pytest.mark.demand("S2-20")
def test_the_very_bytes_are_kept_before_anybody_reads_them() -> None:
    company()
    kept = keep("sms", b"\xff\xfe\x00 no text at all", once="1", now=NOW)
    held = RawMessage.objects.get(id=kept.message.id)
    assert (kept.fresh, held.state, bytes_of(held)) == (True, "waiting", b"\xff\xfe\x00 no text at all")
    assert b"no text" not in held.body_sealed.encode()


def test_a_large_message_lies_in_a_file_and_comes_back_byte_for_byte() -> None:
    company()
    raw = bytes(range(256)) * (IN_THE_ROW // 256 + 1)
    held = keep("sms", raw, once="1", now=NOW).message
    assert (bool(held.kept_as), held.body_sealed, held.size, bytes_of(held)) == (True, "", len(raw), raw)


def test_the_same_message_again_is_kept_once_and_finds_the_first() -> None:
    company()
    first = keep("sms", fake(), once="1", now=NOW)
    again = keep("sms", fake(), once="1", now=NOW)
    other = keep("sms", fake(), once="2", now=NOW)
    assert (again.fresh, again.message.id == first.message.id, other.fresh) == (False, True, True)
    settle()
    assert (RawMessage.objects.count(), Report.objects.count()) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_is_new_and_no_key_is_left_over() -> None:
    company()
    before = Key.objects.count()

    def send(_number: int) -> bool:
        try:
            return keep("sms", fake(), once="1", now=NOW).fresh
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        fresh = list(pool.map(send, range(20)))
    assert (fresh.count(True), RawMessage.objects.count(), Key.objects.count() - before) == (1, 1, 1)


@pytest.mark.demand("S2-20", "S3-38")
def test_a_message_becomes_a_report_with_its_case_and_its_key_lies_under_the_customers() -> None:
    company()
    message = arrived(name="张三", files=["a.jpg"])
    report = Report.objects.get(raw=message)
    case = case_of_report(report.id)
    assert case is not None
    assert (message.state, report.channel, case.channel) == ("report", "sms", "sms")
    assert words_of(report, keys(report.customer.key)).words == "冰箱不制冷了"
    assert Key.objects.get(id=message.key_id).under_id == report.customer.key_id
    assert bytes_of(message) == fake(name="张三", files=["a.jpg"])


def test_who_is_forgotten_takes_the_bytes_along() -> None:
    company()
    message = arrived()
    forget(Report.objects.get(raw=message).customer, now=NOW)
    assert bytes_of(message) is None


def test_a_destroyed_owner_leaves_nothing_readable_even_where_the_key_below_still_has_its_bytes() -> None:
    company()
    message = arrived()
    destroy(Report.objects.get(raw=message).customer.key_id, now=NOW)
    assert (Key.objects.get(id=message.key_id).wrapped is None, bytes_of(message)) == (False, None)


@pytest.mark.demand("S2-20")
@pytest.mark.parametrize(
    ("raw", "reason"), [(b"\x00nonsense", "no_json"), (fake(hurts=True), "ZeroDivisionError")]
)
def test_what_cannot_be_read_is_kept_for_a_person_who_is_told(raw: bytes, reason: str) -> None:
    company()
    message = keep("sms", raw, once="1", now=NOW).message
    settle()
    message.refresh_from_db()
    assert (message.state, message.reason, bytes_of(message)) == ("quarantined", reason, raw)
    assert "must not be kept" not in message.trouble
    notice = Notice.objects.filter(kind="quarantined", channel="page").first()
    assert notice is not None
    words = shown([notice])[0].words or ""
    assert (f"/desk/messages/{message.id}" in words, "（短信）" in words) == (True, True)


def test_a_sender_whom_nobody_can_answer_waits_for_a_person() -> None:
    company()
    assert (arrived(phone="").state, Report.objects.count()) == ("quarantined", 0)


def test_what_does_not_fit_is_left_out_rather_than_the_message_lost() -> None:
    company()
    message = arrived(kind="x" * 99, outside_number="9" * 99, told={"brand": "牌" * 99})
    report = Report.objects.get(raw=message)
    assert (message.state, report.kind, report.outside_number, report.machine) == ("report", "", "", None)


def test_a_message_that_no_person_wrote_is_counted_and_opens_nothing() -> None:
    company()
    message = arrived(automatic="auto_reply")
    assert (message.state, message.reason, Report.objects.count()) == ("automatic", "auto_reply", 0)


@pytest.mark.demand("S3-19")
def test_an_answer_joins_its_case_and_whoever_owns_it_is_told() -> None:
    made = company()
    case = a_case(made)
    settle()
    message = arrived(phone="13900139000", words="师傅几点到？", reply_to=reply_token(case.report))
    joined = Report.objects.get(raw=message)
    assert (Case.objects.count(), joined.state, joined.chain_id) == (1, "joined", case.chain_id)
    assert (joined.customer_id, Note.objects.filter(case=case).count()) == (case.customer_id, 1)
    told = Notice.objects.filter(kind="customer_wrote").values_list("person_id", flat=True)
    assert list(told) == [made.people[Role.AGENT].id]
    found = case_of_report(joined.id)
    assert found is not None and found.id == case.id


def test_a_token_that_we_never_gave_out_joins_nothing() -> None:
    made = company()
    case = a_case(made)
    token = reply_token(case.report)
    forged = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert (report_answered(token), report_answered(forged)) == (case.report, None)
    assert [report_answered(one) for one in ("", "x", f"{case.report_id}-", "9" * 400)] == [None] * 4
    arrived(words="又来了", reply_to=forged)
    assert Case.objects.count() == 2


def test_the_journal_has_each_arrival_once() -> None:
    company()
    arrived()
    assert list(Entry.objects.filter(kind="message.arrived").values_list("chain_id", flat=True)) == [None]
    assert Entry.objects.get(kind="report.received").body.count('"arrived":true') == 1
