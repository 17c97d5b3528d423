"""What no administrator types into a form of the settings: NUL, a megabyte, figures of no size, signs that turn the
text around. Each is refused in words or kept as it is; nothing breaks, and the lists can still be read."""

from typing import Any

import pytest
from django import forms
from django.test import Client

from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.web.managers.settings import REGISTERS
from tests import makers
from tests.attacks.test_hostile_input import signed_in

pytestmark = pytest.mark.django_db
KEPT = [code for code, register in REGISTERS.items() if register.keep is not None]
NO_FIGURES = ("-1", "9" * 30, "1e400", "NaN", "٣", "\u202e7")
ODD_TEXTS = (
    "x" * 1_000_000,
    "\u202eabc\u202c",
    "\u200b",
    "\ufeff",
    "a\u0300" * 400,
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% now %}",
    "=cmd|' /C calc'!A0",
    "𠮷😀",
    "%00%0a",
    "\r\nSet-Cookie: a=b",
)


@pytest.fixture
def made() -> makers.Company:
    made = makers.company()
    makers.a_case(made)
    return made


@pytest.fixture
def administrator(made: makers.Company) -> Client:
    return signed_in(made, Role.ADMINISTRATOR)


def page_of(code: str) -> tuple[str, dict[str, Any], dict[str, forms.Field]]:
    """The address of a register's newest row (or of its empty form), what a browser would send, and its fields."""
    register = REGISTERS[code]
    row = register.rows("").order_by("-pk").first()
    if row is None:
        return f"/settings/{code}/add", {}, register.form.base_fields
    told = {name: value for name, value in register.initial(row).items() if value not in (None, False)}
    return f"/settings/{code}/{row.pk}", told, register.form.base_fields


def readable(client: Client, code: str) -> set[int]:
    pages = [f"/settings/{code}", f"/settings/{code}/history", f"/settings/{code}?format=csv"]
    return {client.get(page).status_code for page in pages}


@pytest.mark.parametrize("code", KEPT)
def test_a_nul_anywhere_is_refused_and_changes_nothing(administrator: Client, code: str) -> None:
    page, told, fields = page_of(code)
    for name in fields:
        answer = administrator.post(page, told | {name: "a\x00b"})
        assert answer.status_code == 422, name
    assert administrator.post(page, told | {"\x00": "1"}).status_code == 422
    assert Change.objects.count() == 0


@pytest.mark.parametrize("code", KEPT)
def test_figures_of_no_size_are_refused_where_a_figure_is_wanted(administrator: Client, code: str) -> None:
    page, told, fields = page_of(code)
    for name, field in fields.items():
        if isinstance(field, forms.CharField) and not isinstance(field, forms.SlugField):
            continue
        for value in NO_FIGURES:
            answer = administrator.post(page, told | {name: value})
            assert answer.status_code in {302, 422}, (name, value)
    assert readable(administrator, code) == {200}


@pytest.mark.parametrize("code", KEPT)
def test_odd_texts_are_refused_or_kept_as_they_are_and_never_run(administrator: Client, code: str) -> None:
    page, told, fields = page_of(code)
    texts = [name for name, field in fields.items() if isinstance(field, forms.CharField)]
    for value in ODD_TEXTS:
        answer = administrator.post(page, told | dict.fromkeys(texts, value))
        assert answer.status_code in {302, 422}, value[:40]
        assert "Set-Cookie" not in answer.headers
        if answer.status_code == 422:
            assert b"<script>alert(1)" not in answer.content
    assert readable(administrator, code) == {200}
    assert b"<script>alert(1)" not in administrator.get(f"/settings/{code}").content


def test_more_fields_than_any_form_has_are_refused(administrator: Client) -> None:
    page, told, _ = page_of("people")
    many = told | {f"field{number}": "1" for number in range(3000)}
    assert administrator.post(page, many).status_code == 400


@pytest.mark.parametrize("value", ["9" * 30, "-1", "0", "x", "\x00", "1" * 1_000_000, "①"])
def test_forgetting_by_a_number_that_is_none_forgets_nobody(administrator: Client, value: str) -> None:
    answer = administrator.post("/settings/customers/forget", {"customer_id": value, "typed": value})
    assert answer.status_code in {404, 422}
    assert Change.objects.count() == 0


@pytest.mark.parametrize("address", ["9" * 30, "-1", "0", "999999999"])
def test_rows_that_are_not_there_are_not_found(administrator: Client, address: str) -> None:
    for code in KEPT:
        assert administrator.get(f"/settings/{code}/{address}").status_code == 404, code
        assert administrator.post(f"/settings/{code}/{address}/out").status_code == 404, code
