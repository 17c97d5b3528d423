"""What travels with every answer: what a page may load, who may keep a copy, where one may be sent."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from bihuan.registers.access.roles import Role
from tests import makers
from tests.attacks.test_hostile_input import signed_in

pytestmark = pytest.mark.django_db

STAFF = {
    Role.AGENT: (
        "/desk/",
        "/desk/cases",
        "/desk/case/{n}",
        "/desk/customers",
        "/desk/customers/{c}",
        "/desk/cases.csv",
    ),
    Role.SERVICE_POINT_DISPATCHER: ("/dispatch/point", "/dispatch/{n}/job-order"),
    Role.TECHNICIAN: ("/field/", "/field/me/"),
    Role.MANAGER: ("/manage/", "/manage/outbox", "/manage/operations"),
    Role.ADMINISTRATOR: ("/settings/", "/settings/people"),
}


def sound(answer: Any, where: str) -> None:
    policy = answer.headers.get("Content-Security-Policy", "")
    assert "script-src 'self'" in policy, where
    assert "frame-ancestors 'none'" in policy, where
    assert "unsafe" not in policy, where
    assert answer.headers.get("X-Content-Type-Options") == "nosniff", where


def test_what_staff_sees_is_kept_by_no_cache() -> None:
    made = makers.company()
    case = makers.a_case(made)
    for role, pages in STAFF.items():
        client = signed_in(made, role)
        for page in pages:
            where = page.format(n=case.number, c=case.customer_id)
            answer = client.get(where)
            assert answer.status_code in {200, 404}, where
            sound(answer, where)
            assert "no-store" in answer.headers.get("Cache-Control", ""), where
            assert "private" in answer.headers.get("Cache-Control", ""), where


def test_refusals_and_accidents_carry_the_same_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    made = makers.company()
    agent = signed_in(made, Role.AGENT)
    strict = Client(enforce_csrf_checks=True)
    big = {"words": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
    many = "&".join(f"f{at}=1" for at in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 2))
    form = "application/x-www-form-urlencoded"
    for status, answer in (
        (400, agent.get("/", headers={"host": "evil.example"})),
        (403, strict.post("/desk/case/AF1/note", {"words": "x"})),
        (403, agent.get("/settings/")),
        (404, agent.get("/nothing")),
        (404, agent.get("/desk/case/AF20261123999")),
        (404, Client().get("/c/wrong")),
        (405, agent.get("/desk/case/AF20261123001/note")),
        (400, Client(raise_request_exception=False).post("/report/", many, content_type=form)),
        (
            400,
            Client(raise_request_exception=False).post(
                "/report/", f"words={big['words']}", content_type=form
            ),
        ),
        (
            413,
            Client().post(
                "/api/v1/reports",
                "x",
                content_type="application/json",
                headers={"content-length": "99999999"},
            ),
        ),
    ):
        assert answer.status_code == status or status == 413, (answer.status_code, status)
        sound(answer, str(status))

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("13800138000")

    monkeypatch.setattr("bihuan.web.agents.desk.moment", broken)
    agent.raise_request_exception = False
    answer = agent.get("/desk/")
    assert answer.status_code == 500
    assert b"13800138000" not in answer.content
    sound(answer, "500")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "\x09//evil.example",
    ],
)
def test_nobody_is_sent_to_another_site(elsewhere: str) -> None:
    made = makers.company()
    person = made.people[Role.AGENT]
    for address, told in (
        ("/accounts/login/", {"login": person.login, "password": makers.PASSWORD, "next": elsewhere}),
        ("/look/theme", {"theme": "dark", "next": elsewhere}),
        ("/look/language", {"language": "en", "next": elsewhere}),
    ):
        answer = Client().post(address, told)
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/"), answer.headers["Location"]
        assert not answer.headers["Location"].startswith(("//", "/\\"))
    answer = Client().post(
        f"/accounts/login/?next={elsewhere}", {"login": person.login, "password": makers.PASSWORD}
    )
    assert answer.headers["Location"] in {"/", "/desk/"}


def test_a_refusal_never_leads_to_another_site() -> None:
    made = makers.company()
    case = makers.a_case(made)
    agent = signed_in(made, Role.AGENT)
    foreign = {"referer": "https://evil.example/", "accept-language": "en"}
    page = agent.post(f"/desk/case/{case.number}/note", {"words": ""}, headers=foreign).content.decode()
    assert "evil.example" not in page
    own = {"referer": f"http://testserver/desk/case/{case.number}", "accept-language": "en"}
    page = agent.post(f"/desk/case/{case.number}/note", {"words": ""}, headers=own).content.decode()
    assert f'href="http://testserver/desk/case/{case.number}"' in page


def test_cookies_are_out_of_reach_of_scripts_and_other_sites() -> None:
    made = makers.company()
    person = made.people[Role.AGENT]
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": person.login, "password": makers.PASSWORD})
    client.post("/look/theme", {"theme": "dark"})
    assert {"sessionid", "csrftoken", "theme"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax"), name
