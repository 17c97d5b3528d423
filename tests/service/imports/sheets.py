"""Workbooks and text files as bytes, for the tests of bringing them in."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import xlsxwriter


def xlsx(rows: Sequence[Sequence[Any]], *, merges: Sequence[str] = (), sheet: str = "Sheet1") -> bytes:
    """A workbook of one sheet; `merges` such as "A2:A4"."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for merge in merges:
        page.merge_cells(merge)
    return _bytes(book)


def sheets(pages: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook of several sheets."""
    book = openpyxl.Workbook()
    for at, (title, rows) in enumerate(pages.items()):
        page = book.active if at == 0 else book.create_sheet()
        assert page is not None
        page.title = title
        for row in rows:
            page.append(list(row))
    return _bytes(book)


def formulas(cells: dict[str, tuple[str, Any]], heads: Sequence[str]) -> bytes:
    """A workbook with formulas and the values that a spreadsheet program kept for them."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, heads)
    for place, (formula, value) in cells.items():
        page.write_formula(place, formula, None, value)
    book.close()
    return file.getvalue()


def csv(rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", sign: str = ",") -> bytes:
    return "\r\n".join(sign.join(row) for row in rows).encode(encoding)


def _bytes(book: Any) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
