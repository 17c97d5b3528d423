"""Every register's list: sorted, narrowed, printed, taken along as it is seen, several entries at once."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from bihuan.ground.worktime import clock
from bihuan.registers.access.models import Change, Person
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Authorisation, Coverage
from bihuan.registers.parts.models import Category, Part, Price, Product
from bihuan.service.cases.models import Case
from bihuan.web.managers.settings import REGISTERS
from bihuan.web.managers.settings_filters import Head
from tests.makers import Company, a_case, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def administrator(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.ADMINISTRATOR])
    client.cookies["language"] = "en"
    return client


def exported(client: Client, address: str) -> list[list[str]]:
    """The rows of a CSV file, without its heads."""
    text = b"".join(client.get(address)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def parts(*numbers: str) -> None:
    for number in numbers:
        Part.objects.create(number=number, name_zh=f"件{number}", name_en=f"Part {number}")


@pytest.mark.parametrize("code", REGISTERS)
def test_every_column_that_can_be_sorted_sorts_and_pages(administrator: Client, code: str) -> None:
    register = REGISTERS[code]
    for at, column in enumerate(register.columns, start=1):
        for sort in (str(at), f"-{at}"):
            answer = administrator.get(f"/settings/{code}?sort={sort}")
            assert answer.status_code == 200, (code, sort)
            sortable = isinstance(column, Head) and bool(column.key)
            way = "descending" if sort.startswith("-") else "ascending"
            shows_rows = b"<tbody>" in answer.content
            assert (f'aria-sort="{way}"'.encode() in answer.content) == (sortable and shows_rows), (code, at)


@pytest.mark.parametrize("code", REGISTERS)
def test_every_choice_of_every_filter_narrows_and_nonsense_does_nothing(
    administrator: Client, code: str
) -> None:
    register = REGISTERS[code]
    everything = len(exported(administrator, f"/settings/{code}?format=csv"))
    for one in register.filters:
        codes = ["2026-01-01"] if one.choices is None else [str(each) for each, _word in one.choices()]
        for chosen in codes[:6]:
            rows = exported(administrator, f"/settings/{code}?{one.name}={chosen}&format=csv")
            assert len(rows) <= everything
        for nonsense in ("'", "999999999999", "\u202e", "0001-99-99"):
            query = {one.name: nonsense, "format": "csv"}
            text = b"".join(administrator.get(f"/settings/{code}", query)).decode("utf-8-sig")
            assert len(list(csv.reader(io.StringIO(text)))) == everything + 1, (code, one.name, nonsense)


def test_a_file_holds_what_is_seen_search_filters_and_sort(administrator: Client) -> None:
    parts("A-1", "A-2", "B-1")
    Part.objects.filter(number="A-1").update(retired_at=clock.now())
    assert [row[0] for row in exported(administrator, "/settings/parts?q=A-&sort=-1&format=csv")] == [
        "A-2", "A-1",
    ]  # fmt: skip
    found = exported(administrator, "/settings/parts?q=A-&state=out&format=csv")
    assert [(row[0], row[-1]) for row in found] == [("A-1", "x")]
    page = administrator.get("/settings/parts?q=A-&state=out&sort=-1").content.decode()
    assert "q=A-&amp;state=out&amp;sort=-1&amp;format=xlsx" in page
    assert ">B-1<" not in page


def test_a_list_sorted_by_what_may_be_empty_loses_no_row_between_pages(administrator: Client) -> None:
    for number in range(60):
        until = None if number % 2 else date(2030, 1, 1) + timedelta(days=number)
        Price.objects.create(
            item="part", code=f"P{number}", name_zh="件", name_en="Part", fen=number,
            valid_from=date(2024, 1, 1), valid_until=until,
        )  # fmt: skip
    at = [str(column.title) for column in REGISTERS["prices"].columns].index("Last day") + 1
    seen: list[int] = []
    answer = administrator.get(f"/settings/prices?sort={at}")
    while True:
        seen += [line["row"].pk for line in answer.context["lines"]]
        token = answer.context["page"].next
        if token is None:
            break
        answer = administrator.get(f"/settings/prices?sort={at}&after={token}")
    assert sorted(seen) == sorted(Price.objects.values_list("pk", flat=True))


def test_a_printed_list_says_by_what_it_is_narrowed(administrator: Client) -> None:
    parts("A-1", "B-1")
    page = administrator.get("/settings/parts?q=A-1&state=in&format=print").content.decode()
    assert "Searched for: A-1" in page and "State: In use" in page
    assert ("A-1</td>" in page, "B-1</td>" in page) == (True, False)
    assert "data-print" in page


def test_prices_can_be_read_as_of_a_day(administrator: Client) -> None:
    Price.objects.all().delete()
    for fen, begins, ends in (
        (100, date(2024, 1, 1), date(2024, 12, 31)),
        (200, date(2025, 1, 1), None),
    ):
        Price.objects.create(
            item="visit", name_zh="上门费", name_en="Visit", fen=fen, valid_from=begins, valid_until=ends
        )
    for day, price in (("2024-06-30", "¥1"), ("2025-01-01", "¥2"), ("2023-12-31", "")):
        rows = exported(administrator, f"/settings/prices?day={day}&format=csv")
        assert [row[5].split(".")[0] for row in rows] == ([price] if price else []), day


def test_authorisations_that_run_out_soon_are_found(administrator: Client, made: Company) -> None:
    soon = localdate(clock.now()) + timedelta(days=10)
    Authorisation.objects.filter(node=made.own).update(valid_until=soon)
    found = exported(administrator, "/settings/authorisations?days=soon&format=csv")
    assert [row[0] for row in found] == ["文新网点"]


def test_people_are_found_by_role_and_node(administrator: Client, made: Company) -> None:
    rows = exported(administrator, "/settings/people?role=technician&format=csv")
    technicians = [one for one in Person.objects.all() if Role.TECHNICIAN in one.roles]
    assert len(rows) == len(technicians)
    at = exported(administrator, f"/settings/people?role=technician&node={made.authorised.pk}&format=csv")
    assert len(at) == 1


def test_ticked_entries_go_out_of_use_and_what_is_used_stays_with_its_reason(
    administrator: Client, made: Company
) -> None:
    Case.objects.filter(pk=a_case(made).pk).update(category="air_conditioner")
    Product.objects.update(retired_at=clock.now())
    Price.objects.filter(category__in=("air_conditioner", "gas_cooker")).delete()
    used = Category.objects.get(code="air_conditioner")
    free = Category.objects.get(code="gas_cooker")
    told = {"do": "out", "row": [used.pk, free.pk], "query": "q=&state=in"}
    answer = administrator.post("/settings/categories/batch", told, follow=True)
    assert answer.redirect_chain[0][0] == "/settings/categories?q=&state=in"
    page = answer.content.decode()
    assert "1 entry was taken out of use." in page
    assert "Air conditioner stays: This is still in use" in page and "Finish them first." in page
    used.refresh_from_db()
    free.refresh_from_db()
    assert (used.retired_at is None, free.retired_at is None) == (True, False)
    assert [change.deed for change in Change.objects.all()] == ["retired"]


def test_ticked_entries_are_taken_along(administrator: Client) -> None:
    parts("A-1", "A-2", "A-3")
    ids = list(Part.objects.filter(number__in=("A-1", "A-3")).values_list("pk", flat=True))
    answer = administrator.post("/settings/parts/batch", {"do": "csv", "row": ids})
    text = b"".join(answer).decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ["A-1", "A-3"]


@pytest.mark.parametrize("told", [{}, {"do": "out"}, {"do": "out", "row": ["x", "-1", "9" * 30]}])
def test_nothing_ticked_changes_nothing(administrator: Client, told: dict[str, Any]) -> None:
    assert administrator.post("/settings/coverage/batch", told).status_code == 302
    assert (Coverage.objects.count(), Change.objects.count()) == (2, 0)


def test_profiles_are_never_put_in_force_by_the_handful(administrator: Client) -> None:
    row = REGISTERS["profiles"].rows("").first()
    answer = administrator.post("/settings/profiles/batch", {"do": "out", "row": [row.pk]})
    assert answer.status_code == 422


@pytest.mark.parametrize("code", ["coverage", "skills", "prices", "symptoms"])
def test_a_long_list_costs_no_statement_a_line(
    administrator: Client, made: Company, code: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        Coverage.objects.create(
            node=made.own, city="杭州市", district=f"某区{number}", category="refrigerator"
        )
        Price.objects.create(
            item="part", code=f"P{number}", category="refrigerator", name_zh="件", name_en="Part", fen=number,
            valid_from=date(2024, 1, 1),
        )  # fmt: skip
    administrator.get(f"/settings/{code}")
    with django_assert_max_num_queries(20):
        administrator.get(f"/settings/{code}")
