"""The rows of a file as they were read, kept sealed in batches: a run goes on from any batch without the file."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import get_default_timezone, is_naive, make_aware

from bihuan.ground.vault.actions import Forgotten, SealedBy
from bihuan.service.imports.book import Book, Row
from bihuan.service.imports.models import Import, ImportBatch
from bihuan.service.imports.reading import Cell, Since1904, Unreadable, tidy
from bihuan.service.imports.step import MovedOn
from bihuan.service.imports.target import BATCH, Field, Line, Target, Trouble


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a batch reads as under a mapping: lines to look at, and the troubles of those that cannot be read."""

    lines: tuple[Line, ...]
    refused: Mapping[int, tuple[Trouble, ...]]


def stage(run: Import, book: Book, by: SealedBy, *, mine: QuerySet[Import], most: int = 0) -> int:
    """Read the whole sheet below its head into sealed batches, anew, each written by itself: a long file keeps nobody
    else from writing. `mine` finds the import while nobody has taken it from this reader; MovedOn once somebody has,
    for the rows of another sheet may stand there by now. `most`: rows of a batch, where the target wants fewer than
    usual. Returns how many rows hold something."""
    with transaction.atomic():
        _still(mine)
        ImportBatch.objects.filter(run=run).delete()
    below = (row for row in book.rows(run.sheet) if row.number > run.head_row)
    total = 0
    for seq, rows in enumerate(batched(below, most or BATCH)):
        sealed = by.seal_bytes(run.key_id, pack(rows))
        with transaction.atomic():
            _still(mine)
            ImportBatch.objects.create(
                run=run, seq=seq, first=rows[0].number, last=rows[-1].number, count=len(rows), sealed=sealed
            )
        total += len(rows)
    return total


def _still(mine: QuerySet[Import]) -> None:
    if mine.select_for_update().first() is None:
        raise MovedOn


def rows_of(run: Import, seq: int, by: SealedBy) -> list[Row]:
    """The rows of one batch; none past the last."""
    batch = ImportBatch.objects.filter(run=run, seq=seq).first()
    return [] if batch is None else _opened(batch, by)


def rows_numbered(run: Import, numbers: Sequence[int], by: SealedBy) -> dict[int, Row]:
    """Some rows by their numbers in the sheet."""
    wanted, found = set(numbers), dict[int, Row]()
    if not wanted:
        return found
    spans = list(ImportBatch.objects.filter(run=run).values_list("seq", "first", "last"))
    for seq in sorted({seq for number in wanted for seq, first, last in spans if first <= number <= last}):
        found |= {row.number: row for row in rows_of(run, seq, by) if row.number in wanted}
    return found


def all_rows(run: Import, by: SealedBy) -> Iterator[Row]:
    """Every row of the file, a batch at a time."""
    for batch in ImportBatch.objects.filter(run=run).order_by("seq").iterator(chunk_size=4):
        yield from _opened(batch, by)


def _opened(batch: ImportBatch, by: SealedBy) -> list[Row]:
    clear = by.open_bytes(batch.run.key_id, bytes(batch.sealed))
    if clear is None:
        raise Forgotten(batch.run.key_id)
    return unpack(clear)


def pack(rows: Sequence[Row]) -> bytes:
    """Rows as bytes; the type of every cell stays."""
    told = [[row.number, [_told(cell) for cell in row.cells], list(row.lost)] for row in rows]
    return zlib.compress(
        json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"), 1
    )


def unpack(clear: bytes) -> list[Row]:
    told = json.loads(zlib.decompress(clear))
    return [Row(number, tuple(_cell(one) for one in cells), tuple(lost)) for number, cells, lost in told]


def _told(cell: Cell | None) -> Any:
    if isinstance(cell, Since1904):
        return {"1904": float(cell)}
    if isinstance(cell, datetime):
        return {"at": cell.isoformat()}
    if isinstance(cell, date):
        return {"on": cell.isoformat()}
    if isinstance(cell, time):
        return {"clock": cell.isoformat()}
    return cell


def _cell(told: Any) -> Cell | None:
    if not isinstance(told, dict):
        found: Cell | None = told
        return found
    ((sort, value),) = told.items()
    if sort == "1904":
        return Since1904(value)
    if sort == "at":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if sort == "on" else time.fromisoformat(value)


def read_rows(rows: Sequence[Row], *, target: Target, mapping: Mapping[str, str]) -> Reading:
    """The rows as lines of a target; the template's own example row is passed over."""
    fields = {field.code: field for field in target.fields}
    columns = [(int(column), fields[code]) for column, code in mapping.items() if code in fields]
    required = [field for field in target.fields if field.required]
    lines, refused = [], {}
    for row in rows:
        if _is_example(row, columns):
            continue
        values, troubles = _values(row, columns)
        lacking = [Trouble(code="missing", field=one.code) for one in required if one.code not in values]
        told = {trouble.field for trouble in troubles}
        if troubles or lacking:
            refused[row.number] = (*troubles, *(one for one in lacking if one.field not in told))
        else:
            lines.append(Line(number=row.number, values=values))
    return Reading(lines=tuple(lines), refused=refused)


def _values(row: Row, columns: Sequence[tuple[int, Field]]) -> tuple[dict[str, Any], list[Trouble]]:
    values: dict[str, Any] = {}
    troubles = []
    for column, field in columns:
        cell = row.cells[column] if column < len(row.cells) else None
        if column in row.lost:
            troubles.append(Trouble(code="formula_lost", field=field.code))
        elif cell is not None:
            try:
                value = field.reads(cell)
            except Unreadable as why:
                troubles.append(Trouble(code=why.code, field=field.code, params=why.params))
            except (ValueError, TypeError, ArithmeticError):
                troubles.append(Trouble(code="unreadable", field=field.code))
            else:
                if value is not None and value != "" and value != ():
                    values[field.code] = _aware(value)
    return values, troubles


def _aware(value: Any) -> Any:
    if isinstance(value, datetime) and is_naive(value):
        return make_aware(value, get_default_timezone())
    return value


def _is_example(row: Row, columns: Sequence[tuple[int, Field]]) -> bool:
    told = 0
    for at, field in columns:
        cell = row.cells[at] if at < len(row.cells) else None
        if cell is None:
            continue
        if tidy(cell) != field.example:
            return False
        told += 1
    return told >= 2


def all_there(run: Import) -> None:
    """Raise LookupError when the batches do not end where the cursor stands: then nothing was carried to its end."""
    if ImportBatch.objects.filter(run=run).count() != run.cursor:
        raise LookupError("A batch of rows is not there.")
