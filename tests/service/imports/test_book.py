"""Files of every sort that people keep lists in, opened or refused."""

import io
import zipfile
from datetime import datetime, time
from time import monotonic
from typing import Any

import openpyxl
import pytest

from bihuan.service.imports import book as books
from bihuan.service.imports.book import Book, NoBook
from bihuan.service.imports.reading import Since1904
from tests.service.imports import sheets

pytestmark = pytest.mark.demand("U-04")

ROWS = [["网点名称", "电话"], ["浦东店", "13800138000"], ["黄浦店", "021-58881234"]]


def cells(clear: bytes, sheet: int = 0) -> list[tuple[int, tuple[Any, ...]]]:
    return [(row.number, row.cells) for row in Book(clear).rows(sheet)]


WANTED = [(at, tuple(row)) for at, row in enumerate(ROWS, start=1)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_text_file_is_read_in_every_encoding_and_with_every_sign(encoding: str, sign: str) -> None:
    assert cells(sheets.csv(ROWS, encoding=encoding, sign=sign)) == WANTED


def test_rare_characters_of_gb18030_are_kept() -> None:
    assert cells("姓名,电话\r\n𠮷野㙍,1".encode("gb18030"))[1][1][0] == "𠮷野㙍"


def test_a_line_that_names_the_sign_is_no_row() -> None:
    assert cells("sep=;\r\n甲;乙".encode()) == [(2, ("甲", "乙"))]


def test_a_quoted_cell_keeps_its_breaks_and_signs() -> None:
    assert cells('甲,乙\r\n"一,二\n三",四'.encode())[1] == (2, ("一,二\n三", "四"))


def test_a_workbook_is_read_with_its_types() -> None:
    at = datetime(2026, 11, 22, 8, 30)
    clear = sheets.xlsx([["a", "b", "c", "d", "e"], ["x", 1, 1.5, at, time(8, 30)]])
    assert cells(clear)[1] == (2, ("x", 1, 1.5, at, time(8, 30)))


def test_merged_cells_are_filled_downwards() -> None:
    clear = sheets.xlsx(
        [["大区", "网点"], ["华东", "浦东店"], [None, "黄浦店"], [None, "徐汇店"], ["华北", "朝阳店"]],
        merges=["A2:A4"],
    )
    assert [row[1] for row in cells(clear)[1:]] == [
        ("华东", "浦东店"),
        ("华东", "黄浦店"),
        ("华东", "徐汇店"),
        ("华北", "朝阳店"),
    ]


def test_a_row_that_holds_only_a_merged_value_is_empty() -> None:
    clear = sheets.xlsx([["大区", "网点"], ["华东", "浦东店"], [None, None]], merges=["A2:A3"])
    assert [number for number, _row in cells(clear)] == [1, 2]


def test_heads_are_filled_to_the_right_too() -> None:
    clear = sheets.xlsx([["网点名称", "联系", None], [None, "电话", "地址"]], merges=["A1:A2", "B1:C1"])
    assert [row.cells for row in Book(clear).first_rows(0, 5)] == [
        ("网点名称", "联系", "联系"),
        ("网点名称", "电话", "地址"),
    ]


def test_ten_thousand_empty_rows_are_skipped_and_the_numbers_stay() -> None:
    workbook = openpyxl.Workbook()
    page = workbook.active
    assert page is not None
    page.append(["甲", "乙"])
    for number in range(2, 10_002):
        page.cell(number, 1).number_format = "0.00"  # formatted, and empty
    page.cell(10_002, 1, "last")
    file = io.BytesIO()
    workbook.save(file)
    assert [number for number, _row in cells(file.getvalue())] == [1, 10_002]


def test_a_formula_gives_the_value_that_was_kept() -> None:
    clear = sheets.formulas({"A2": ("=1+1", 2), "B2": ('="x"&"y"', "xy")}, ["甲", "乙"])
    (row,) = list(Book(clear).rows(0))[1:]
    assert (row.cells, row.lost) == ((2, "xy"), ())


def test_a_formula_without_a_value_is_told_as_lost() -> None:
    clear = sheets.xlsx([["甲", "乙"], ["one", "=SUM(1,2)"], ["two", 3]])
    first, second = list(Book(clear).rows(0))[1:]
    assert (first.number, first.cells[0], first.lost) == (2, "one", (1,))
    assert (second.cells, second.lost) == (("two", 3), ())


def test_days_counted_from_1904_are_told_as_such() -> None:
    workbook = openpyxl.Workbook()
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    page = workbook.active
    assert page is not None
    page.append(["购机日期", "装机日期"])
    page.append([44886, datetime(2026, 11, 22)])
    file = io.BytesIO()
    workbook.save(file)
    number, day = cells(file.getvalue())[1][1]
    assert isinstance(number, Since1904)
    assert day == datetime(2026, 11, 22)


def test_several_sheets_are_offered() -> None:
    opened = Book(sheets.sheets({"说明": [["x"]], "网点": ROWS}))
    assert opened.sheets == ("说明", "网点")
    assert [row.cells for row in opened.rows(1)] == [tuple(row) for row in ROWS]


def _zip(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, clear in parts.items():
            packed.writestr(name, clear)
    return file.getvalue()


@pytest.mark.parametrize(
    ("clear", "code"),
    [
        (b"", "empty_file"),
        (b"\x00 \r\n", "empty_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512, "old_workbook"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "no_workbook"),
        (b"%PDF-1.7 ...", "no_workbook"),
        (b"\xff\xd8\xff\xe0" + b"x" * 64, "no_workbook"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web_page"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (bytes(range(1, 32)) * 10, "no_workbook"),
        (b"\xff\xfe\xfd" * 31, "unknown_letters"),
        (_zip({"word/document.xml": b"<x/>"}), "no_workbook"),
        (_zip({"xl/workbook.bin": b"x"}), "old_workbook"),
        (_zip({"xl/workbook.xml": b"<x/>"}), "damaged"),
        (_zip({"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "no_workbook"),
        (_zip({"xl/workbook.xml": '<!DOCTYPE x [<!ENTITY a "b">]>'.encode("utf-16")}), "no_workbook"),
    ],
)
def test_what_is_no_workbook_is_refused_with_its_reason(clear: bytes, code: str) -> None:
    with pytest.raises(NoBook) as refused:
        Book(clear)
    assert refused.value.code == code


def test_a_file_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "MAX_UNPACKED", 1000)
    with pytest.raises(NoBook) as refused:
        Book(sheets.xlsx(ROWS))
    assert refused.value.code == "unpacks_too_big"


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "MAX_ROWS", 2)
    with pytest.raises(NoBook) as refused:
        cells(sheets.xlsx(ROWS))
    assert refused.value.code == "too_many_rows"


def test_a_row_number_that_no_workbook_has_is_refused_and_not_counted_up_to() -> None:
    clear = with_sheet((b'<row r="2"><c r="A2"', b'<row r="2000000000"><c'))
    with pytest.raises(NoBook) as refused:
        Book(clear).first_rows(0, 15)
    assert refused.value.code == "damaged"


def with_sheet(change: tuple[bytes, bytes], rows: int = 2) -> bytes:
    """A workbook whose sheet was written by somebody with a plan."""
    made, given = io.BytesIO(), sheets.xlsx([[f"a{at}"] for at in range(rows)])
    with zipfile.ZipFile(io.BytesIO(given)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            clear = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                assert change[0] in clear
                clear = clear.replace(*change)
            new.writestr(part.filename, clear)
    return made.getvalue()


def test_what_is_read_whole_is_measured_whatever_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    given, made = sheets.formulas({"A2": ("=1+1", 2)}, ["网点名称"]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(given)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            clear, name = old.read(part), part.filename.replace("sharedStrings", "worksheets/more")
            if name == "xl/worksheets/more.xml":
                clear = clear.replace(b"</sst>", b"<si><t>x</t></si>" * 20_000 + b"</sst>")
            clear = clear.replace(b"/sharedStrings.xml", b"/worksheets/more.xml")
            new.writestr(name, clear.replace(b'"sharedStrings.xml', b'"worksheets/more.xml'))
    assert cells(made.getvalue()) == [(1, ("网点名称",)), (2, (2,))]
    monkeypatch.setattr(books, "MAX_WHOLE", 100_000)
    with pytest.raises(NoBook) as refused:
        Book(made.getvalue())
    assert refused.value.code == "unpacks_too_big"
    assert len(cells(sheets.xlsx([["a"] for _row in range(5_000)]))) == 5_000  # a sheet is streamed


def test_merged_blocks_that_lie_over_each_other_are_refused() -> None:
    blocks = b"".join(b'<mergeCell ref="A1:B%d"/>' % (1000 + at) for at in range(300))
    clear = with_sheet((b"</sheetData>", b"</sheetData><mergeCells>" + blocks + b"</mergeCells>"), rows=5)
    with pytest.raises(NoBook) as refused:
        Book(clear).first_rows(0, 15)
    assert refused.value.code == "damaged"


@pytest.mark.parametrize("trap", [b"<mergeCell ", b"<c "])
def test_a_sheet_of_beginnings_without_an_end_is_refused_at_once(trap: bytes) -> None:
    clear = with_sheet((b"</sheetData>", b"<f/>" + trap * 60_000))
    begun = monotonic()
    with pytest.raises(NoBook):
        list(Book(clear).rows(0))
    assert (
        monotonic() - begun < 10
    )  # it took minutes where each beginning was followed to the end of the file


def test_a_file_cut_short_is_refused() -> None:
    whole = sheets.xlsx(ROWS * 200)
    with pytest.raises(NoBook):
        cells(whole[: len(whole) // 2])
