"""Every list can be taken along as it is seen: CSV or Excel, masked, no cell a formula."""

import csv
import io

import openpyxl
import pytest
from django.test import Client
from django.utils.timezone import localtime

from bihuan.registers.access.roles import Role
from bihuan.service.cases import consulting
from tests.makers import Company, a_case, company, later

pytestmark = pytest.mark.django_db

LISTS = (  # address, who reads it, a heading in its file
    ("/desk/customers", Role.AGENT, "Customer"),
    ("/desk/callbacks", Role.CALLBACK_AGENT, "Why we ring"),
    ("/desk/complaints", Role.AGENT, "Next step"),
    ("/desk/support", Role.QUALITY_INSPECTOR, "Asked"),
    ("/dispatch/", Role.DISPATCHER, "How it stands"),
    ("/manage/outbox", Role.MANAGER, "To"),
)


def lines_of(client: Client, path: str) -> list[list[str]]:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}format=csv", headers={"accept-language": "en"})
    assert answer.headers["Content-Type"].startswith("text/csv"), answer.status_code
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


@pytest.fixture
def made() -> Company:
    return company()


@pytest.mark.demand("U-04")
@pytest.mark.parametrize(("path", "role", "heading"), LISTS, ids=[path for path, *_rest in LISTS])
def test_a_list_is_taken_along_as_csv_and_as_excel(
    client: Client, made: Company, path: str, role: Role, heading: str
) -> None:
    client.force_login(made.people[role])
    page = client.get(path, headers={"accept-language": "en"}).content.decode()
    assert "format=csv" in page
    assert "format=xlsx" in page
    [heads, *_rows] = lines_of(client, path)
    assert heading in heads
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(f"{path}?format=xlsx", headers={"accept-language": "en"}).getvalue())
    )
    assert [cell.value for cell in book.active[1]] == heads


def test_what_is_taken_along_is_masked_and_the_rows_that_were_seen(client: Client, made: Company) -> None:
    complaint = a_case(
        made, words="我要投诉你们的师傅态度太差", phone="13800138000", name="张小萌", kind="complaint"
    )
    repair = a_case(made, phone="13800138001", name="=cmd()")
    consulting.ask(repair, "为什么不转", viewer=made.viewer(Role.AGENT), now=later(minutes=1))
    client.force_login(made.people[Role.AGENT])
    customers = lines_of(client, "/desk/customers")
    assert [row[0] for row in customers[1:]] == ["'=*", "张*"]
    assert [row[1] for row in customers[1:]] == ["138****8001", "138****8000"]
    [line] = lines_of(client, "/desk/complaints")[1:]
    assert line[0] == complaint.number
    assert "张小萌" not in ",".join(line)
    client.force_login(made.people[Role.QUALITY_INSPECTOR])
    [asked] = lines_of(client, "/desk/support")[1:]
    assert asked[0] == repair.number
    assert asked[-1] == f"{localtime(later(minutes=1)):%Y-%m-%d %H:%M:%S}"
    client.force_login(made.people[Role.DISPATCHER])
    board = lines_of(client, "/dispatch/?lane=to_offer")
    assert repair.number in [row[0] for row in board]


def test_who_may_not_export_gets_the_page_and_no_buttons(client: Client, made: Company) -> None:
    client.force_login(made.people[Role.DEPARTMENT_OWNER])
    answer = client.get("/desk/complaints?format=csv", headers={"accept-language": "en"})
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "format=csv" not in answer.content.decode().split("<main", 1)[1]
