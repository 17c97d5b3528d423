"""One address gets only so much, and two machines that answer each other soon fall silent."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from bihuan.ground.journal.event import Actor
from bihuan.registers.channels.mail.key import key_of
from bihuan.registers.channels.mail.writing import written
from bihuan.service.cases import talking
from bihuan.service.cases.models import Case
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.models import RawMessage
from bihuan.service.notices import sending
from bihuan.service.notices.models import Notice
from bihuan.service.notices.playing_mail import letters_to, post
from bihuan.service.notices.words import trouble_words
from tests.makers import NOW, a_case, company, settle

pytestmark = pytest.mark.django_db

ADDRESS = "robot@mail.example"


def answer_of_a_machine(number: int, *, thread: str, at: int) -> None:
    """A machine that says nowhere that it is one, and changes its words each time."""
    now = NOW + timedelta(minutes=at)
    raw = written(
        sender=ADDRESS, subject=f"您好 {number}", words=f"您的来信已收到，编号 {number}",
        number=f"{number}@mail.example", at=now, answers=thread,
    )  # fmt: skip
    keep("mail", raw, once=key_of(raw), now=now)
    settle(now)
    sending.send_due(now)


@pytest.mark.parametrize("threaded", [True, False])
def test_two_machines_end_within_five_mails(threaded: bool) -> None:
    company()
    post(ADDRESS, name="", subject="冰箱", words="冰箱不制冷", now=NOW)
    settle()
    sending.send_due(NOW)
    answered = 0
    for minute in range(1, 60):
        letters = letters_to(ADDRESS)
        if len(letters) == answered:
            break
        answered = len(letters)
        answer_of_a_machine(minute, thread=letters[0].number if threaded else "", at=minute)
    sent = Notice.objects.filter(channel="mail", state=Notice.SENT, customer__isnull=False)
    assert sent.count() <= 5
    assert set(RawMessage.objects.values_list("state", flat=True)) == {"report"}


def test_an_honest_machine_gets_no_answer_at_all() -> None:
    company()
    raw = written(sender=ADDRESS, subject="x", words="我不在", number="1@mail.example", at=NOW)
    raw = raw.replace(b"Subject:", b"Auto-Submitted: auto-replied\r\nSubject:")
    keep("mail", raw, once=key_of(raw), now=NOW)
    settle()
    assert (Case.objects.count(), Notice.objects.count()) == (0, 0)
    assert [(one.state, one.reason) for one in RawMessage.objects.all()] == [("automatic", "auto_reply")]


def test_what_is_too_much_in_a_day_is_given_up_with_a_reason_in_words(settings: LazySettings) -> None:
    settings.BIHUAN_NOTICES_A_DAY = 3
    case = a_case(company())
    customer = Actor(kind="customer", id=case.customer_id)
    for hour in range(5):
        now = NOW + timedelta(hours=hour / 2)
        talking.chase(case, by=customer, now=now)
        settle(now)
        sending.send_due(now)
    told = Notice.objects.filter(customer=case.customer_id).order_by("id")
    assert [one.state for one in told].count(Notice.SENT) == 3
    given_up = [one for one in told if one.state == Notice.GIVEN_UP]
    assert {one.trouble for one in given_up} == {"daily_cap"}
    assert trouble_words("daily_cap") != trouble_words("nobody knows this")


def test_answers_to_very_many_addresses_wait(settings: LazySettings) -> None:
    settings.BIHUAN_MAIL_ANSWERS_AN_HOUR = 2
    company()
    for number in range(4):
        post(f"{number}@mail.example", name="", subject="冰箱", words="冰箱不制冷", now=NOW)
    settle()
    sending.send_due(NOW)
    mails = Notice.objects.filter(channel="mail", customer__isnull=False)
    assert (mails.filter(state=Notice.SENT).count(), mails.filter(trouble="answers_cap").count()) == (2, 2)
    sending.send_due(NOW + timedelta(minutes=61))
    assert mails.filter(state=Notice.SENT).count() == 4
