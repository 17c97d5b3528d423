"""A call from its first ring to its place in the daily closing, by what the telephone system tells."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from bihuan.ground.vault.actions import keys_for
from bihuan.management.commands.clock import run_sweeps
from bihuan.registers.access.history import note_change
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.actions import forget
from bihuan.registers.customers.models import Customer
from bihuan.service.improvement.daily_closing import closing
from bihuan.service.intake.actions import receive
from bihuan.service.intake.calls import ringing_back
from bihuan.service.intake.calls.actions import (
    account_for,
    alarm_transfers,
    forget_unknown,
    sit,
    transfer,
)
from bihuan.service.intake.calls.errors import (
    CallAccounted,
    CallNotYours,
    ExtensionTaken,
    NotReady,
    RingBackHeld,
    TooFewTries,
)
from bihuan.service.intake.calls.hearing import end_silent, settle_lost, take_up_unheard
from bihuan.service.intake.calls.models import Call, CallEvent, RingBack
from bihuan.service.intake.calls.playing import play
from bihuan.service.intake.calls.queries import (
    call_at_hand,
    estimate_of,
    levels,
    line,
    number_of,
    ring_backs_due,
    untold_calls,
)
from bihuan.service.intake.models import RawMessage
from bihuan.service.notices.models import Notice
from tests.makers import NOW, Company, a_case, company, later, settle, told

pytestmark = pytest.mark.django_db
PHONE = "13912345678"


def rings(call: str = "c-1", *, at: datetime = NOW, number: str = PHONE) -> dict[str, Any]:
    return play("ringing", call=call, now=at, **{"from": number})


def the_call() -> Call:
    return Call.objects.select_related("message", "agent", "customer").get()


def answered(made: Company, call: str = "c-1", *, seconds: float = 8) -> Call:
    rings(call)
    play("answered", call=call, now=later(seconds=seconds), agent=made.people[Role.AGENT].login)
    return Call.objects.select_related("message").latest("id")


@pytest.mark.demand("S2-06", "S0-09")
def test_a_call_is_one_message_and_one_row_however_often_and_in_whatever_order_it_is_told() -> None:
    made = company()
    agent = made.people[Role.AGENT].login
    story: tuple[tuple[str, int, dict[str, str]], ...] = (
        ("ringing", 0, {"from": PHONE}),
        ("queued", 2, {}),
        ("answered", 9, {"agent": agent}),
        ("ended", 80, {}),
    )
    kept = []
    for at, order in enumerate(list(permutations(story))[::5]):
        for sort, seconds, said in (*order, order[0]):
            play(sort, call=f"c-{at}", now=later(seconds=seconds), **said)
        call = Call.objects.latest("id")
        kept.append(
            (call.state, call.rang_at, call.answered_at, call.ended_at, call.agent_id, number_of(call))
        )
    settle()
    assert set(kept) == {
        (
            "handled",
            NOW,
            later(seconds=9),
            later(seconds=80),
            made.people[Role.AGENT].id,
            f"+86{PHONE}",
        )
    }
    messages = RawMessage.objects.filter(channel="hotline")
    assert (messages.count(), Call.objects.count(), CallEvent.objects.count()) == (5, 5, 20)
    assert set(messages.values_list("state", flat=True)) == {"waiting"}


def test_the_number_stands_nowhere_in_clear() -> None:
    company()
    rings()
    call = the_call()
    rows = [*Call.objects.values_list(), *CallEvent.objects.values_list(), *RawMessage.objects.values_list()]
    assert PHONE not in repr(rows)
    assert number_of(call) == f"+86{PHONE}"


@pytest.mark.demand("S2-06")
def test_a_waiting_caller_is_told_the_place_and_the_time() -> None:
    company()
    for at in range(3):
        rings(f"c-{at}", at=later(seconds=at))
        told_back = play("queued", call=f"c-{at}", now=later(seconds=at + 1))
    assert (
        told_back["position"],
        told_back["wait_seconds"],
        told_back["wait_minutes"],
        told_back["stable"],
    ) == (
        3,
        720,
        12,
        True,
    )
    assert "3" in told_back["say_zh"] and "12" in told_back["say_en"]
    assert line(later(seconds=5)).queued == 3


def test_a_queue_that_never_ends_says_so_and_offers_to_ring_back() -> None:
    company()
    for at in range(20):
        rings(f"c-{at}", at=later(seconds=at))
    told_back = play("queued", call="c-0", now=later(seconds=30))
    assert (told_back["stable"], told_back["wait_minutes"]) == (False, None)
    assert "8" in told_back["say_zh"]


@pytest.mark.demand("S4-03")
def test_a_known_caller_is_known_at_the_first_ring_and_the_keys_say_what_for() -> None:
    made = company()
    case = a_case(made, phone=PHONE)
    rings()
    play("key", call="c-1", now=later(seconds=2), keys="2")
    play("key", call="c-1", now=later(seconds=3), keys="9")
    call = the_call()
    assert (call.customer_id, call.kind, call.language, call.keys) == (
        case.customer_id,
        "installation",
        "en",
        "29",
    )


def test_a_missed_call_is_rung_back_once_a_number() -> None:
    made = company()
    for at in range(3):
        rings(f"c-{at}", at=later(minutes=at))
        play("ended", call=f"c-{at}", now=later(minutes=at, seconds=40))
    settle(later(minutes=3))
    duty = RingBack.objects.get()
    assert (duty.cause, duty.times, duty.open, duty.due_at) == (
        "missed",
        3,
        True,
        later(seconds=40, minutes=15),
    )
    assert list(RawMessage.objects.order_by("id").values_list("state", flat=True)) == [
        "waiting",
        "duplicate",
        "duplicate",
    ]
    viewer = made.viewer(Role.CALLBACK_AGENT)
    assert ring_backs_due(viewer)[0].number == "139****5678"
    ringing_back.hold(duty, viewer=viewer)
    assert ring_backs_due(viewer)[0].number == f"+86{PHONE}"
    with pytest.raises(RingBackHeld):
        ringing_back.hold(duty, viewer=made.viewer(Role.AGENT))
    with pytest.raises(TooFewTries):
        ringing_back.finish(duty, result="not_reached", viewer=viewer, now=later(minutes=5))
    ringing_back.finish(duty, result="reached", viewer=viewer, now=later(minutes=5))
    first = RawMessage.objects.order_by("id")[0]
    assert (first.state, first.reason) == ("answered", "ring_back_reached")
    rings("c-9", at=later(hours=1))
    play("ended", call="c-9", now=later(hours=1, seconds=40))
    assert RingBack.objects.filter(open=True).count() == 1


def test_who_hangs_up_at_once_is_counted_and_owes_nothing() -> None:
    company()
    rings()
    play("ended", call="c-1", now=later(seconds=4))
    assert (settle_lost(later(seconds=60)), settle_lost(later(seconds=90)), settle_lost(later(hours=1))) == (
        0,
        1,
        0,
    )
    assert (the_call().state, the_call().message.state, RingBack.objects.count()) == (
        "abandoned",
        "automatic",
        0,
    )


def test_a_hidden_number_that_was_missed_is_accounted_for() -> None:
    company()
    rings(number="anonymous")
    play("ended", call="c-1", now=later(seconds=60))
    settle_lost(later(minutes=3))
    assert (the_call().message.state, the_call().message.reason) == ("answered", "no_number")


def test_whoever_presses_for_a_ring_back_gets_one_though_they_hang_up_soon() -> None:
    company()
    rings()
    play("key", call="c-1", now=later(seconds=2), keys="8")
    play("ended", call="c-1", now=later(seconds=4))
    assert RingBack.objects.values_list("cause", "open").get() == ("key", True)


def test_an_answer_told_late_takes_the_duty_away() -> None:
    made = company()
    rings()
    play("ended", call="c-1", now=later(seconds=60))
    assert RingBack.objects.get().open
    play("answered", call="c-1", now=later(seconds=61), at=f"{later(seconds=9).timestamp()}",
         agent=made.people[Role.AGENT].login)  # fmt: skip
    duty = RingBack.objects.get()
    assert (duty.open, duty.result, the_call().state, the_call().message.state) == (
        False,
        "was_answered",
        "handled",
        "waiting",
    )


@pytest.mark.demand("S4-03", "S2-20")
def test_a_report_of_a_call_is_read_from_its_message() -> None:
    made = company()
    call = answered(made)
    made_report = receive(
        told(phone=PHONE, channel="hotline"),
        by=made.actor(Role.AGENT),
        node=made.head,
        now=later(minutes=2),
        taken_by=made.people[Role.AGENT].id,
        message=call.message,
    )
    play("ended", call="c-1", now=later(minutes=3))
    call = the_call()
    assert (call.report_id, call.customer_id, call.message.state) == (
        made_report.id,
        made_report.customer_id,
        "report",
    )
    assert untold_calls(made.viewer(Role.AGENT)) == []
    with pytest.raises(CallAccounted):
        account_for(call, reason="answered", viewer=made.viewer(Role.AGENT), now=later(minutes=4))


def test_a_call_without_a_report_needs_a_reason_of_whoever_took_it() -> None:
    made = company()
    call = answered(made)
    play("ended", call="c-1", now=later(minutes=3))
    assert untold_calls(made.viewer(Role.AGENT)) == [call]
    with pytest.raises(CallNotYours):
        account_for(call, reason="answered", viewer=made.viewer(Role.CALLBACK_AGENT), now=later(minutes=4))
    account_for(call, reason="progress", viewer=made.viewer(Role.AGENT), now=later(minutes=4))
    assert (the_call().message.state, the_call().message.reason) == ("answered", "progress")
    assert untold_calls(made.viewer(Role.AGENT)) == []


def test_who_sits_at_an_extension_is_whom_it_answers_for() -> None:
    made = company()
    agent = made.viewer(Role.AGENT)
    sit(agent, extension="8001", ready=True, now=NOW)
    with pytest.raises(ExtensionTaken):
        sit(made.viewer(Role.SUPERVISOR), extension="8001", ready=True, now=NOW)
    rings()
    play("answered", call="c-1", now=later(seconds=4), agent="8001")
    hand = call_at_hand(agent, later(seconds=5))
    assert hand is not None and hand.agent_id == agent.person_id


@pytest.mark.demand("S4-06")
def test_a_transfer_needs_the_customers_readiness_and_rings_an_alarm_after_two_minutes() -> None:
    made = company()
    call, agent = answered(made), made.viewer(Role.AGENT)
    with pytest.raises(NotReady):
        transfer(call, to="Technical support", ready=False, viewer=agent, now=later(seconds=30))
    transfer(call, to="Technical support", ready=True, viewer=agent, now=later(seconds=30))
    assert alarm_transfers(later(seconds=149)) == 0
    assert (alarm_transfers(later(seconds=150)), alarm_transfers(later(seconds=151))) == (1, 0)
    settle(later(seconds=152))
    told_to = set(Notice.objects.filter(kind="transfer_waiting").values_list("person_id", flat=True))
    assert told_to == {made.people[Role.AGENT].id, made.people[Role.SUPERVISOR].id}


@pytest.mark.demand("S4-06")
def test_a_transfer_that_is_taken_over_rings_no_alarm() -> None:
    made = company()
    call = answered(made)
    transfer(call, to="x", ready=True, viewer=made.viewer(Role.AGENT), now=later(seconds=30))
    play("answered", call="c-1", now=later(seconds=60), agent=made.people[Role.SUPERVISOR].login)
    assert (alarm_transfers(later(minutes=9)), the_call().agent_id) == (0, made.people[Role.SUPERVISOR].id)


def test_a_duty_to_ring_that_is_late_is_told_to_the_supervisors_once() -> None:
    made = company()
    ringing_back.ask_to_be_rung(phone=PHONE, name="王", words="", due_at=None, once="k", now=NOW)
    ringing_back.ask_to_be_rung(phone=PHONE, name="王", words="", due_at=None, once="k", now=NOW)
    settle()
    assert RingBack.objects.count() == 1
    assert (ringing_back.alarm_late(later(minutes=29)), ringing_back.alarm_late(later(minutes=30))) == (0, 1)
    assert ringing_back.alarm_late(later(minutes=31)) == 0
    settle(later(minutes=32))
    notices = Notice.objects.filter(kind="ring_back_late").values_list("person_id", flat=True)
    assert set(notices) == {made.people[Role.SUPERVISOR].id}


def test_a_forgotten_customer_leaves_no_number_behind() -> None:
    made = company()
    case = a_case(made, phone=PHONE)
    rings()
    play("ended", call="c-1", now=later(seconds=60))
    customer = Customer.objects.get(id=case.customer_id)
    forget(customer, now=later(hours=1))
    note_change(
        made.viewer(Role.ADMINISTRATOR),
        register="customers",
        row=str(customer.id),
        deed="forgotten",
        before={},
        after={},
        now=later(hours=1),
    )
    call, duty = the_call(), RingBack.objects.select_related("message").get()
    assert (call.number_blind, duty.number_blind, number_of(call)) == ("", "", "")
    assert keys_for([call.message.key_id]).open(duty.number_sealed) is None
    assert play("ringing", call="c-1", now=later(hours=2))["ok"]


def test_what_was_kept_of_a_number_joins_the_customer_it_proves_to_be() -> None:
    made = company()
    rings("c-0")
    play("ended", call="c-0", now=later(seconds=60))
    assert Call.objects.get().customer_id is None
    call = answered(made, "c-1")
    receive(
        told(phone=PHONE),
        by=made.actor(Role.AGENT),
        node=made.head,
        now=later(minutes=2),
        message=call.message,
    )
    assert len(set(Call.objects.values_list("customer_id", flat=True))) == 1
    assert not RawMessage.objects.filter(channel="hotline", key__under__isnull=True).exists()


def test_the_number_of_somebody_we_never_came_to_know_is_forgotten_after_half_a_year() -> None:
    company()
    rings()
    play("ended", call="c-1", now=later(seconds=60))
    assert (forget_unknown(later(days=179)), forget_unknown(later(days=181))) == (0, 1)
    assert number_of(the_call()) == ""


def test_so_is_a_wish_to_be_rung_and_what_was_said_with_it() -> None:
    made = company()
    duty = ringing_back.ask_to_be_rung(phone=PHONE, name="王", words="问保修", due_at=None, once="k", now=NOW)
    ringing_back.finish(duty, result="wrong_number", viewer=made.viewer(Role.AGENT), now=later(hours=1))
    assert (
        forget_unknown(later(days=179)),
        forget_unknown(later(days=181)),
        forget_unknown(later(days=182)),
    ) == (
        0,
        1,
        0,
    )
    kept = RingBack.objects.select_related("message").get()
    assert (kept.number_blind, ringing_back.said_of(kept)) == ("", {})


def test_a_call_that_nothing_more_was_told_of_has_ended(settings: Any) -> None:
    settings.BIHUAN_DEMO = False  # there it ends sooner
    company()
    rings()
    assert (end_silent(later(hours=3)), end_silent(later(hours=5)), end_silent(later(hours=6))) == (0, 1, 0)
    assert the_call().state == "missed"


def test_a_call_that_was_kept_and_not_made_is_made_later() -> None:
    company()
    rings()
    CallEvent.objects.all().delete()
    Call.objects.all().delete()
    assert (take_up_unheard(later(minutes=2)), take_up_unheard(later(minutes=3))) == (1, 0)
    assert the_call().state == "ringing"


@pytest.mark.demand("S2-06")
def test_the_service_level_by_hour_is_that_of_the_calls() -> None:
    made = company()
    for at, seconds in enumerate((10, 18, 25)):
        answered(made, f"c-{at}", seconds=seconds)
        play("ended", call=f"c-{at}", now=later(seconds=200))
    rings("c-9")
    play("ended", call="c-9", now=later(seconds=60))
    every, hours = levels(made.viewer(Role.MANAGER), later(hours=-1), later(hours=1))
    assert (every.offered, every.rate_15, every.rate_20, every.lost_rate) == (4, 25.0, 50.0, 25.0)
    assert [one.hour for one in hours] == [10]


def test_the_clock_carries_out_what_calls_owe() -> None:
    company()
    rings()
    run_sweeps()
    call = the_call()
    assert estimate_of(call, NOW + timedelta(seconds=1)) is None


@pytest.mark.demand("S2-20", "S2-18")
def test_the_daily_closing_of_the_hotline_comes_out_even() -> None:
    made = company()
    agent = made.viewer(Role.AGENT)
    reported = answered(made, "c-0")
    receive(told(phone=PHONE), by=agent.actor, node=made.head, now=later(minutes=1), message=reported.message)
    explained = answered(made, "c-1")
    account_for(explained, reason="progress", viewer=agent, now=later(minutes=2))
    answered(made, "c-2")
    for at, seconds in enumerate((40, 40, 3)):
        rings(f"m-{at}", at=later(minutes=3 + at), number="13700001111")
        play("ended", call=f"m-{at}", now=later(minutes=3 + at, seconds=seconds))
    settle_lost(later(minutes=9))
    settle(later(minutes=9))
    day = next(one for one in closing(NOW.date()) if one.channel == "hotline")
    assert (day.received, day.difference) == (6, 0)
    assert {end: count for end, count in day.ends.items() if count} == {
        "cases": 1,
        "answered": 1,
        "waiting": 2,
        "duplicates": 1,
        "automatic": 1,
    }
