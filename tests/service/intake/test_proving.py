"""A channel is proven by what we send ourselves; one by which nothing comes through is told of."""

from datetime import timedelta

import pytest

from bihuan.registers.channels.channel import READERS
from bihuan.service.cases.models import Case
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.proving import (
    SILENT_AFTER,
    find_silent,
    is_own,
    note_knock,
    probe_token,
    proofs,
    prove,
)
from bihuan.service.notices.models import Notice
from tests.fake_channel import bytes_of as fake
from tests.makers import NOW, a_report, company, settle

pytestmark = [pytest.mark.django_db, pytest.mark.demand("S2-19")]


@pytest.fixture(autouse=True)
def fake_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "sms", "tests.fake_channel.READER")


def test_only_our_own_fresh_token_of_the_same_channel_counts() -> None:
    token = probe_token("sms", now=NOW)
    assert is_own(token, "sms", now=NOW + timedelta(minutes=59))
    wrong = [
        is_own(token, "mail", now=NOW),
        is_own(token, "sms", now=NOW + timedelta(hours=2)),
        is_own(token[:-1] + "!", "sms", now=NOW),
        is_own("probe.sms.1٣.x", "sms", now=NOW),
        is_own("", "sms", now=NOW),
    ]
    assert wrong == [False] * 5


def test_a_probe_that_came_through_proves_its_channel_and_opens_nothing() -> None:
    company()
    keep("sms", fake(probe=probe_token("sms", now=NOW)), once="1", now=NOW)
    settle()
    assert (RawMessage.objects.get().state, Report.objects.count()) == ("probe", 0)
    assert proofs()["sms"].proven_at == NOW


def test_a_probe_through_a_form_is_a_report_that_opens_nothing() -> None:
    made = company()
    report = a_report(made, channel="web", probe=probe_token("web", now=NOW))
    assert (report.state, report.raw.state, Case.objects.count()) == ("probe", "probe", 0)
    assert proofs()["web"].proven_at == NOW


def test_a_forged_probe_is_a_customer_like_others() -> None:
    made = company()
    assert a_report(made, channel="web", probe="probe.web.1.forged").state == "opened"


def test_a_silent_channel_is_told_of_once_and_again_after_it_was_heard() -> None:
    company()
    prove("web", now=NOW)
    note_knock("web", trouble="", now=NOW + SILENT_AFTER)
    assert [find_silent(NOW + SILENT_AFTER), find_silent(NOW + SILENT_AFTER + timedelta(seconds=1))] == [0, 1]
    assert find_silent(NOW + SILENT_AFTER + timedelta(minutes=1)) == 0
    settle()
    told = Notice.objects.filter(kind="channel_silent").count()
    prove("web", now=NOW + timedelta(hours=1))
    assert (told > 0, proofs()["web"].silent_since) == (True, None)


def test_a_channel_that_nobody_tries_any_more_raises_no_alarm() -> None:
    company()
    prove("web", now=NOW)
    note_knock("web", trouble="", now=NOW)
    assert find_silent(NOW + timedelta(days=2)) == 0


def test_a_channel_that_could_not_even_be_knocked_at_is_told_of_at_once() -> None:
    company()
    note_knock("mail", trouble="unreachable", now=NOW)
    assert find_silent(NOW) == 1
