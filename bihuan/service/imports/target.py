"""What the engine of imports and the things it brings in say to each other.

The engine reads the workbook, guesses the columns, counts, keeps the cursor and the undo; a *target* knows one
kind of thing (service points, staff, customers, open cases ...): its columns, what is there already, how it is
written and how it is taken back. A target never sees a cell, the engine never sees a register.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from django.utils.functional import Promise

from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports.reading import Cell as Cell
from bihuan.service.imports.reading import Reader as Reader
from bihuan.service.imports.reading import Unreadable as Unreadable

BATCH = 500
"""How many lines are looked at, written or taken back in one transaction at most."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of a target. `also` are the other heads that workbooks of the trade use for it."""

    code: str
    zh: str
    en: str
    reads: Reader
    required: bool = False
    also: tuple[str, ...] = ()
    example: str = ""
    note: Promise | str = ""
    """One sentence for the template's sheet of notes."""
    options: Callable[[], Sequence[str]] | None = None
    """The words to choose from in the template's cell, asked when the template is made."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the sheet. `values` holds what was told, read and typed, by the field's code: an empty cell or a
    column that is not brought in is not in it, so that what is not told stays as it is. Moments are aware."""

    number: int
    """The row as the spreadsheet program counts it: from 1, the head included."""
    values: Mapping[str, Any]
    repeats: int | None = None
    """The earlier row of this file with the same `Target.key`."""
    differs: bool = False
    """Whether none of those rows tells just the same."""


class State(StrEnum):
    """What bringing in a line would do, or did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DUPLICATE = (
        "duplicate"  # a person decides: merge with one that is there, keep that one, or make a new one
    )
    REFUSED = "refused"
    SKIPPED = "skipped"  # a duplicate for which a person kept what was there


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why a line is refused, or (on any other state) what to know about it. `code` stands in the words of the
    engine (`words.py`) or of the target (`Target.words`); `params` are sealed, so they may quote the row."""

    code: str
    field: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Something that is there already and may be the same; `label` masks what is personal."""

    id: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a target found about one line. A refused one says why in `troubles`."""

    number: int
    state: State
    troubles: tuple[Trouble, ...] = ()
    row_id: int | None = None
    """What is there already, when it is known without doubt."""
    candidates: tuple[Candidate, ...] = ()
    changes: tuple[str, ...] = ()
    """The codes of the fields that would change."""


class Take(StrEnum):
    """What a person chose for a duplicate."""

    THEIRS = "theirs"  # the file's values go into what is there
    OURS = "ours"  # what is there stays as it is; the line is skipped
    NEW = "new"  # something new is made beside it


@dataclass(frozen=True, kw_only=True)
class Choice:
    take: Take
    row_id: int | None = None
    """Which candidate `theirs` goes into; None = the first."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """One row that a line made or changed, for the undo. `before` holds what `changed` needs to go back; the engine
    keeps it sealed for 30 days. Values are what JSON can hold."""

    kind: str
    id: int
    new: bool
    before: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    after: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What was written, to see at the undo whether somebody has touched it since."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What became of one line. Refused lines wrote nothing."""

    number: int
    state: State
    made: tuple[Made, ...] = ()
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Something that an undo could not take back, and why (it was touched or used since)."""

    number: int
    kind: str
    id: int
    trouble: Trouble


class Target(Protocol):
    """One kind of thing that can be brought in. Stateless; one instance stands in `targets.py`."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> Promise | str: ...
    @property
    def about(self) -> Promise | str: ...
    @property
    def icon(self) -> str: ...
    @property
    def fields(self) -> tuple[Field, ...]: ...

    @property
    def order(self) -> tuple[str, ...]:
        """The codes of the targets to bring in first."""
        ...

    @property
    def words(self) -> Mapping[str, Promise | str]:
        """The sentences for the target's own trouble codes, with `%(name)s` for their params."""
        ...

    def count(self, viewer: Viewer) -> int:
        """How many there are already."""
        ...

    def key(self, values: Mapping[str, Any]) -> str:
        """What makes two rows of one file the same thing; empty when nothing does. Never stored."""
        ...

    def look(self, lines: Sequence[Line], *, viewer: Viewer, now: datetime) -> list[Finding]:
        """What bringing in these lines would do: one finding a line, in their order. Writes nothing. At most
        `BATCH` lines; asks the database per batch, not per line. A line that repeats an earlier one of the file
        (`Line.repeats`) is looked at as though that one had been written."""
        ...

    def write(
        self,
        lines: Sequence[Line],
        choices: Mapping[int, Choice],
        *,
        run_id: int,
        viewer: Viewer,
        now: datetime,
    ) -> list[Written]:
        """Bring these lines in, inside the engine's transaction: what was found in the dry run may be untrue by
        now, so look again. `choices` holds one for every duplicate, by line number. Lines earlier in the batch
        are written when later ones are looked at. When it raises, the engine writes line by line instead and
        refuses the one that fails."""
        ...

    def undo(self, written: Sequence[Written], *, viewer: Viewer, now: datetime) -> list[Kept]:
        """Take back what these lines made and changed, the last line first, inside the engine's transaction;
        what was touched or used since stays and is returned."""
        ...
