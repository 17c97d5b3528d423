"""Bringing in a workbook as an administrator sees it, page by page."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Node
from bihuan.service.imports.models import Import
from bihuan.service.imports.running import finish
from tests.makers import NOW, Company, company
from tests.service.imports import sheets

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]

ROWS: list[list[Any]] = [
    ["网点名称", "网点编码", "电话", "店长生日"],
    ["浦东店", "PD01", "13800138000", "1980"],
    ["徐汇店", "XH01", "123", "1981"],
    ["=cmd|' /C calc'!A0", "EV01", "13800138001", None],
]


def as_(client: Client, made: Company, role: Role = Role.ADMINISTRATOR) -> Client:
    client.force_login(made.people[role])
    client.cookies["django_language"] = "en"
    return client


def sent(client: Client, clear: bytes, kind: str = "service_points") -> Any:
    file = SimpleUploadedFile("网点.xlsx", clear)
    return client.post("/settings/import", {"kind": kind, "file": file}, headers={"accept-language": "en"})


def page(client: Client, run: Import) -> str:
    return client.get(f"/settings/import/{run.id}", headers={"accept-language": "en"}).content.decode()


def columns(run: Import) -> dict[str, str]:
    return {f"column-{at}": code for at, code in run.mapping.items()}


def the_workbook() -> bytes:
    rows = [list(row) for row in ROWS]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    sheet["A4"].data_type = "s"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_file_goes_from_the_upload_to_the_register_and_back(client: Client) -> None:
    made = company()
    as_(client, made)
    answer = sent(client, the_workbook())
    run = Import.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/settings/import/{run.id}")
    assert "店长生日" in page(client, run)
    client.post(f"/settings/import/{run.id}/columns", columns(run))
    finish(run.id, now=NOW)
    looked = page(client, run)
    assert "Not brought in: 店长生日" in looked
    assert "Bring in 2 rows" in looked
    assert "Phone is no phone number." in looked
    client.post(f"/settings/import/{run.id}/confirm", {"take": "ours"})
    finish(run.id, now=NOW)
    assert set(Node.objects.filter(code__in=["PD01", "XH01", "EV01"]).values_list("code", flat=True)) == {
        "PD01",
        "EV01",
    }
    assert "Take it back" in page(client, run)
    client.post(f"/settings/import/{run.id}/undo")
    finish(run.id, now=NOW)
    assert not Node.objects.filter(code__in=["PD01", "EV01"]).exists()
    assert "Taken back: 2 rows." in page(client, run)


def test_the_sheet_of_errors_is_mended_and_sent_in_again(client: Client) -> None:
    made = company()
    as_(client, made)
    sent(client, the_workbook())
    run = Import.objects.get()
    client.post(f"/settings/import/{run.id}/columns", columns(run))
    finish(run.id, now=NOW)
    answer = client.get(f"/settings/import/{run.id}/errors.xlsx", headers={"accept-language": "en"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer)))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert rows == [
        ["网点名称", "网点编码", "电话", "店长生日", "What is wrong", "Row in the file"],
        ["徐汇店", "XH01", "123", "1981", "Phone is no phone number.", 3],
    ]
    book.worksheets[0]["C2"] = "13800138002"
    mended = io.BytesIO()
    book.save(mended)
    sent(client, mended.getvalue())
    again = Import.objects.latest("id")
    assert again.mapping == {"0": "name", "1": "code", "2": "phone"}
    client.post(f"/settings/import/{again.id}/columns", columns(again))
    finish(again.id, now=NOW)
    again.refresh_from_db()
    assert again.looked == {"new": 1}


def test_what_is_no_workbook_is_refused_with_a_sentence(client: Client) -> None:
    as_(client, company())
    answer = sent(client, b"\xd0\xcf\x11\xe0" + b"\x00" * 600)
    assert answer.status_code == 422
    assert "save it as .xlsx" in answer.content.decode()
    assert Import.objects.count() == 0


def test_a_needed_column_is_asked_for_and_the_choice_is_remembered(client: Client) -> None:
    as_(client, company())
    clear = sheets.xlsx([["Firma X", "Ruf"], ["甲店", "13800138000"]])
    sent(client, clear)
    run = Import.objects.get()
    assert "Choose a column for: Service point." in page(client, run)
    answer = client.post(f"/settings/import/{run.id}/columns", {"column-1": "phone"}, follow=True)
    assert "Choose a column for: Service point." in answer.content.decode()
    client.post(f"/settings/import/{run.id}/columns", {"column-0": "name", "column-1": "phone"})
    sent(client, clear)
    assert Import.objects.latest("id").mapping == {"0": "name", "1": "phone"}


def test_another_sheet_and_another_row_of_heads_can_be_chosen(client: Client) -> None:
    as_(client, company())
    pages = {
        "说明": [["随便", "写写"], ["网点名称", "电话"], ["乙店", "1"]],
        "网点": [["网点名称", "电话"], ["甲店", "2"]],
    }
    sent(client, sheets.sheets(pages))
    run = Import.objects.get()
    client.post(
        f"/settings/import/{run.id}/sheet", {"sheet": "1", "sheet_before": str(run.sheet), "head_row": "2"}
    )
    run.refresh_from_db()
    assert (run.sheet, run.head_row) == (1, 1)
    client.post(f"/settings/import/{run.id}/sheet", {"sheet": "1", "sheet_before": "1", "head_row": "2"})
    run.refresh_from_db()
    assert (run.sheet, run.head_row, run.mapping) == (1, 2, {})


def test_the_template_is_brought_in_without_its_example_row(client: Client) -> None:
    as_(client, company())
    for kind in ("service_points", "staff", "parts", "prices"):
        for lang in ("zh", "en"):
            answer = client.get(f"/settings/import/template/{kind}?lang={lang}")
            sent(client, b"".join(answer), kind)
            run = Import.objects.latest("id")
            assert len(run.mapping) >= 8, (kind, lang)
            client.post(f"/settings/import/{run.id}/columns", columns(run))
            finish(run.id, now=NOW)
            run.refresh_from_db()
            assert (run.state, run.looked) == ("looked", {}), (kind, lang)


def test_duplicates_are_decided_one_by_one(client: Client) -> None:
    as_(client, company())
    rows = [["网点名称", "网点编码"], ["文新网点", "N1"], ["古荡特约网点", "N2"]]
    sent(client, sheets.xlsx(rows))
    run = Import.objects.get()
    client.post(f"/settings/import/{run.id}/columns", columns(run))
    finish(run.id, now=NOW)
    assert "Merge into 文新网点" in page(client, run)
    theirs = Node.objects.get(name="文新网点").id
    client.post(f"/settings/import/{run.id}/confirm", {"take": "ours", "take-2": f"theirs:{theirs}"})
    finish(run.id, now=NOW)
    run.refresh_from_db()
    assert run.written == {"changed": 1, "skipped": 1}
    assert Node.objects.get(id=theirs).code == "N1"


def test_a_file_put_aside_is_forgotten_at_once(client: Client) -> None:
    as_(client, company())
    sent(client, the_workbook())
    run = Import.objects.get()
    client.post(f"/settings/import/{run.id}/drop")
    run.refresh_from_db()
    assert (run.state, run.file, run.heads_sealed) == ("dropped", "", "")
    assert "This file was put aside" in page(client, run)


def test_the_same_file_again_is_said_so(client: Client) -> None:
    as_(client, company())
    clear = the_workbook()
    sent(client, clear)
    run = Import.objects.get()
    client.post(f"/settings/import/{run.id}/columns", columns(run))
    client.post(f"/settings/import/{run.id}/confirm", {"take": "ours"})
    finish(run.id, now=NOW)
    file = SimpleUploadedFile("网点.xlsx", clear)
    answer = client.post(
        "/settings/import",
        {"kind": "service_points", "file": file},
        follow=True,
        headers={"accept-language": "en"},
    )
    assert "Nothing will be doubled." in answer.content.decode()


@pytest.mark.parametrize("role", [Role.SERVICE_POINT_OWNER, Role.MANAGER, Role.AGENT])
def test_nobody_but_an_administrator_brings_in(client: Client, role: Role) -> None:
    as_(client, company(), role)
    assert client.get("/settings/import").status_code == 403
    assert sent(client, the_workbook()).status_code == 403
