"""Calls and chats that stand open while something happens beside them: nobody else's words are held up by one."""

from datetime import timedelta
from typing import Any

import pytest

from bihuan.registers.access.roles import Role
from bihuan.registers.channels.hotline.telling import told_in
from bihuan.registers.customers.errors import CustomerForgotten
from bihuan.registers.customers.models import Customer
from bihuan.service.cases.merging import merge, unmerge
from bihuan.service.cases.models import Case
from bihuan.service.improvement.daily_closing import closing
from bihuan.service.intake.calls.hearing import end_silent, hear_call
from bihuan.service.intake.calls.models import Call, RingBack
from bihuan.service.intake.calls.ringing_back import ask_to_be_rung
from bihuan.service.intake.chats.ending import end, hand_on_left, make_case
from bihuan.service.intake.chats.models import Chat
from bihuan.service.intake.chats.taking import take
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.settling import decide
from bihuan.service.intake.told import Told
from bihuan.service.notices.forgetting import forget_customer
from tests.makers import NOW, Company, a_case, company, settle
from tests.service.intake.chats.talks import a_chat, fresh

pytestmark = pytest.mark.django_db
PHONE = "13912345678"
DAY = timedelta(days=1)


@pytest.fixture
def made() -> Company:
    return company()


def a_closed_case(made: Company, **told: Any) -> Case:
    case = a_case(made, **told)
    settle()
    Case.objects.filter(id=case.id).update(open=False, closed_at=NOW, closed_how="confirmed")
    return case


def rings(call: str, number: str) -> Call:
    raw = f'{{"event": "ringing", "call": "{call}", "from": "{number}"}}'.encode()
    return hear_call(raw, told_in(raw), now=NOW)


def forgotten(made: Company, case: Case) -> Customer:
    forget_customer(made.viewer(Role.ADMINISTRATOR), case.customer_id, now=NOW)
    return Customer.objects.get(id=case.customer_id)


def test_a_caller_who_is_forgotten_while_on_the_line_holds_no_other_call_open(made: Company) -> None:
    case = a_closed_case(made, phone=PHONE)
    theirs, other = rings("one", PHONE), rings("two", "13787654321")
    forgotten(made, case)
    end_silent(NOW + timedelta(hours=5))
    assert [Call.objects.get(id=one.id).ended_at is not None for one in (theirs, other)] == [True, True]
    assert end_silent(NOW + timedelta(hours=5)) == 0


def a_chat_of_somebody_forgotten(made: Company) -> Chat:
    """It stands open; its case was closed before."""
    agent = made.viewer(Role.AGENT)
    chat = a_chat(phone=PHONE)
    take(chat, viewer=agent, now=NOW)
    make_case(chat, Told(words="", channel="chat", phone=PHONE), viewer=agent, now=NOW)
    settle()
    case = Case.objects.get()
    Case.objects.update(open=False, closed_at=NOW, closed_how="confirmed")
    forgotten(made, case)
    return chat


def test_a_visitor_who_is_forgotten_while_the_chat_stands_open_holds_no_other_chat_back(
    made: Company,
) -> None:
    chat = a_chat_of_somebody_forgotten(made)
    other = a_chat("冰箱漏水", phone="13787654321", now=NOW)
    hand_on_left(NOW + DAY)
    assert [fresh(one).state for one in (chat, other)] == [Chat.ENDED, Chat.ENDED]
    assert fresh(other).report is not None


def test_an_agent_may_end_the_chat_of_a_visitor_who_was_forgotten(made: Company) -> None:
    chat = a_chat_of_somebody_forgotten(made)
    assert end(chat, why="", viewer=made.viewer(Role.AGENT), now=NOW).state == Chat.ENDED


def test_a_chat_whose_message_a_person_decided_about_ends_and_holds_no_other_back(made: Company) -> None:
    supervisor = made.viewer(Role.SUPERVISOR)
    chat = a_chat(phone="13787654321")
    other = a_chat("冰箱漏水", phone=PHONE, now=NOW + timedelta(seconds=1))
    decide(supervisor, chat.message, RawMessage.SPAM, why="广告", now=NOW)
    hand_on_left(NOW + DAY)
    assert [fresh(one).state for one in (chat, other)] == [Chat.ENDED, Chat.ENDED]
    assert (fresh(chat).report, fresh(other).report is not None) == (None, True)
    assert all(line.difference == 0 for line in closing(NOW.date()))


def test_an_agent_may_end_a_chat_that_was_decided_about(made: Company) -> None:
    agent, chat = made.viewer(Role.AGENT), a_chat()
    take(chat, viewer=agent, now=NOW)
    decide(made.viewer(Role.SUPERVISOR), chat.message, RawMessage.SPAM, why="广告", now=NOW)
    assert end(fresh(chat), why="广告", viewer=agent, now=NOW).state == Chat.ENDED
    assert RawMessage.objects.get(id=chat.message_id).state == RawMessage.SPAM


def test_a_wish_to_be_rung_of_somebody_forgotten_is_nobody_s_duty_any_more(made: Company) -> None:
    case = a_closed_case(made, phone=PHONE)
    ask_to_be_rung(phone=PHONE, name="", words="", due_at=None, once="1", now=NOW)
    forgotten(made, case)
    assert RingBack.objects.filter(open=True).count() == 0
    assert all(line.difference == 0 and line.ends["waiting"] == 0 for line in closing(NOW.date()))


def test_nothing_is_taken_apart_again_for_somebody_who_was_forgotten(made: Company) -> None:
    one, other = a_case(made, phone=PHONE), a_case(made, phone=PHONE)
    by = made.actor(Role.SUPERVISOR)
    merge(one, other, by=by, now=NOW)
    Case.objects.filter(id=other.id).update(open=False, closed_at=NOW, closed_how="confirmed")
    forgotten(made, other)
    with pytest.raises(CustomerForgotten):
        unmerge(Case.objects.get(id=one.id), by=by, now=NOW)
    assert not Case.objects.filter(open=True).exists()
