"""Opening what somebody uploaded: a workbook or a text file of columns, as sheets and streams of rows.

Knows no database and no register. Nothing in a file is ever reckoned or followed: formulas give the value that
the spreadsheet program kept, and one without a value is told as lost. Rows are streamed; memory does not grow
with them. What is no workbook is refused with `NoBook`.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import openpyxl
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from bihuan.service.imports.reading import Cell, Since1904

MAX_BYTES = 30 * 1024 * 1024
MAX_UNPACKED = 600 * 1024 * 1024
MAX_WHOLE = 150 * 1024 * 1024  # of what is not streamed: texts, formats, pictures
MAX_PARTS = 3_000
MAX_COLUMNS = 200
MAX_ROWS = 200_000  # rows that hold something
LAST_ROW = 1_048_576  # of any workbook; a file may claim a number far behind it
MAX_CELL = 32_767  # characters
CHUNK = 1 << 20
CONTENTS = "[Content_Types].xml"
SHORT, LONG = 40, 1 << 12


class NoBook(Exception):
    """This file cannot be read. `code` names the sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something. `cells` are by column from 0, None where empty; `lost` are the columns with a
    formula that kept no value."""

    number: int
    cells: tuple[Cell | None, ...]
    lost: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Merge:
    """A merged block: rows from 1, columns from 0, all inclusive."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass
class Scan:
    """What the library does not tell while it streams."""

    merges: list[Merge] = field(default_factory=list)
    lost: set[tuple[int, int]] = field(default_factory=set)


class Book:
    """An opened file. `sheets` are the names of what can be read."""

    def __init__(self, clear: bytes) -> None:
        if not clear.strip(b"\x00\t\r\n "):
            raise NoBook("empty_file")
        if len(clear) > MAX_BYTES:
            raise NoBook("too_big", most=MAX_BYTES // (1024 * 1024))
        self._clear = clear
        self.is_text = not clear.startswith(b"PK\x03\x04")
        self._told = told_as_text(clear) if self.is_text else None
        self.sheets = ("",) if self.is_text else self._sheets()

    def rows(self, sheet: int, *, heads: bool = False) -> Iterator[Row]:
        """The rows of a sheet that hold something, in order. Merged cells are filled downwards; with `heads` also to
        the right, as the head of a table wants it."""
        source = self._text_rows() if self._told is not None else self._sheet_rows(sheet, heads=heads)
        for count, row in enumerate(source):
            if count >= MAX_ROWS:
                raise NoBook("too_many_rows", most=MAX_ROWS)
            yield row

    def first_rows(self, sheet: int, most: int) -> list[Row]:
        """The first rows that hold something, merged cells filled both ways."""
        return list(islice(self.rows(sheet, heads=True), most))

    def _text_rows(self) -> Iterator[Row]:
        assert self._told is not None
        encoding, sign, skip = self._told
        stream = io.TextIOWrapper(io.BytesIO(self._clear), encoding=encoding, newline="")
        csv.field_size_limit(MAX_CELL * 4)
        reader = csv.reader(stream, delimiter=sign)
        try:
            for number, cells in enumerate(reader, start=1):
                if number <= skip:
                    continue
                kept = tuple(cell[:MAX_CELL] if cell.strip() else None for cell in cells[:MAX_COLUMNS])
                if any(cell is not None for cell in kept):
                    yield Row(number, kept)
        except csv.Error as error:
            raise NoBook("broken_text") from error

    def _sheets(self) -> tuple[str, ...]:
        look_into(self._clear)
        book = self._open()
        try:
            names = tuple(sheet.title for sheet in book.worksheets)
        finally:
            book.close()
        if not names:
            raise NoBook("no_sheet")
        return names

    def _open(self) -> Any:
        try:
            return openpyxl.load_workbook(
                io.BytesIO(self._clear), read_only=True, data_only=True, keep_links=False
            )
        except Exception as error:  # the library fails in many ways at a damaged file
            raise NoBook("damaged") from error

    def _sheet_rows(self, at: int, *, heads: bool) -> Iterator[Row]:
        book = self._open()
        try:
            sheets = book.worksheets
            if not 0 <= at < len(sheets):
                raise NoBook("no_sheet")
            sheet = sheets[at]
            sheet.reset_dimensions()
            scan = _scan(self._clear, sheet._worksheet_path)
            shift = book.epoch.year == 1904
            yield from _filled(_plain_rows(sheet, shift=shift), scan, heads=heads)
        except NoBook:
            raise
        except Exception as error:
            raise NoBook("damaged") from error
        finally:
            book.close()


def _plain_rows(sheet: Any, *, shift: bool) -> Iterator[tuple[int, list[Cell | None]]]:
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > LAST_ROW:
            raise NoBook("damaged")
        if any(cell is not None for cell in cells):
            yield number, [_cell(cell, shift=shift) for cell in cells[:MAX_COLUMNS]]
        else:
            yield number, []


def _cell(value: Any, *, shift: bool) -> Cell | None:
    if value is None or isinstance(value, str):
        return value[:MAX_CELL] if value and not value.isspace() else None
    if isinstance(value, timedelta):
        return value.total_seconds() / 86_400
    if shift and isinstance(value, int | float) and not isinstance(value, bool):
        return Since1904(value)
    found: Cell = value
    return found


def _filled(rows: Iterator[tuple[int, list[Cell | None]]], scan: Scan, *, heads: bool) -> Iterator[Row]:
    """The rows with the values of merged blocks in all their rows, and the lost formulas noted."""
    waiting = sorted(scan.merges, key=lambda merge: -merge.top)
    active: list[tuple[Merge, Cell | None]] = []
    lost = sorted(scan.lost, reverse=True)
    for number, cells in rows:
        gone = []
        while lost and lost[-1][0] <= number:
            row, column = lost.pop()
            if row == number and column < MAX_COLUMNS:
                gone.append(column)
        active = [pair for pair in active if pair[0].bottom >= number]
        if len(active) > MAX_COLUMNS:  # blocks that lie over each other, which no spreadsheet program writes
            raise NoBook("damaged")
        own = any(cell is not None for cell in cells) or bool(gone)
        if own:
            _fill(cells, active, heads=heads)
        while waiting and waiting[-1].top <= number:
            merge = waiting.pop()
            value = cells[merge.left] if merge.left < len(cells) else None
            active.append((merge, value))
            if heads and value is not None:
                _put(cells, merge, value, heads=True)
        if own:
            yield Row(number, tuple(cells), tuple(gone))


def _fill(cells: list[Cell | None], active: list[tuple[Merge, Cell | None]], *, heads: bool) -> None:
    for merge, value in active:
        if value is not None and merge.left < MAX_COLUMNS:
            _put(cells, merge, value, heads=heads)


def _put(cells: list[Cell | None], merge: Merge, value: Cell, *, heads: bool) -> None:
    last = min(merge.right if heads else merge.left, MAX_COLUMNS - 1)
    cells.extend([None] * (last + 1 - len(cells)))
    for column in range(merge.left, last + 1):
        if cells[column] is None:
            cells[column] = value


# What a file is


def look_into(clear: bytes) -> None:
    """Refuse what is packed but no workbook, unpacks to too much, or declares things of its own."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(clear))
        parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise NoBook("damaged") from error
    names = {part.filename for part in parts}
    if "xl/workbook.bin" in names:
        raise NoBook("old_workbook")
    if "xl/workbook.xml" not in names:
        raise NoBook("no_workbook")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise NoBook("unpacks_too_big")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and _declares(packed, part):
            raise NoBook("no_workbook")
    streamed = _streamed(packed)
    if sum(part.file_size for part in parts if part.filename not in streamed) > MAX_WHOLE:
        raise NoBook("unpacks_too_big")


def _streamed(packed: zipfile.ZipFile) -> set[str]:
    """The parts that are sheets and nothing else by the list of contents: all others, whatever their names, are read
    whole into memory."""
    try:
        if packed.getinfo(CONTENTS).file_size > CHUNK:
            raise NoBook("damaged")
        told = [one.attrib for one in ElementTree.fromstring(packed.read(CONTENTS))]
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise NoBook("damaged") from error
    named = [(one.get("PartName", "").lstrip("/"), one.get("ContentType", "")) for one in told]
    others = {name for name, sort in named if not sort.endswith("worksheet+xml")}
    return {name for name, _sort in named} - others


_DECLARED = re.compile(rb"<\x00?!\x00?(?:D\x00?O\x00?C\x00?T|E\x00?N\x00?T\x00?I)")


def _declares(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part declares entities, which no workbook does and a trap would."""
    try:
        with packed.open(part) as stream:
            tail = b""
            while chunk := stream.read(CHUNK):
                if _DECLARED.search(tail + chunk):
                    return True
                tail = chunk[-SHORT:]
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise NoBook("damaged") from error
    return False


_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref=\"([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})\"")
_LOST = re.compile(
    rb"<(?:\w+:)?c\s(?=[^<>]*?\br=\"([A-Z]{1,3}\d{1,7})\")(?![^<>]*?\bt=\"str\")[^<>]*>\s*"
    rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def _scan(clear: bytes, path: str) -> Scan:
    """Merged blocks and formulas without a kept value: one pass over the unpacked sheet, a chunk at a time."""
    found, tail = Scan(), b""
    with zipfile.ZipFile(io.BytesIO(clear)) as packed, packed.open(path.lstrip("/")) as stream:
        while chunk := stream.read(CHUNK):
            text = tail + chunk
            if b"<f" in text or b":f" in text:
                found.lost.update(_place(match[1]) for match in _LOST.finditer(text))
            if b"mergeCell" in text:
                found.merges += [_merge(match[1], match[2]) for match in _MERGE.finditer(text)]
            tail = text[-LONG:]
    unique = dict.fromkeys(found.merges)
    found.merges = [merge for merge in unique if merge.left < MAX_COLUMNS]
    return found


def _place(told: bytes) -> tuple[int, int]:
    letters, row = coordinate_from_string(told.decode())
    return row, column_index_from_string(letters) - 1


def _merge(first: bytes, last: bytes) -> Merge:
    (top, left), (bottom, right) = _place(first), _place(last)
    return Merge(top=top, bottom=bottom, left=left, right=right)


# Text files

_OLD = (b"\xd0\xcf\x11\xe0", b"\x09\x08\x10\x00", b"\x09\x00\x04\x00")
_WEB = re.compile(
    rb"^\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|meta|\?xml|head|style|script)", re.IGNORECASE
)
_OTHER = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
    b"SQLite",
)


def told_as_text(clear: bytes) -> tuple[str, str, int]:
    """How a text file is to be read: its encoding, the sign between its columns, how many lines to skip."""
    if clear.startswith(_OLD):
        raise NoBook("old_workbook")
    if _WEB.match(clear[:4096]):
        raise NoBook("web_page")
    if clear.startswith(_OTHER) or clear.startswith(b"PK"):
        raise NoBook("no_workbook")
    encoding = encoding_of(clear)
    start = io.TextIOWrapper(
        io.BytesIO(clear[:65_536]), encoding=encoding, errors="ignore", newline=""
    ).read()
    first = start.split("\n", 1)[0].strip()
    if re.fullmatch(r"sep=[,;\t|]", first):
        return encoding, first[-1], 1
    return encoding, sign_between(start), 0


def encoding_of(clear: bytes) -> str:
    """UTF-8, UTF-16 or the Chinese GB18030 (which holds GBK and GB2312); anything else is no text."""
    if clear.startswith(b"\xef\xbb\xbf"):
        return _whole(clear, "utf-8-sig")
    if clear.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _whole(clear, "utf-16")
    sample = clear[:4096]
    if sample.count(b"\x00") > len(sample) // 4:
        return _whole(
            clear, "utf-16-le" if sample[1::2].count(b"\x00") > sample[::2].count(b"\x00") else "utf-16-be"
        )
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", sample):
        raise NoBook("no_workbook")
    for encoding in ("utf-8", "gb18030"):
        try:
            return _whole(clear, encoding)
        except NoBook:
            continue
    raise NoBook("unknown_letters")


def _whole(clear: bytes, encoding: str) -> str:
    stream = io.TextIOWrapper(io.BytesIO(clear), encoding=encoding, newline="")
    try:
        while stream.read(CHUNK):
            pass
    except UnicodeError as error:
        raise NoBook("unknown_letters") from error
    return encoding


def sign_between(start: str) -> str:
    """The sign that divides the columns: the one that most lines hold equally often."""
    lines = [line for line in _outside_quotes(start).splitlines()[:30] if line.strip()]
    best, most = ",", 0.0
    for sign in (",", ";", "\t", "|"):
        counts = [line.count(sign) for line in lines]
        if not any(counts):
            continue
        usual = max(set(counts) - {0}, key=counts.count)
        score = counts.count(usual) * (1 + min(usual, 20) / 100)
        if score > most:
            best, most = sign, score
    return best


def _outside_quotes(text: str) -> str:
    return re.sub(r'"[^"]*"', "", text)
