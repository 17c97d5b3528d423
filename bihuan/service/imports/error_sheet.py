"""The rows that were refused, as a workbook: the file's own columns and what is wrong. Mended, it is sent in again."""

import tempfile
from datetime import date, datetime, time
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from bihuan.service.imports.queries import Opened, refused_rows
from bihuan.service.imports.reading import Cell

RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def error_sheet(one: Opened, *, phase: str) -> IO[bytes]:
    """A workbook of the refused rows, written with constant memory; the caller closes it."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 (handed on)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet(_("To mend"))
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "#c0392b", "text_wrap": True})
    dates = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        time: book.add_format({"num_format": "hh:mm"}),
    }
    _put_heads(sheet, one.heads, bold)
    for down, (row, why) in enumerate(refused_rows(one, phase=phase), start=1):
        for across in range(len(one.heads)):
            cell = row.cells[across] if across < len(row.cells) else None
            _put(sheet, down, across, cell, dates)
        sheet.write_string(down, len(one.heads), why, red)
        sheet.write_number(down, len(one.heads) + 1, row.number)
    book.close()
    file.seek(0)
    return file


def _put_heads(sheet: Any, heads: tuple[str, ...], bold: Any) -> None:
    for across, head in enumerate((*heads, _("What is wrong"), _("Row in the file"))):
        sheet.write_string(0, across, head, bold)
    sheet.set_column(0, max(len(heads) - 1, 0), 16)
    sheet.set_column(len(heads), len(heads), 60)
    sheet.freeze_panes(1, 0)


def _put(sheet: Any, down: int, across: int, cell: Cell | None, dates: dict[type, Any]) -> None:
    """A cell as it was: text stays text, so that no spreadsheet takes it for a formula."""
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(down, across, cell)
    elif isinstance(cell, int | float):
        if abs(cell) < 1e15:
            sheet.write_number(down, across, float(cell))
        else:
            sheet.write_string(down, across, str(cell))
    elif isinstance(cell, str):
        sheet.write_string(down, across, f"'{cell}" if cell.lstrip().startswith(RISKY) else cell)
    else:
        sheet.write_datetime(down, across, cell, dates[type(cell)])
