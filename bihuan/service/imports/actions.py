"""Bringing in a file, step by step: receive it, choose its sheet and columns, look, decide, write, take back.

Each step is one small transaction that sets how the import stands; the rows themselves are carried on by
`running.py`, batch by batch.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import SealedBy, blind, keys, keys_for, new_key
from bihuan.registers.access.errors import NotAllowed, NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports.allowed import ORDERS, must_bring_in, theirs
from bihuan.service.imports.book import MAX_BYTES, Book, NoBook
from bihuan.service.imports.errors import (
    ImportForgotten,
    ImportMovedOn,
    MappingRefused,
    NoHeads,
    NotAWorkbook,
)
from bihuan.service.imports.forgetting import forget
from bihuan.service.imports.models import Import, ImportBatch, ImportKey, ImportLine, RememberedHeads
from bihuan.service.imports.rules import (
    HEAD_WITHIN,
    REACH,
    Heads,
    Known,
    find_heads,
    guess,
    heads_at,
    missing,
    twice,
)
from bihuan.service.imports.target import Take, Target
from bihuan.service.imports.targets import target
from bihuan.service.imports.words import field_name


def receive(viewer: Viewer, kind: str, clear: bytes, *, file_name: str, now: datetime) -> Import:
    """Keep a file sealed and find its heads and columns. Refused in words when it is no workbook; then nothing is
    kept."""
    must_bring_in(viewer, kind)
    wanted = target(kind)
    if wanted is None:
        raise NotFound
    if viewer.person_id is None or viewer.node_id is None:
        raise NotAllowed(ORDERS)
    book = _book(clear)
    with transaction.atomic():
        key = new_key(now=now)
        by = keys(key)
        run = Import(
            kind=kind, by_id=viewer.person_id, node_id=viewer.node_id, key=key, made_at=now, moved_at=now
        )
        run.file_name_sealed = by.seal(key.id, file_name[-120:])
        run.sheets_sealed = by.seal(key.id, json.dumps(book.sheets, ensure_ascii=False))
        run.size = len(clear)
        _find_heads(run, wanted, book, _likely_sheet(wanted, book), by=by)
        kept = files.keep(clear, key_id=key.id, by=by)
        run.file, run.digest = kept.name, kept.digest
        run.save()
    return run


def _book(clear: bytes) -> Book:
    if len(clear) > MAX_BYTES:
        raise NotAWorkbook(NoBook("too_big", most=MAX_BYTES // (1024 * 1024)))
    try:
        return Book(clear)
    except NoBook as why:
        raise NotAWorkbook(why) from why


def known_fields(wanted: Target) -> tuple[Known, ...]:
    """The target's fields with all their names, as heads are compared with them."""
    return tuple(Known(code=one.code, names=(one.zh, one.en, *one.also)) for one in wanted.fields)


def _likely_sheet(wanted: Target, book: Book) -> int:
    """The sheet with the most columns that the target knows; the first where none knows any."""
    best, most = 0, 0
    for at in range(min(len(book.sheets), 10)):
        found = _heads(wanted, book, at)
        known = len(guess(found.texts, known_fields(wanted))) if found else 0
        if known > most:
            best, most = at, known
    return best


def _heads(wanted: Target, book: Book, sheet: int) -> Heads | None:
    try:
        rows = [(row.number, row.cells) for row in book.first_rows(sheet, HEAD_WITHIN)]
    except NoBook as why:
        raise NotAWorkbook(why) from why
    return find_heads(rows, known_fields(wanted))


def _find_heads(
    run: Import, wanted: Target, book: Book, sheet: int, *, by: SealedBy, row: int | None = None
) -> None:
    """Set the sheet, its head (in `row` when a person says so) and the likely columns; nothing is saved here."""
    found = _heads(wanted, book, sheet) if row is None else _heads_in(book, sheet, row)
    run.sheet, run.head_row = sheet, found.row if found else 0
    texts = found.texts if found else ()
    run.heads_sealed = by.seal(run.key_id, json.dumps(texts, ensure_ascii=False))
    run.mapping = {str(at): code for at, code in _likely(wanted, texts).items()}
    run.staged, run.rows = False, 0


def _heads_in(book: Book, sheet: int, row: int) -> Heads:
    rows = [(one.number, one.cells) for one in book.first_rows(sheet, HEAD_WITHIN + REACH)]
    at = next((at for at, (number, _cells) in enumerate(rows) if number == row), None)
    if at is None:
        raise NoHeads
    return heads_at(rows, at)


def _likely(wanted: Target, heads: tuple[str, ...]) -> dict[int, str]:
    """What a person chose for these heads before; else what they look like."""
    held = RememberedHeads.objects.filter(kind=wanted.code, print=_print(wanted, heads)).first()
    if held is None:
        return guess(heads, known_fields(wanted))
    codes = {one.code for one in wanted.fields}
    chosen = {at: held.mapping.get(_head_print(wanted, head), "") for at, head in enumerate(heads)}
    return {at: code for at, code in chosen.items() if code in codes}


def _print(wanted: Target, heads: tuple[str, ...]) -> str:
    return blind("imports.heads", "\x00".join((wanted.code, *sorted(heads))))


def _head_print(wanted: Target, head: str) -> str:
    return blind("imports.head", f"{wanted.code}\x00{head}")[:24]


def choose_sheet(
    viewer: Viewer, import_id: int, *, sheet: int, head_row: int | None, now: datetime
) -> Import:
    """Another sheet of the workbook, or another row as its head (None: find it)."""
    run, wanted, by = _held(viewer, import_id, Import.UPLOADED, Import.LOOKED)
    book = _book(_file(run, by))
    if not 0 <= sheet < len(book.sheets):
        raise NotAWorkbook(NoBook("no_sheet"))
    with transaction.atomic():
        _back_to_columns(run, now=now)
        _find_heads(run, wanted, book, sheet, by=by, row=head_row)
        run.save()
    return run


def reopen_columns(viewer: Viewer, import_id: int, *, now: datetime) -> Import:
    """Back from the dry run to the columns."""
    run, _wanted, _by = _held(viewer, import_id, Import.LOOKED, Import.LOOKING)
    with transaction.atomic():
        _back_to_columns(run, now=now)
    return run


def _back_to_columns(run: Import, *, now: datetime) -> None:
    """First the move: from then on no batch under way adds to what is forgotten here, and nobody confirms it."""
    _moved(run, Import.UPLOADED, now=now)
    _forget_look(run)


def map_columns(viewer: Viewer, import_id: int, mapping: Mapping[int, str], *, now: datetime) -> Import:
    """Which column is which field, as a person has it; remembered for the next file with these heads. Begins the dry
    run. MappingRefused when a field that is needed has no column or one has two."""
    run, wanted, by = _held(viewer, import_id, Import.UPLOADED, Import.LOOKED)
    fields = {one.code: one for one in wanted.fields}
    chosen = {at: code for at, code in mapping.items() if code in fields}
    lacking = missing(chosen, [one.code for one in wanted.fields if one.required])
    if lacking or twice(chosen):
        raise MappingRefused(
            lacking=[field_name(fields[code]) for code in lacking],
            doubled=[field_name(fields[code]) for code in twice(chosen)],
        )
    with transaction.atomic():
        columns = {str(at): code for at, code in sorted(chosen.items())}
        _moved(run, Import.LOOKING, now=now, mapping=columns, looked={}, done=0, cursor=0)
        _forget_look(run)
        _remember(wanted, tuple(json.loads(by.open(run.heads_sealed) or "[]")), chosen, now=now)
    return run


def _remember(wanted: Target, heads: tuple[str, ...], chosen: Mapping[int, str], *, now: datetime) -> None:
    told = {_head_print(wanted, head): chosen.get(at, "") for at, head in enumerate(heads) if head}
    RememberedHeads.objects.update_or_create(
        kind=wanted.code, print=_print(wanted, heads), defaults={"mapping": told, "at": now}
    )


def _forget_look(run: Import) -> None:
    ImportLine.objects.filter(run=run, phase=ImportLine.LOOK).delete()
    ImportKey.objects.filter(run=run).delete()


def choose(
    viewer: Viewer, import_id: int, *, number: int, take: Take, row_id: int | None, now: datetime
) -> None:
    """What to do with one possible duplicate."""
    run, _wanted, _by = _held(viewer, import_id, Import.LOOKED)
    ImportLine.objects.filter(run=run, phase=ImportLine.LOOK, number=number, state="duplicate").update(
        take=take, take_id=row_id
    )


def confirm(viewer: Viewer, import_id: int, *, take: Take, now: datetime) -> Import:
    """Write what the dry run found. `take` is what becomes of duplicates without a choice of their own."""
    run, _wanted, _by = _held(viewer, import_id, Import.LOOKED)
    with transaction.atomic():
        _moved(run, Import.WRITING, now=now, take=take, confirmed_at=now, written={}, done=0, cursor=0)
    return run


def take_back(viewer: Viewer, import_id: int, *, now: datetime) -> Import:
    """Undo a whole import, also one that stopped in the middle."""
    run, _wanted, _by = _held(viewer, import_id, Import.DONE, Import.WRITING)
    last = ImportBatch.objects.filter(run=run).order_by("-last").values_list("last", flat=True).first() or 0
    with transaction.atomic():
        _moved(run, Import.UNDOING, now=now, undone={}, done=0, cursor=last + 1)
    return run


def carry_on_again(viewer: Viewer, import_id: int, *, now: datetime) -> Import:
    """Let an import that stands still because of a trouble go on."""
    run, _wanted, _by = _held(viewer, import_id, *Import.MOVING)
    with transaction.atomic():
        _moved(run, run.state, now=now)
    return run


def drop(viewer: Viewer, import_id: int, *, now: datetime) -> None:
    """Put an import aside before anything was written; its file is forgotten at once."""
    run, _wanted, _by = _held(viewer, import_id, Import.UPLOADED, Import.LOOKING, Import.LOOKED)
    with transaction.atomic():
        _moved(run, Import.DROPPED, now=now)
    forget(run, now=now)


def _moved(run: Import, state: str, *, now: datetime, **more: object) -> None:
    """Set how an import stands, unless somebody else has moved it meanwhile."""
    told = {"state": state, "trouble": "", "moved_at": now, **more}
    if not Import.objects.filter(id=run.id, state=run.state).update(**told):
        raise ImportMovedOn
    run.refresh_from_db()


def _held(viewer: Viewer, import_id: int, *states: str) -> tuple[Import, Target, SealedBy]:
    """The import, its target and its key, when it stands at one of these states."""
    run = theirs(viewer).filter(id=import_id).first()
    wanted = target(run.kind) if run else None
    if run is None or wanted is None:
        raise NotFound
    if run.forgotten_at is not None:
        raise ImportForgotten
    if run.state not in states:
        raise ImportMovedOn
    return run, wanted, keys_for([run.key_id])


def _file(run: Import, by: SealedBy) -> bytes:
    clear = files.fetch(run.file, by=by)
    if clear is None:
        raise ImportForgotten
    return clear
