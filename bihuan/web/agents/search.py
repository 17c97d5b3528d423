"""Searching all cases by any word: what was found, newest first, each with the place where the words stand. Masked as
every list is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.searching.queries import KEY, Hit, hits, is_built, newest, terms_of
from bihuan.web.agents.rows import COLUMNS, Row, rows_of
from bihuan.web.look.export import Column
from bihuan.web.look.listing import Page, page

SIZE, EXPORTED, AT_ONCE = 20, 1000, 200
MOST_PAGES = 5  # looked through for one that is shown, where tokens met by chance

SORTS: dict[str, Lazy] = {
    "words": _("Customer's words"),
    "note": _("Note"),
    "number": _("Number"),
    "outside": _("Outside number"),
    "machine": _("Appliance"),
    "serial": _("Serial number"),
    "area": _("Area"),
    "contact": _("Customer"),
    "name": _("Customer"),
    "door": _("Address"),
}


@dataclass(frozen=True, kw_only=True)
class FoundRow:
    """A case in the results: as in every list, and where the words stand."""

    row: Row
    hit: Hit

    @property
    def sort(self) -> str:
        return str(SORTS[self.hit.sort])

    @property
    def said(self) -> str:
        return "".join(piece.text for piece in self.hit.pieces)


def found_page(
    request: HttpRequest, viewer: Viewer, asked: str, context: Mapping[str, Any], *, now: datetime
) -> HttpResponse:
    """The results as a page; `context` is what the list of cases shows besides."""
    shown, rows = _found(viewer, asked, context["wanted"], request.GET.get("after"), now=now)
    told = {**context, "asked": asked, "page": shown, "found": rows, "built": is_built()}
    return render(request, "agents/search.html", told)


def _found(
    viewer: Viewer, asked: str, wanted: Mapping[str, Any], after: str | None, *, now: datetime
) -> tuple[Page[Any], list[FoundRow]]:
    """The page after a token; where nothing of it stands the test of the text itself, the next that does."""
    terms = terms_of(asked, viewer)
    if not terms:
        return Page([], None, None), []
    for _turn in range(MOST_PAGES):
        shown = page(newest(terms, viewer, wanted), KEY, after, SIZE)
        held = hits(shown.rows, terms, viewer)
        if held or shown.next is None:
            break
        after = shown.next
    return shown, _rows(held, viewer, now=now)


def _rows(held: list[Hit], viewer: Viewer, *, now: datetime) -> list[FoundRow]:
    rows = rows_of([hit.case for hit in held], viewer, now=now)
    return [FoundRow(row=row, hit=hit) for row, hit in zip(rows, held, strict=True)]


def found_rows(viewer: Viewer, asked: str, wanted: Mapping[str, Any], *, now: datetime) -> Iterator[FoundRow]:
    """Everything that was found, for a file: at most a thousand."""
    terms, after, left = terms_of(asked, viewer), None, EXPORTED
    while terms and left > 0:
        shown = page(newest(terms, viewer, wanted), KEY, after, AT_ONCE)
        rows = _rows(hits(shown.rows, terms, viewer), viewer, now=now)[:left]
        yield from rows
        left -= len(rows)
        if (after := shown.next) is None:
            return


FOUND_COLUMNS: tuple[Column[FoundRow], ...] = (
    *(Column(one.title, lambda found, one=one: one.value(found.row)) for one in COLUMNS),  # type: ignore[misc]
    Column(_("Found in"), lambda found: found.sort),
    Column(_("Text found"), lambda found: found.said),
)
