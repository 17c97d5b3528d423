"""A mail that came back is no mail that arrived: somebody must ring."""

from datetime import timedelta

import pytest

from bihuan.registers.channels.mail.bounces import returned
from bihuan.registers.channels.mail.key import key_of
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.models import RawMessage
from bihuan.service.notices import sending
from bihuan.service.notices.models import Notice
from bihuan.service.notices.playing_mail import letters_to, post
from tests.makers import NOW, company, settle

pytestmark = pytest.mark.django_db
ADDRESS = "gone@mail.example"
BOUNCE = """Return-Path: <>
From: MAILER-DAEMON@mail.example
To: no-reply@x.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

I could not deliver it.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
--b
Content-Type: text/rfc822-headers

Message-ID: <{number}>
Subject: x
--b--
"""


def came_back(number: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    raw = (
        BOUNCE.format(address=ADDRESS, action=action, status=status, number=number)
        .replace("\n", "\r\n")
        .encode()
    )
    later = NOW + timedelta(minutes=2)
    keep("mail", raw, once=key_of(raw), now=later)
    settle(later)
    return raw


def told() -> Notice:
    company()
    post(ADDRESS, name="", subject="冰箱", words="冰箱不制冷", now=NOW)
    settle()
    sending.send_due(NOW)
    return Notice.objects.get(channel="mail", customer__isnull=False)


@pytest.mark.demand("S2-34")
def test_what_came_back_for_good_is_given_up_and_on_the_list_of_whom_to_ring() -> None:
    notice = told()
    [letter] = letters_to(ADDRESS)
    came_back(letter.number)
    notice.refresh_from_db()
    assert (notice.state, notice.trouble) == (Notice.GIVEN_UP, "not_arrived 5.1.1")
    assert Notice.objects.filter(kind="customer_unreachable").exists()
    assert [one.state for one in RawMessage.objects.order_by("id")] == ["report", "automatic"]


@pytest.mark.parametrize(
    ("change", "action", "status"),
    [("", "delayed", "4.4.1"), ("forged", "failed", "5.1.1")],
)
def test_what_is_only_late_and_what_is_forged_changes_nothing(change: str, action: str, status: str) -> None:
    notice = told()
    [letter] = letters_to(ADDRESS)
    token = letter.number.partition(".")[2].partition("@")[0]
    number = (
        letter.number.replace(token, f"{token.partition('-')[0]}-{'0' * 32}") if change else letter.number
    )
    came_back(number, action=action, status=status)
    notice.refresh_from_db()
    assert notice.state == Notice.SENT


def test_a_bounce_of_something_else_is_none_of_ours() -> None:
    assert (
        returned(BOUNCE.format(address="a", action="failed", status="5.1.1", number="1@x").encode()) is None
    )
    assert returned(b"") is None
