"""Push to browsers: sealed so that only that browser reads it, signed by this installation, forgotten when gone."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import http_ece  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02  # type: ignore[import-untyped]
from pytest_django import Settings

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage
from bihuan.registers.channels.models import Browser
from bihuan.registers.channels.web_push import browsers, keys
from bihuan.registers.channels.web_push.provider import PUSH
from tests.makers import NOW, company
from tests.registers.channels.houses import House, a_house, saying

pytestmark = pytest.mark.django_db
AUTH = b"0123456789abcdef"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class FakeBrowser:
    """A browser's own key pair, by which it opens what it is sent."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())

    @property
    def p256dh(self) -> str:
        return b64(
            self.key.public_key().public_bytes(
                serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
            )
        )

    def opened(self, sealed: bytes) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(
            http_ece.decrypt(sealed, private_key=self.key, auth_secret=AUTH, version="aes128gcm")
        )
        return read


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True
    with a_house(saying("", 201)) as there:
        yield there


@pytest.fixture
def person() -> Person:
    return company().people[Role.AGENT]


def subscribed(house: House, person: Person, *, at: str = "/push/one") -> FakeBrowser:
    fake = FakeBrowser()
    browsers.subscribe(
        person.id,
        endpoint=f"{house.address}{at}",
        p256dh=fake.p256dh,
        auth=b64(AUTH),
        name="Firefox",
        now=NOW,
    )
    return fake


def a_message(person: Person) -> OutgoingMessage:
    return OutgoingMessage(
        id=5, kind="push", receiver=str(person.id), subject="紧急新单", words="AF1 西湖区", link="https://x.example/desk/case/AF1"
    )  # fmt: skip


@pytest.mark.demand("U-08")
def test_a_browser_reads_number_district_and_link_and_nobody_on_the_way_does(
    house: House, person: Person
) -> None:
    fake = subscribed(house, person)
    assert PUSH.send(a_message(person)).reference == "1 of 1"
    heard = house.last
    assert fake.opened(heard.body) == {
        "title": "紧急新单", "body": "AF1 西湖区", "link": "https://x.example/desk/case/AF1", "tag": "n5",
    }  # fmt: skip
    assert b"AF1" not in heard.body
    assert (heard.headers["content-encoding"], heard.headers["ttl"], heard.headers["urgency"]) == (
        "aes128gcm", "43200", "high",
    )  # fmt: skip


def test_the_service_knows_who_asks(house: House, person: Person) -> None:
    subscribed(house, person)
    PUSH.send(a_message(person))
    said = house.last.headers["authorization"]
    assert said.startswith("vapid ")
    told = dict(part.strip().split("=", 1) for part in said.removeprefix("vapid ").split(","))
    assert told["k"] == keys.public_key()
    assert Vapid02.verify(said)
    claims = json.loads(base64.urlsafe_b64decode(told["t"].split(".")[1] + "=="))
    assert claims["aud"] == house.address
    assert claims["sub"].startswith(("mailto:", "https:"))


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(house: House, person: Person, status: int) -> None:
    subscribed(house, person)
    house.answer = saying("", status)
    with pytest.raises(NeverSent) as caught:
        PUSH.send(a_message(person))
    assert (caught.value.code, Browser.objects.count()) == ("no_browser", 0)


def test_one_that_is_gone_does_not_keep_the_others_from_hearing(house: House, person: Person) -> None:
    subscribed(house, person, at="/push/one")
    subscribed(house, person, at="/push/gone")
    house.answer = lambda heard: saying("", 410 if heard.path.endswith("gone") else 201)(heard)
    assert PUSH.send(a_message(person)).reference == "1 of 2"
    assert Browser.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "code", "never"),
    [
        (429, "rate_limited", False),
        (500, "status 500", False),
        (403, "sign_wrong 403", True),
        (413, "text_refused 413", True),
    ],
)
def test_what_the_service_refuses(house: House, person: Person, status: int, code: str, never: bool) -> None:
    subscribed(house, person)
    house.answer = saying("", status)
    with pytest.raises(NotSent) as caught:
        PUSH.send(a_message(person))
    assert (caught.value.code, isinstance(caught.value, NeverSent)) == (code, never)
    assert Browser.objects.count() == 1


def test_subscribing_twice_is_one_row_and_what_it_holds_is_sealed(house: House, person: Person) -> None:
    subscribed(house, person)
    subscribed(house, person)
    [row] = Browser.objects.all()
    assert urlsplit(house.address).netloc not in row.told_sealed


def test_a_browser_on_which_somebody_else_signs_in_tells_them_alone(house: House) -> None:
    made = company()
    subscribed(house, made.people[Role.AGENT])
    subscribed(house, made.people[Role.SUPERVISOR])
    assert [row.person_id for row in Browser.objects.all()] == [made.people[Role.SUPERVISOR].id]


@pytest.mark.parametrize(
    ("endpoint", "p256dh", "auth"),
    [
        ("https://evil.example/push", None, b64(AUTH)),
        ("https://127.0.0.1/push", None, b64(AUTH)),
        ("http://fcm.googleapis.com/push", None, b64(AUTH)),
        ("https://fcm.googleapis.com/", None, b64(AUTH)),
        ("https://fcm.googleapis.com/fcm/send/a", "short", b64(AUTH)),
        ("https://fcm.googleapis.com/fcm/send/a", None, "short"),
        ("https://fcm.googleapis.com/fcm/send/" + "a" * 3000, None, b64(AUTH)),
        ("", None, ""),
    ],
)
def test_what_is_no_push_service_is_refused(
    person: Person, endpoint: str, p256dh: str | None, auth: str
) -> None:
    with pytest.raises(Refusal):
        browsers.subscribe(
            person.id, endpoint=endpoint, p256dh=FakeBrowser().p256dh if p256dh is None else p256dh, auth=auth,
            name="", now=NOW,
        )  # fmt: skip
    assert Browser.objects.count() == 0


def test_the_installations_key_is_made_once_and_readable_by_nobody_else(
    settings: Settings, tmp_path: Any
) -> None:
    settings.BIHUAN_DATA = tmp_path
    first = keys.public_key()
    keys._read.cache_clear()
    assert keys.public_key() == first
    assert [path.name for path in tmp_path.iterdir()] == ["vapid.pem"]
    assert (tmp_path / "vapid.pem").stat().st_mode & 0o777 == 0o600
