"""Whatever the API refuses leaves as `{"message", "fields"}`, whoever refused it: a view, the router, Django."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings

from bihuan.registers.access.actions import make_token
from bihuan.registers.access.roles import Role
from bihuan.web.api import handlers
from tests.makers import NOW, company

pytestmark = pytest.mark.django_db
SHAPE = {"message", "fields"}


def outside() -> Client:
    return Client(raise_request_exception=False, headers={"accept-language": "en"})


def told(answer: Any) -> tuple[int, str, set[str]]:
    return answer.status_code, answer.headers["Content-Type"], set(answer.json())


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize(
    "address",
    [
        "/api",
        "/api/",
        "/api/v2/cases",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/cases/",
        "/api/x%00y",
    ],
)
def test_an_address_that_is_none_is_refused_in_the_one_shape(method: str, address: str) -> None:
    assert told(getattr(outside(), method)(address)) == (404, "application/json", SHAPE)


def test_a_method_that_an_address_does_not_take_is_refused_and_the_others_are_named() -> None:
    token = make_token(role=Role.AGENT, now=NOW, person=company().people[Role.AGENT])
    answer = outside().delete("/api/v1/cases", headers={"authorization": f"Bearer {token}"})
    assert told(answer) == (405, "application/json", SHAPE)
    assert "GET" in answer.headers["Allow"]


@override_settings(ALLOWED_HOSTS=["ours.example"])
def test_a_host_that_is_not_ours_is_refused_in_the_one_shape_and_in_the_readers_language() -> None:
    english = outside().get("/api/v1/cases", headers={"host": "theirs.example"})
    chinese = outside().get("/api/v1/cases", headers={"host": "theirs.example", "accept-language": "zh-CN"})
    assert told(english) == (400, "application/json", SHAPE)
    assert english.json()["message"] == "This request cannot be read."
    assert (chinese.status_code, chinese.json()["message"].isascii()) == (400, False)
    assert (english.headers["Content-Language"], chinese.headers["Content-Language"]) == ("en", "zh-hans")


def refusals(path: str) -> list[HttpResponse]:
    request: HttpRequest = RequestFactory().get(path)
    return [
        handlers.bad_request(request),
        handlers.bad_request(request, RequestDataTooBig()),
        handlers.forbidden(request, PermissionDenied()),
        handlers.not_found(request),
        handlers.server_error(request),
    ]


def test_what_breaks_outside_a_view_keeps_the_shape_for_programs_and_stays_a_page_for_people() -> None:
    programs = refusals("/api/v1/cases")
    assert [answer.status_code for answer in programs] == [400, 413, 403, 404, 500]
    assert {answer.headers["Content-Type"] for answer in programs} == {"application/json"}
    people = handlers.server_error(RequestFactory().get("/apicture"))
    assert people.headers["Content-Type"].startswith("text/html")


def test_a_page_that_is_none_stays_a_page() -> None:
    answer = outside().get("/apis/none")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
