"""What no person sends: tokens of pages made up by hand, NUL characters, broken multipart."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from bihuan.registers.access.actions import make_token
from bihuan.registers.access.models import Reveal
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Note
from tests import makers
from tests.makers import NOW

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
MADE_UP: list[list[Any]] = [
    ["v", "abc"],
    ["v", 10**30],
    ["v", "\x00"],
    ["v", "\ud800"],
    ["v", True],
    ["d", "2026-01-01"],
    ["t", "2026-01-01T00:00:00"],
    ["n", "1e999999"],
    ["u", "12345678123456781234567812345678"],
]


def signed_in(made: makers.Company, role: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(made.people[role], backend=BACKEND)
    return client


def token(order: str, values: list[list[Any]]) -> str:
    text = json.dumps(["n", order, values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_made_up_token_of_a_list_shows_its_first_page() -> None:
    made = makers.company()
    case = makers.a_case(made)
    agent = signed_in(made, Role.AGENT)
    manager = signed_in(made, Role.MANAGER)
    bearer = make_token(role=Role.AGENT, now=NOW, person=made.people[Role.AGENT])
    for value in MADE_UP:
        cases = token("-opened_at,-id", [value, value])
        shown = agent.get("/desk/cases", {"after": cases})
        assert (shown.status_code, case.number in shown.content.decode()) == (200, True), value
        told = agent.get("/api/v1/cases", {"after": cases}, headers={"authorization": f"Bearer {bearer}"})
        assert [one["number"] for one in told.json()["cases"]] == [case.number], value
        notices = token("-made_at,-id", [value, value])
        assert manager.get("/manage/outbox", {"after": notices}).status_code == 200, value


def test_a_true_token_still_leads_on() -> None:
    made = makers.company()
    numbers = [makers.a_case(made, now=datetime(2026, 11, 23, 2, at, tzinfo=UTC)).number for at in range(3)]
    bearer = make_token(role=Role.AGENT, now=NOW, person=made.people[Role.AGENT])
    held: list[str] = []
    after = ""
    for _ in range(3):
        told = (
            Client()
            .get(
                "/api/v1/cases", {"size": "1", "after": after}, headers={"authorization": f"Bearer {bearer}"}
            )
            .json()
        )
        held += [one["number"] for one in told["cases"]]
        after = told["next"] or ""
    assert (held, after) == (numbers[::-1], "")


@pytest.mark.parametrize(
    ("path", "field"),
    [("note", "words"), ("chase", "words"), ("reveal", "purpose"), ("move", "reason")],
)
def test_a_nul_in_what_staff_sends_is_refused_in_words_and_changes_nothing(path: str, field: str) -> None:
    made = makers.company()
    case = makers.a_case(made)
    agent = signed_in(made, Role.AGENT)
    answer = agent.post(
        f"/desk/case/{case.number}/{path}",
        {field: "abcd\x00efgh", "move": "cancel"},
        headers={"accept-language": "en"},
    )
    assert answer.status_code == 422
    assert "cannot be written down" in answer.content.decode()
    assert (Note.objects.count(), Reveal.objects.count()) == (0, 0)
    case.refresh_from_db()
    assert (case.open, case.chases) == (True, 0)


def test_a_nul_in_a_search_is_refused_in_words() -> None:
    made = makers.company()
    agent, admin = signed_in(made, Role.AGENT), signed_in(made, Role.ADMINISTRATOR)
    for client, address in (
        (agent, "/desk/cases"),
        (agent, "/desk/customers"),
        (admin, "/settings/people"),
    ):
        assert client.get(address, {"q": "\x00", "search": "\x00"}).status_code == 422, address


def test_multipart_that_cannot_be_read_is_refused_in_the_one_shape() -> None:
    made = makers.company()
    bearer = make_token(role=Role.AGENT, now=NOW, person=made.people[Role.AGENT])
    client = Client(raise_request_exception=False)
    many = "".join(f'--x\r\nContent-Disposition: form-data; name="f{at}"\r\n\r\n1\r\n' for at in range(2100))
    for body, media in (
        ("x", "multipart/form-data"),
        ("x", "multipart/form-data; boundary=" + "y" * 300),
        (many + "--x--\r\n", "multipart/form-data; boundary=x"),
    ):
        answer = client.post(
            "/api/v1/reports", body, content_type=media, headers={"authorization": f"Bearer {bearer}"}
        )
        assert (answer.status_code, set(answer.json())) == (400, {"message", "fields"}), media
