"""Days that are none, names that turn the text around."""

import pytest
from django.test import Client

from bihuan.registers.access.masking import masked_name
from bihuan.registers.access.roles import Role
from tests import makers
from tests.attacks.test_hostile_input import signed_in


@pytest.mark.django_db
def test_the_desk_of_a_service_point_shows_today_for_a_day_that_is_none() -> None:
    made = makers.company()
    desk: Client = signed_in(made, Role.SERVICE_POINT_DISPATCHER)
    for day in ("2026-13-45", "9999-12-31", "0001-01-01", "x", "٢٠٢٦-01-01", ""):
        assert desk.get("/dispatch/point", {"day": day}).status_code == 200, day


def test_a_masked_name_holds_one_surname_and_nothing_that_turns_the_text_around() -> None:
    told = ["\u202e张三", "欧阳锋", "𠮷田一", "㙍见", "😀", "\u200b", "\ufeff诸葛亮", "J\u202eohn Smith"]
    assert [masked_name(name) for name in told] == [
        "张*",
        "欧阳*",
        "𠮷*",
        "㙍*",
        "😀*",
        "",
        "诸葛*",
        "J* S*",
    ]


@pytest.mark.django_db
def test_pages_of_accounts_that_need_an_e_mail_are_not_there() -> None:
    made = makers.company()
    somebody = Client(raise_request_exception=False)
    technician = signed_in(made, Role.TECHNICIAN)
    for client in (somebody, technician):
        for page in ("password/reset/", "email/", "confirm-email/x/"):
            told = {"email": "a@b.cn", "action_add": ""}
            assert client.get(f"/accounts/{page}").status_code == 404, page
            assert client.post(f"/accounts/{page}", told).status_code == 404, page
    assert somebody.get("/accounts/login/").status_code == 200
