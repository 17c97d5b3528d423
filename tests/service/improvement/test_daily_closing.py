"""What came in equals what it became; where it does not, the difference shows it."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.journal.actions import open_chain
from bihuan.ground.journal.event import Actor
from bihuan.registers.channels.channel import READERS
from bihuan.service.improvement.daily_closing import ENDS, ChannelDay, closing, end_of
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.proving import probe_token
from bihuan.service.intake.settling import settle
from tests import makers
from tests.fake_channel import bytes_of as fake
from tests.makers import NOW, a_case, a_report, company

pytestmark = pytest.mark.demand("S2-20")
DAY = date(2026, 11, 23)
STATES = (
    "waiting",
    "report",
    "answered",
    "duplicate",
    "spam",
    "quarantined",
    "automatic",
    "probe",
    "strange",
)


@pytest.fixture(autouse=True)
def fake_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "sms", "tests.fake_channel.READER")


def of(channel: str, day: date = DAY) -> ChannelDay:
    return next(line for line in closing(day) if line.channel == channel)


def arrive(once: str, **told: object) -> RawMessage:
    return keep("sms", fake(**told), once=once, now=NOW).message


@given(
    state=st.sampled_from(STATES),
    report=st.sampled_from(("", "opened", "joined", "probe")),
    case=st.booleans(),
)
def test_each_message_stands_in_one_column_at_most(state: str, report: str, case: bool) -> None:
    end = end_of(state, report_state=report, has_case=case)
    assert end in (*ENDS, "")
    assert (end == "cases") == (case and report != "probe" and state != "duplicate")


@pytest.mark.django_db
def test_every_end_is_counted_in_its_column_and_nothing_is_left_over() -> None:
    made = company()
    a_case(made, channel="hotline")
    a_report(made, channel="web", probe=probe_token("web", now=NOW))
    arrive("case")
    arrive("automatic", automatic="bounce")
    arrive("probe", probe=probe_token("sms", now=NOW))
    keep("sms", b"nonsense", once="quarantined", now=NOW)
    spam = keep("sms", b"more nonsense", once="spam", now=NOW).message
    makers.settle()
    settle(spam, RawMessage.SPAM, reason="by_a_person", by=Actor(kind="staff"), now=NOW)
    arrive("waiting")
    sms = of("sms")
    assert sms.received == 6
    assert dict(sms.ends) == {
        "cases": 1, "automatic": 1, "probes": 1, "quarantined": 1, "spam": 1, "waiting": 1
    }  # fmt: skip
    assert [(of(one).received, dict(of(one).ends)) for one in ("hotline", "web")] == [
        (1, {"cases": 1}),
        (1, {"probes": 1}),
    ]
    assert [line.difference for line in closing(DAY)] == [0] * len(closing(DAY))


@pytest.mark.django_db
def test_a_report_whose_case_is_gone_shows_as_a_difference() -> None:
    made = company()
    report = a_report(made)
    arrive("1")
    makers.settle()
    Report.objects.filter(id=report.id).update(chain_id=open_chain())
    assert of("hotline").difference == 1


@pytest.mark.django_db
def test_a_message_that_vanished_from_its_table_is_missed() -> None:
    company()
    arrive("1"), arrive("2"), arrive("3")
    middle = RawMessage.objects.order_by("id")[1]
    RawMessage.objects.filter(id=middle.id).delete()
    assert (of("sms").received, of("sms").difference) == (3, 1)


@pytest.mark.django_db
def test_a_day_is_one_of_the_installation_and_midnight_belongs_to_the_next() -> None:
    company()
    midnight = datetime(2026, 11, 23, 16, tzinfo=UTC)  # of the 24th in Shanghai
    keep("sms", fake(), once="before", now=midnight - timedelta(microseconds=1))
    keep("sms", fake(), once="after", now=midnight)
    assert (of("sms").received, of("sms", DAY + timedelta(days=1)).received) == (1, 1)


@pytest.mark.django_db
def test_the_command_prints_a_line_a_channel_and_fails_on_a_difference() -> None:
    company()
    arrive("1"), arrive("2")
    out = StringIO()
    call_command("closing", day=DAY, stdout=out)
    assert [line for line in out.getvalue().splitlines() if line.startswith("sms ")] == [
        "sms 2 0 0 0 0 0 2 0 0 0"
    ]
    RawMessage.objects.filter(id=RawMessage.objects.earliest("id").id).update(state="report")
    with pytest.raises(SystemExit) as ended:
        call_command("closing", day=DAY, stdout=StringIO())
    assert ended.value.code == 1
