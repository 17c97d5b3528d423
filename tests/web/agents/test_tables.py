"""The tables and forms of the trade: filled from rows that are there, masked, the same on paper and in a file."""

import csv
import io
from datetime import datetime, timedelta

import openpyxl
import pytest
from django.test import Client
from django.utils.timezone import localtime

from bihuan.ground.vault.actions import keys_for
from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.satisfaction.models import Callback
from bihuan.web.agents.tables.forms import FORMS
from bihuan.web.agents.tables.lists import LISTS
from bihuan.web.agents.tables.table import Form, Table
from tests.makers import Company, a_case, company
from tests.statements import statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def as_(client: Client, made: Company, role: Role) -> Client:
    client.force_login(made.people[role])
    return client


def text(client: Client, path: str) -> str:
    answer = client.get(path, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def bytes_of(client: Client, path: str) -> bytes:
    """A file as it is downloaded."""
    return client.get(path, headers={"accept-language": "en"}).getvalue()


def just_now() -> datetime:
    return clock.now() - timedelta(minutes=5)


COLUMNS = {
    "problems": 9,
    "service-log": 7,
    "issues": 7,
    "progress": 6,
    "callbacks": 9,
    "improvements": 8,
    "week": 5,
}


@pytest.mark.demand("S3-84", "S3-85", "S3-97", "S3-112", "T-01", "T-06")
@pytest.mark.parametrize("table", LISTS, ids=lambda table: table.code)
def test_each_table_has_the_columns_of_the_trade_and_the_same_in_its_file(
    client: Client, made: Company, table: Table
) -> None:
    code = table.code
    a_case(made, now=just_now())
    seen = text(as_(client, made, Role.MANAGER), f"/desk/tables/{code}?blank=1")
    titles = [str(column.title) for column in table.columns]
    assert len(titles) == COLUMNS[code]
    assert [title for title in titles if title not in seen] == []
    lines = list(csv.reader(io.StringIO(bytes_of(client, f"/desk/tables/{code}.csv").decode("utf-8-sig"))))
    assert lines[0] == titles
    book = openpyxl.load_workbook(io.BytesIO(bytes_of(client, f"/desk/tables/{code}.xlsx")))
    assert [cell.value for cell in book.active[1]] == titles
    assert len(list(book.active.rows)) == len(lines)


@pytest.mark.demand("S3-97", "S3-99")
def test_a_case_stands_in_the_problem_record_with_its_words_and_without_its_customer(
    client: Client, made: Company
) -> None:
    case = a_case(
        made, now=just_now(), words="冰箱不制冷了，电话13800138000", phone="13800138000", name="张小萌"
    )
    seen = text(as_(client, made, Role.AGENT), "/desk/tables/problems")
    assert case.number in seen
    assert f"{localtime(case.opened_at):%Y-%m-%d %H:%M}" in seen
    for path in ("problems", "service-log", "progress", "issues"):
        shown = text(client, f"/desk/tables/{path}")
        assert case.number in shown
        assert "13800138000" not in shown
        assert "张小萌" not in shown
    assert "张*" in text(client, "/desk/tables/service-log")


def test_a_neighbours_cases_and_other_days_stand_in_no_table(client: Client, made: Company) -> None:
    case = a_case(made, now=just_now())
    point = as_(client, made, Role.SERVICE_POINT_DISPATCHER)
    assert case.number not in text(point, "/desk/tables/progress")
    agent = as_(client, made, Role.AGENT)
    day = localtime(clock.now()) - timedelta(days=40)
    assert case.number in text(agent, "/desk/tables/progress")
    assert case.number not in text(agent, f"/desk/tables/progress?from={day:%Y-%m-%d}&to={day:%Y-%m-%d}")
    assert case.number not in text(agent, "/desk/tables/progress?state=closed")
    assert case.number in text(agent, "/desk/tables/progress?from=abc&to=9999-99-99&node=x")


@pytest.mark.demand("S3-112")
def test_the_progress_table_says_when_work_was_first_given_and_when_it_is_expected(
    client: Client, made: Company
) -> None:
    a_case(made, now=just_now())
    seen = text(as_(client, made, Role.AGENT), "/desk/tables/progress")
    heads = ("Request number", "Customer", "Problem", "First assigned on", "State", "Expected by")
    assert [head in seen for head in heads] == [True] * 6


def test_the_statements_of_a_table_do_not_grow_with_its_rows(client: Client, made: Company) -> None:
    agent = as_(client, made, Role.AGENT)
    a_case(made, now=just_now())
    text(agent, "/desk/tables/service-log")
    one = statements(lambda: text(agent, "/desk/tables/service-log"))
    for number in range(4):
        a_case(made, now=just_now(), phone=f"1391000000{number}")
    five = statements(lambda: text(agent, "/desk/tables/service-log"))
    assert len(five) == len(one)


@pytest.mark.demand("S3-85")
def test_the_steps_of_a_case_stand_with_their_days(client: Client, made: Company) -> None:
    case = a_case(made, now=just_now())
    agent = as_(client, made, Role.AGENT)
    move_case(case, "guide_remotely", doer=Doer.of(made.viewer(Role.AGENT)), now=clock.now())
    seen = text(agent, "/desk/tables/issues")
    assert f"{localtime(case.opened_at):%m-%d %H:%M}" in seen
    assert seen.count(" → ") == 1


def test_what_a_callback_promised_is_masked_in_the_table_and_on_paper(client: Client, made: Company) -> None:
    case = a_case(made, phone="13800138000", name="张小萌", now=just_now())
    key = case.customer.key_id
    words = "给张小萌的13800138000再打一次，送一次清洗"
    sealed = keys_for([key]).seal(key, words)
    Callback.objects.create(
        case=case, node=case.node, cause="low_score", opened_at=just_now(), remedy_sealed=sealed
    )
    reader = as_(client, made, Role.SUPERVISOR)
    for path in ("/desk/tables/callbacks", f"/desk/case/{case.number}/paper/callback"):
        page = text(reader, path)
        assert ("送一次清洗" in page, "张小萌" in page, "13800138000" in page) == (True, False, False), path


@pytest.mark.demand("T-01", "T-06")
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_each_form_prints_empty_and_of_a_case(client: Client, made: Company, form: Form) -> None:
    case = a_case(made, phone="13800138000", name="张小萌")
    agent = as_(client, made, Role.AGENT)
    empty = text(agent, f"/desk/tables/form/{form.code}")
    assert str(form.title) in empty
    assert f"/desk/case/{case.number}/paper/{form.code}" in text(agent, f"/desk/case/{case.number}/papers")
    filled = text(agent, f"/desk/case/{case.number}/paper/{form.code}")
    assert case.number in filled
    assert "13800138000" not in filled
    assert "张小萌" not in filled


def test_a_table_or_form_nobody_knows_is_not_there_and_one_of_figures_is_for_who_reads_them(
    client: Client, made: Company
) -> None:
    agent = as_(client, made, Role.AGENT)
    assert agent.get("/desk/tables/nothing").status_code == 404
    assert agent.get("/desk/tables/form/nothing").status_code == 404
    assert agent.get("/desk/tables/week").status_code == 403
    assert "Weekly report" not in text(agent, "/desk/tables")
    assert "Weekly report" in text(as_(client, made, Role.MANAGER), "/desk/tables")


@pytest.mark.parametrize("days", ["from=0001-01-01&to=0001-01-02", "to=9999-12-31", "from=9999-12-31"])
def test_a_year_that_was_mistyped_reads_as_no_day(client: Client, made: Company, days: str) -> None:
    client.force_login(made.people[Role.SUPERVISOR])
    for table in ("problems", "week"):
        assert client.get(f"/desk/tables/{table}?{days}").status_code == 200
