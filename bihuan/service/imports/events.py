"""What happened to whole files that were brought in. The subject is the import."""

from dataclasses import dataclass
from typing import ClassVar

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class WorkbookBroughtIn(Event):
    """The last row was written. Figures are rows; `target` is the code of what was brought in."""

    kind: ClassVar[str] = "imports.workbook_brought_in"
    target: str
    new: int
    changed: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class WorkbookTakenBack(Event):
    """A whole import was undone; what was touched since stays."""

    kind: ClassVar[str] = "imports.workbook_taken_back"
    target: str
    taken_back: int
    kept: int
