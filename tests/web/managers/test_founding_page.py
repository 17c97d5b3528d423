"""The first page: open to whoever has the start code, until a company is there."""

import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Node
from bihuan.web.managers.founding_code import forget_code, is_right, new_code
from tests.makers import company

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]

TYPED = {
    "company": "远山电器",
    "hotline": "400-123-4567",
    "brands": "远山、近水",
    "tree": "东区\r\n  港口网点",
    "office_hours": "cn-office",
    "field_hours": "cn-field",
    "profile": "default",
    "login": "lin",
    "name": "林一",
    "phone": "",
    "password": "a quite long pass phrase",
    "again": "a quite long pass phrase",
}


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()
    forget_code()


def test_before_there_is_a_company_every_door_leads_to_the_first_page(client: Client) -> None:
    for path in ("/", "/desk/", "/dispatch/", "/manage/", "/settings/", "/field/", "/accounts/login/"):
        answer = client.get(path)
        assert (path, answer.status_code, answer["Location"]) == (path, 302, "/start")
    assert client.get("/start").status_code == 200
    assert client.get("/healthz").status_code != 302


def test_with_the_code_the_company_is_founded_and_the_page_closes(client: Client) -> None:
    code = new_code()
    answer = client.post("/start", TYPED | {"code": code.lower().replace("-", " ")})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert Node.objects.count() == 3
    assert Person.objects.get().login == "lin"
    assert not is_right(code)
    assert client.get("/start")["Location"] == "/accounts/login/"
    again = client.post("/start", TYPED | {"code": code, "login": "thief"})
    assert (again["Location"], Person.objects.count()) == ("/accounts/login/", 1)


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA", "x" * 5000, "\x00"])
def test_whoever_reaches_the_port_first_founds_nothing_without_the_code(client: Client, code: str) -> None:
    new_code()
    assert client.post("/start", TYPED | {"code": code}).status_code == 422
    assert Person.objects.count() == 0


def test_without_any_code_no_code_is_right(client: Client) -> None:
    assert client.post("/start", TYPED | {"code": "ABCD-EFGH-JKMN"}).status_code == 422
    assert Person.objects.count() == 0


def test_codes_cannot_be_tried_for_long(client: Client) -> None:
    code = new_code()
    statuses = [client.post("/start", TYPED | {"code": "WRONG"}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert client.post("/start", TYPED | {"code": code}).status_code == 429
    assert Person.objects.count() == 0


def test_only_a_fingerprint_is_kept_and_only_for_its_owner() -> None:
    code = new_code()
    file = Path(settings.BIHUAN_DATA) / "start-code"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert code.replace("-", "") not in file.read_text()
    assert is_right(code)
    newer = new_code()
    assert (is_right(code), is_right(newer)) == (False, True)


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(client: Client) -> None:
    typed = TYPED | {"code": new_code(), "tree": "东区 / 一店\n东区 / 一店", "again": "another pass phrase"}
    answer = client.post("/start", typed, headers={"accept-language": "en"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The two are not the same." in page
    assert "远山电器" in page
    assert "a quite long pass phrase" not in page
    assert Person.objects.count() == 0
    fixed = typed | {"again": typed["password"]}
    answer = client.post("/start", fixed, headers={"accept-language": "en"})
    assert "Line 2: 一店 stands there twice." in answer.content.decode()


def test_with_a_company_the_doors_are_as_ever(client: Client) -> None:
    company()
    assert client.get("/start")["Location"] == "/accounts/login/"
    assert client.get("/").status_code == 200
    assert client.get("/desk/")["Location"] == "/accounts/login/?next=/desk/"


def test_the_page_of_removal_is_not_there_where_there_is_no_demo(client: Client) -> None:
    made = company()
    client.force_login(made.people[Role.ADMINISTRATOR])
    assert client.get("/settings/demo").status_code in {302, 404}
    assert client.get("/start/going/nobody-has-this-token").status_code == 404
