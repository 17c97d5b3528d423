"""Lists as files: CSV that Excel opens in any language, xlsx written row by row. No cell is a formula."""

import csv
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import Promise

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNNAMEABLE = re.compile(r"[\[\]:*?/\\']")  # what a sheet's name may not hold
MAX_CELL = 32_000  # characters; Excel refuses more than 32,767


@dataclass(frozen=True, slots=True)
class Column[T]:
    """A heading in the reader's language, and what stands under it for a row."""

    title: str | Promise
    value: Callable[[T], Any]


def safe(value: Any) -> str:
    """The cell as text that no spreadsheet takes for a formula: an apostrophe before a risky beginning."""
    match value:
        case None:
            return ""
        case datetime():
            shown = timezone.localtime(value) if timezone.is_aware(value) else value
            return shown.strftime("%Y-%m-%d %H:%M:%S")
        case bool():
            return "1" if value else "0"
        case int() | float() | Decimal() | date():
            return str(value)
    text = str(value)[:MAX_CELL]
    return (
        f"'{text}" if text.lstrip(" \u3000\u200b\ufeff").startswith(RISKY) or text.startswith(RISKY) else text
    )


class _Echo:
    """A file that hands every line straight back."""

    def write(self, line: str) -> str:
        return line


def csv_lines[T](columns: Sequence[Column[T]], rows: Iterable[T]) -> Iterator[str]:
    """The lines of the file, the first beginning with a byte order mark."""
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([safe(column.title) for column in columns])
    for row in rows:
        yield writer.writerow([safe(column.value(row)) for column in columns])


def csv_response[T](filename: str, columns: Sequence[Column[T]], rows: Iterable[T]) -> HttpResponseBase:
    """A CSV download, streamed; `filename` is without its ending."""
    response = StreamingHttpResponse(csv_lines(columns, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = _disposition(f"{filename}.csv")
    return response


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: its name, its columns, its rows."""

    name: str
    columns: Sequence[Column[Any]]
    rows: Iterable[Any]


def xlsx_response[T](filename: str, columns: Sequence[Column[T]], rows: Iterable[T]) -> HttpResponseBase:
    """An Excel download, written with constant memory; `filename` is without its ending."""
    return book_response(filename, [Sheet("", columns, rows)])


def book_response(filename: str, sheets: Iterable[Sheet]) -> HttpResponseBase:
    """An Excel download of several sheets, written with constant memory; `filename` is without its ending."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 (the response closes it)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options | {"strings_to_numbers": False})
    bold = book.add_format({"bold": True})
    for one in sheets:
        sheet = book.add_worksheet(UNNAMEABLE.sub(" ", one.name)[:31] or None)
        for across, column in enumerate(one.columns):
            sheet.write_string(0, across, safe(column.title), bold)
        sheet.freeze_panes(1, 0)
        for down, row in enumerate(one.rows, start=1):
            for across, column in enumerate(one.columns):
                _put(sheet, down, across, column.value(row))
    book.close()
    file.seek(0)
    response = FileResponse(file, content_type=XLSX)
    response.headers["Content-Disposition"] = _disposition(f"{filename}.xlsx")
    return response


def file_of[T](
    request: HttpRequest, filename: str, columns: Sequence[Column[T]], rows: Callable[[], Iterable[T]]
) -> HttpResponseBase | None:
    """The list as a file where `?format=csv` or `xlsx` asks for one; None where the page is wanted."""
    write = FILES.get(request.GET.get("format", ""))
    return None if write is None else write(filename, columns, rows())


type Write = Callable[[str, Sequence[Column[Any]], Iterable[Any]], HttpResponseBase]
FILES: Mapping[str, Write] = {"csv": csv_response, "xlsx": xlsx_response}  # by the ending of the file


def _put(sheet: Any, down: int, across: int, value: Any) -> None:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(down, across, value)
    else:
        sheet.write_string(down, across, safe(value))


def _disposition(filename: str) -> str:
    plain = filename.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "") or "list"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
