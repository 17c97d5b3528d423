"""A visitor of the demo rings the hotline; elsewhere there is no such page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.intake.calls.hearing import end_silent
from bihuan.service.intake.calls.models import Call, RingBack
from bihuan.service.intake.calls.playing import play
from tests.makers import company

pytestmark = pytest.mark.django_db


def test_a_visitor_rings_presses_keys_is_answered_and_hangs_up(client: Client, settings: Any) -> None:
    settings.BIHUAN_DEMO = True
    made = company()
    client.cookies["language"] = "en"
    assert "You are not ringing" in client.get("/play/phone").content.decode()
    client.post("/play/phone", {"do": "ring", "number": "13912345678"})
    waits = client.get("/play/phone").content.decode()
    assert ("You wait in the queue" in waits, "number 1 in the queue" in waits) == (True, True)
    client.post("/play/phone", {"do": "key", "key": "1"})
    call = Call.objects.get()
    assert (call.kind, call.notice_at is not None, call.state) == ("repair", True, "queued")
    client.force_login(made.people[Role.AGENT])
    client.post(f"/desk/calls/{call.id}/deed", {"do": "answer"})
    assert "An agent speaks with you" in client.get("/play/phone").content.decode()
    client.post("/play/phone", {"do": "hang_up"})
    assert Call.objects.get().state == "handled"


def test_who_asks_to_be_rung_back_hears_so_and_the_line_is_put_down(client: Client, settings: Any) -> None:
    settings.BIHUAN_DEMO = True
    made = company()
    client.cookies["language"] = "en"
    client.post("/play/phone", {"do": "ring", "number": "13912345678"})
    client.post("/play/phone", {"do": "key", "key": "1"})
    client.post("/play/phone", {"do": "key", "key": "8"})
    assert "we will ring you back" in client.get("/play/phone").content.decode()
    call = Call.objects.get()
    assert (call.ended_at is not None, RingBack.objects.get(call=call).cause) == (True, "key")
    client.force_login(made.people[Role.AGENT])
    assert "1 Repair · 8 Ring me back" in client.get(f"/desk/calls/{call.id}").content.decode()


def test_who_hides_their_number_stays_on_the_line_until_they_are_gone(client: Client, settings: Any) -> None:
    settings.BIHUAN_DEMO = True
    company()
    client.post("/play/phone", {"do": "ring", "number": "13912345678", "hidden": "on"})
    client.post("/play/phone", {"do": "key", "key": "8"})
    assert Call.objects.get().state == "queued"
    now = clock.now()
    assert [end_silent(now + timedelta(minutes=after)) for after in (14, 16, 17)] == [0, 1, 0]


def test_an_agent_of_the_demo_puts_the_receiver_down(client: Client, settings: Any) -> None:
    settings.BIHUAN_DEMO = True
    made = company()
    play("ringing", call="c-1", now=clock.now(), **{"from": "13912345678"})
    call = Call.objects.get()
    client.force_login(made.people[Role.AGENT])
    client.post(f"/desk/calls/{call.id}/deed", {"do": "answer"})
    client.post(f"/desk/calls/{call.id}/deed", {"do": "hang_up"})
    assert Call.objects.get().state == "handled"


def test_a_number_that_is_none_is_refused(client: Client, settings: Any) -> None:
    settings.BIHUAN_DEMO = True
    company()
    assert client.post("/play/phone", {"do": "ring", "number": "12"}).status_code == 422
    assert Call.objects.count() == 0


def test_outside_the_demo_there_is_no_such_telephone(client: Client, settings: Any) -> None:
    settings.BIHUAN_DEMO = False
    company()
    assert client.get("/play/phone").status_code == 404


def test_a_changed_cookie_plays_nobodys_call(client: Client, settings: Any) -> None:
    settings.BIHUAN_DEMO = True
    company()
    play("ringing", call="c-1", now=clock.now())
    client.cookies["play_phone"] = "c-1"
    client.post("/play/phone", {"do": "hang_up"})
    assert Call.objects.get().state == "ringing"
