"""Asking about imports: what pages show of them, in the reader's language; each sees what they may bring in."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import SealedBy, keys_for
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports.allowed import ORDERS, may_bring_in, theirs
from bihuan.service.imports.book import Book, NoBook, Row
from bihuan.service.imports.models import Import, ImportLine
from bihuan.service.imports.reading import tidy
from bihuan.service.imports.rules import HEAD_WITHIN
from bihuan.service.imports.staging import all_rows, rows_numbered
from bihuan.service.imports.step import candidates_of, opened, troubles_of
from bihuan.service.imports.target import Candidate, Field, Target, Trouble
from bihuan.service.imports.targets import all_targets, target
from bihuan.service.imports.words import field_name, trouble_words

SHOWN_CELL = 40  # characters of a cell on a page


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An import as a page shows it: the row, its target, and what its key opens."""

    row: Import
    target: Target
    by: SealedBy
    file_name: str
    sheets: tuple[str, ...]
    heads: tuple[str, ...]

    @property
    def percent(self) -> int:
        row = self.row
        if not row.rows or not row.staged:
            return 0
        if row.state == Import.UNDOING:
            total = sum(row.written.get(one, 0) for one in ("new", "changed")) or 1
            return min(100, 100 * row.done // total)
        return min(100, 100 * row.done // row.rows)

    @property
    def moves(self) -> bool:
        """Whether it goes on by itself."""
        return self.row.state in Import.MOVING and not self.row.trouble

    @property
    def field_of(self) -> dict[int, Field]:
        by_code = {one.code: one for one in self.target.fields}
        return {int(at): by_code[code] for at, code in self.row.mapping.items() if code in by_code}

    @property
    def not_brought_in(self) -> list[str]:
        """The heads of the columns that no field takes."""
        return [head for at, head in enumerate(self.heads) if head and str(at) not in self.row.mapping]


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """One row of the file with what it is found to be or became."""

    number: int
    state: str
    cells: tuple[tuple[str, str], ...]  # (head, text)
    troubles: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    changes: tuple[str, ...]
    take: str
    take_id: int | None
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A target on the first page: how many there are already, and what should go first."""

    target: Target
    count: int
    after: tuple[str, ...]
    ready: bool


def offered(viewer: Viewer) -> list[Offered]:
    """Everything that this viewer may bring in, in the order of a new company."""
    viewer.must(ORDERS)
    known = [one for one in all_targets() if may_bring_in(viewer, one.code)]
    counts = {one.code: one.count(viewer) for one in known}
    titles = {one.code: str(one.title) for one in known}
    return [
        Offered(
            target=one,
            count=counts[one.code],
            after=tuple(titles[code] for code in one.order if code in titles),
            ready=all(counts.get(code, 1) for code in one.order),
        )
        for one in known
    ]


def imports_listed(viewer: Viewer) -> QuerySet[Import]:
    """The imports that this viewer may see, the newest first."""
    return theirs(viewer).select_related("by").order_by("-id")


def opened_import(viewer: Viewer, import_id: int) -> Opened:
    row = theirs(viewer).select_related("by").filter(id=import_id).first()
    wanted = target(row.kind) if row else None
    if row is None or wanted is None:
        raise NotFound
    by = keys_for([row.key_id])
    return Opened(
        row=row,
        target=wanted,
        by=by,
        file_name=by.open(row.file_name_sealed) or "",
        sheets=tuple(json.loads(by.open(row.sheets_sealed) or "[]")),
        heads=tuple(json.loads(by.open(row.heads_sealed) or "[]")),
    )


def same_file(one: Opened) -> Import | None:
    """An earlier import of the very same file, when there was one."""
    same = Import.objects.filter(kind=one.row.kind, digest=one.row.digest, id__lt=one.row.id)
    return same.filter(state__in=(Import.DONE, Import.WRITING)).order_by("-id").first()


def first_rows(one: Opened) -> list[tuple[int, tuple[str, ...]]]:
    """The first rows of the chosen sheet with their numbers, to see which is the head; empty when it is forgotten."""
    clear = files.fetch(one.row.file, by=one.by) if one.row.file else None
    if clear is None:
        return []
    try:
        rows = Book(clear).first_rows(one.row.sheet, HEAD_WITHIN + 5)
    except NoBook:
        return []
    return [(row.number, tuple(_short(cell) for cell in row.cells)) for row in rows]


def _short(cell: object) -> str:
    return "" if cell is None else tidy(cell)[:SHOWN_CELL]  # type: ignore[arg-type]  # cells of a Row


def lines_shown(
    one: Opened, *, phase: str, states: Sequence[str], most: int, after: int = 0
) -> list[ShownLine]:
    """The first rows in these states after a row, with the cells of the columns that are brought in."""
    found = ImportLine.objects.filter(run=one.row, phase=phase, state__in=states, number__gt=after)
    return _shown(one, list(found.order_by("number")[:most]))


def lines_remarked(one: Opened, *, phase: str, most: int) -> list[ShownLine]:
    """The first rows that are brought in with a remark."""
    found = ImportLine.objects.filter(run=one.row, phase=phase).exclude(codes=[])
    return _shown(one, list(found.exclude(state__in=("refused", "duplicate")).order_by("number")[:most]))


def lines_kept(one: Opened, *, most: int) -> list[ShownLine]:
    """The first rows that an undo could not take back."""
    found = ImportLine.objects.filter(run=one.row, phase=ImportLine.WRITE).exclude(kept=[])
    return _shown(one, list(found.order_by("number")[:most]))


def _shown(one: Opened, lines: Sequence[ImportLine]) -> list[ShownLine]:
    rows = rows_numbered(one.row, [line.number for line in lines], one.by)
    columns = sorted(one.field_of)
    return [_line(one, line, rows.get(line.number), columns) for line in lines]


def _line(one: Opened, line: ImportLine, row: Row | None, columns: Sequence[int]) -> ShownLine:
    names = {field.code: field_name(field) for field in one.target.fields}
    told = opened(line, one.by)
    cells = row.cells if row is not None else ()
    return ShownLine(
        number=line.number,
        state=line.state,
        cells=tuple(
            (field_name(one.field_of[at]), _short(cells[at]) if at < len(cells) else "") for at in columns
        ),
        troubles=tuple(trouble_words(one.target, trouble) for trouble in troubles_of(line, one.by)),
        candidates=candidates_of(line, one.by),
        changes=tuple(names[code] for code in told.get("changes", []) if code in names),
        take=line.take,
        take_id=line.take_id,
        kept=tuple(trouble_words(one.target, Trouble(code=code)) for code in line.kept),
    )


def refused_rows(one: Opened, *, phase: str) -> Iterator[tuple[Row, str]]:
    """Every refused row of the file with what is wrong, in order, a batch at a time."""
    refused = ImportLine.objects.filter(run=one.row, phase=phase, state="refused").order_by("number")
    lines = refused.iterator(chunk_size=500)
    line = next(lines, None)
    for row in all_rows(one.row, one.by):
        while line is not None and line.number < row.number:
            line = next(lines, None)
        if line is None:
            return
        if line.number == row.number:
            yield row, " ".join(trouble_words(one.target, trouble) for trouble in troubles_of(line, one.by))
