"""A whole round by mail: what we send, over a real SMTP server, answered by a client, and back in its case."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import LazySettings

from bihuan.management.probing import DOORS, knock
from bihuan.registers.channels.mail.key import key_of
from bihuan.registers.channels.mail.reader import READER
from bihuan.registers.channels.mail.writing import written
from bihuan.service.cases.models import Case
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.proving import proofs
from bihuan.service.notices import sending
from bihuan.service.notices.models import Notice
from tests.mailbox import free_port
from tests.makers import NOW, company, settle

pytestmark = pytest.mark.django_db
CUSTOMER = "zhang@mail.example"


class Post:
    """Takes every letter."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.letters.append(envelope.content)
        return "250 taken"

    def last(self) -> EmailMessage:
        made = email.message_from_bytes(self.letters[-1], policy=email.policy.default)
        assert isinstance(made, EmailMessage)
        return made


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Iterator[Post]:
    held = Post()
    port = free_port()
    line = Controller(held, hostname="127.0.0.1", port=port)
    line.start()
    told = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_FROM": "闭环 <no-reply@x.example>",
        "SMTP_TLS": "none",
        "IMAP_HOST": "127.0.0.1",
        "IMAP_USER": "service@x.example",
    }
    for name, value in told.items():
        monkeypatch.setenv(f"BIHUAN_{name}", value)
    settings.BIHUAN_PROVIDERS = {"mail": "smtp"}
    try:
        yield held
    finally:
        line.stop()


def arrives(raw: bytes) -> None:
    keep("mail", raw, once=key_of(raw), now=NOW)
    settle()
    sending.send_due(NOW)


def first_mail() -> bytes:
    return written(sender=CUSTOMER, subject="冰箱", words="冰箱不制冷", number="1@mail.example", at=NOW)


@pytest.mark.demand("S2-34", "S3-37", "S3-19")
def test_the_answer_to_our_mail_joins_its_case_whoever_sends_it(post: Post) -> None:
    company()
    arrives(first_mail())
    ours = post.last()
    case = Case.objects.get()
    assert (ours["To"], ours["Reply-To"], case.number in str(ours.get_content())) == (
        CUSTOMER,
        "service@x.example",
        True,
    )
    assert (ours["Auto-Submitted"], ours["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    arrives(
        written(
            sender="wife@other.example",
            subject="随便",
            words="还是不行",
            number="2@mail.example",
            at=NOW,
            answers=str(ours["Message-ID"]).strip("<>"),
        )
    )
    joined = Report.objects.get(joins__isnull=False)
    assert (joined.chain_id, joined.customer_id, Case.objects.count()) == (case.chain_id, case.customer_id, 1)


def test_where_the_mailbox_takes_a_plus_the_token_stands_in_the_address(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_IMAP_PLUS", "1")
    company()
    arrives(first_mail())
    address = str(post.last()["Reply-To"])
    raw = written(sender=CUSTOMER, subject="x", words="还是不行", number="2@mail.example", at=NOW)
    raw = raw.replace(b"To: service@bihuan.example", b"To: " + address.encode())
    arrives(raw)
    assert Report.objects.filter(joins__isnull=False).count() == 1


def test_our_own_mail_that_comes_back_opens_nothing(post: Post) -> None:
    company()
    arrives(first_mail())
    arrives(post.letters[-1])
    assert (Case.objects.count(), RawMessage.objects.get(state="automatic").reason) == (1, "own")


def test_a_colleague_is_given_no_token(post: Post) -> None:
    company()
    arrives(first_mail())
    to_staff = Notice.objects.filter(person__isnull=False, channel="mail")
    assert all("." not in one.reference.partition("@")[0] for one in to_staff)


@pytest.mark.demand("S2-19")
def test_a_mail_to_ourselves_proves_the_mailbox(post: Post) -> None:
    company()
    [door] = [one for one in DOORS if one.channel == "mail"]
    assert (door.is_set_up(), knock(door, now=NOW)) == (True, True)
    assert READER.read(post.letters[-1]).probe.startswith("probe.mail.")
    arrives(post.letters[-1])
    assert (proofs()["mail"].proven_at, RawMessage.objects.get().state, Case.objects.count()) == (
        NOW,
        "probe",
        0,
    )
