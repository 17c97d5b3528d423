"""The telephone system at the door: signed or refused, kept before it is answered."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from bihuan.ground.worktime import clock
from bihuan.registers.channels.hotline.signing import signed
from bihuan.service.intake.calls.models import Call
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.proving import probe_token
from tests.makers import company, settle

pytestmark = pytest.mark.django_db
SECRET, PATH_SECRET = "hotline-secret-of-the-tests", "a-path-secret-of-the-tests"
RINGS = {"event": "ringing", "call": "c-1", "from": "13912345678"}


@pytest.fixture(autouse=True)
def telephone(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    company()
    monkeypatch.setenv("BIHUAN_HOTLINE_SECRET", SECRET)
    monkeypatch.setenv("BIHUAN_HOTLINE_PATH_SECRET", PATH_SECRET)


def knock(client: Client, said: Any, *, secret: str = SECRET, now: datetime | None = None) -> Any:
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    stamp = str(int((now or clock.now()).timestamp()))
    return client.post(
        "/in/hotline/",
        raw,
        content_type="application/json",
        headers={
            "X-Bihuan-Timestamp": stamp,
            "X-Bihuan-Signature": signed(secret, timestamp=stamp, body=raw),
        },
    )


@pytest.mark.demand("S1-02", "S2-03", "S2-06")
def test_a_signed_event_is_kept_and_answered_with_what_may_be_spoken(client: Client) -> None:
    assert knock(client, RINGS).json() == {"ok": True, "state": "ringing", "language": "zh-hans"}
    answer = knock(client, {"event": "queued", "call": "c-1"})
    assert (answer.status_code, answer.json()["position"], answer.json()["wait_minutes"]) == (200, 1, 4)
    assert Call.objects.count() == 1


def test_a_wrong_signature_keeps_nothing(client: Client) -> None:
    assert knock(client, RINGS, secret="guessed").status_code == 403
    assert client.post("/in/hotline/", RINGS).status_code == 403
    assert (Call.objects.count(), RawMessage.objects.count()) == (0, 0)


def test_an_old_event_played_again_is_refused(client: Client) -> None:
    from datetime import timedelta

    assert knock(client, RINGS, now=clock.now() - timedelta(minutes=6)).status_code == 403


def test_nothing_is_let_in_while_no_secret_is_set(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_HOTLINE_SECRET", "")
    monkeypatch.setenv("BIHUAN_HOTLINE_PATH_SECRET", "short")
    assert knock(client, RINGS, secret="").status_code == 403
    assert client.get("/in/hotline/short/", RINGS).status_code == 403


def test_a_system_that_can_only_call_an_address_is_known_by_it(client: Client) -> None:
    assert client.get(f"/in/hotline/{PATH_SECRET}/", RINGS).json()["state"] == "ringing"
    ended = client.post(
        f"/in/hotline/{PATH_SECRET}/", "event=ended&call=c-1", "application/x-www-form-urlencoded"
    )
    assert ended.json()["state"] == "abandoned"
    assert client.get(f"/in/hotline/{PATH_SECRET}x/", RINGS).status_code == 403


def test_many_wrong_signatures_close_the_door_for_their_sender(client: Client) -> None:
    found = [knock(client, RINGS, secret="guessed").status_code for _ in range(21)]
    assert (found[0], found[-1]) == (403, 429)
    assert knock(client, RINGS).status_code == 200  # the telephone system behind the same address is heard


def test_what_cannot_be_read_is_kept_for_a_person(client: Client) -> None:
    assert knock(client, b"\xff\xfe\x00").json() == {"ok": True}
    settle(clock.now())
    assert RawMessage.objects.values_list("channel", "state", "reason").get() == (
        "hotline",
        "quarantined",
        "not_text",
    )


def test_more_than_an_event_is_not_taken(client: Client) -> None:
    assert knock(client, b"x" * 20_000).status_code == 413


@pytest.mark.demand("S2-18")
def test_a_probe_of_ours_proves_the_channel(client: Client) -> None:
    token = probe_token("hotline", now=clock.now())
    knock(client, {"event": "probe", "token": token})
    settle(clock.now())
    assert RawMessage.objects.values_list("state", flat=True).get() == "probe"
