"""Asking for cases by any word. Who asks finds what they may see: the cut by node is part of the same statement."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from bihuan.ground.searching import tokens
from bihuan.ground.searching.asking import Term, term_of, words_in
from bihuan.ground.searching.field import GatheredFrom
from bihuan.ground.searching.marking import Piece, excerpt
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.actions import reach_by
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import visible
from bihuan.service.searching.documents import READ, Document, Part, by_case, documents, printed
from bihuan.service.searching.models import Building, Found, Words

HANDLE = re.compile(r"[A-Za-z0-9_-]{20,64}")  # who somebody is in WeChat or in a chat, whole
KEY = ("-case_id",)  # the newest row first
NEAR = 2_000  # newest cases that are looked through to see how common something is
ENOUGH = 10  # of them: a walk from the newest on soon fills a page


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A case that was found. `sort` says in what, `pieces` what it says there, with the words marked."""

    case: Case
    sort: str
    pieces: tuple[Piece, ...]


def terms_of(asked: str, viewer: Viewer) -> list[Term]:
    """The question in terms; empty when it holds nothing that could be found. A phone number may be written with
    spaces."""
    looks_up = viewer.may("customer.look_up")
    whole = _prints(asked.strip()) if looks_up else frozenset()
    if whole:
        return [Term(tokens.normal(asked.strip()), tuple((one,) for one in sorted(whole)), whole)]
    found = (
        term_of(word, aside=looks_up, exact=_prints(word) if looks_up else frozenset())
        for word in words_in(asked)
    )
    return [term for term in found if term is not None]


def _prints(word: str) -> frozenset[str]:
    found = reach_by(phone=word, email=word)
    if HANDLE.fullmatch(word):
        found += [reach for kind in ("wechat", "chat") for reach in reach_by(handle=(kind, word))]
    return frozenset(printed(reach.kind, reach.value) for reach in found)


def ranks(
    terms: Sequence[Term], viewer: Viewer, wanted: Mapping[str, Any] | None = None
) -> QuerySet[Any, Any]:
    """The index rows that hold these terms, of cases that the viewer may see and whose columns are as `wanted`. Each
    has `case_id`, by which they are paged; one statement."""
    index: type[Found | Words] = Found if connection.vendor == "sqlite" else Words
    return _scoped(index._default_manager.filter(tokens__holds=terms), viewer, wanted)


def _scoped(rows: QuerySet[Any, Any], viewer: Viewer, wanted: Mapping[str, Any] | None) -> QuerySet[Any, Any]:
    cases = visible(viewer).filter(**(wanted or {})).order_by()
    found = rows.only("case_id")
    return found.filter(Exists(cases.filter(id=OuterRef("case_id")))) if cases.query.where else found


def newest(
    terms: Sequence[Term], viewer: Viewer, wanted: Mapping[str, Any] | None = None
) -> QuerySet[Any, Any]:
    """The same rows, to be read a page at a time from the newest on.

    PostgreSQL cannot know how many rows hold some signs and walks through all of them for a rare one, so it is told
    which way to go: along the rows, where the newest show that a page is soon full, else first to all that the index
    finds, which are few then. Three statements there.
    """
    if connection.vendor != "postgresql":
        return ranks(terms, viewer, wanted)
    last = Words.objects.order_by(*KEY).values_list("case_id", flat=True).first() or 0
    walked = _scoped(Words.objects.filter(tokens__shows=terms), viewer, wanted)
    if len(walked.filter(case_id__gt=last - NEAR).order_by(*KEY)[:ENOUGH]) == ENOUGH:
        return walked
    return Words.objects.filter(GatheredFrom("case_id", ranks(terms, viewer, wanted).values("case_id"))).only(
        "case_id"
    )


def hits(found: Iterable[Any], terms: Sequence[Term], viewer: Viewer) -> list[Hit]:
    """The cases of these index rows that truly hold every term, in their order, with the place where they do.

    Tokens may meet by chance: the text itself decides. Six statements however many.
    """
    ids = [int(one.case_id) for one in found]
    held = by_case(documents(list(Case.objects.select_related(*READ).filter(id__in=ids))))
    looks_up = viewer.may("customer.look_up")
    told = (hit_of(held[one], terms, looks_up=looks_up) for one in ids if one in held)
    return [hit for hit in told if hit is not None]


def hit_of(told: Document, terms: Sequence[Term], *, looks_up: bool) -> Hit | None:
    """Where this case holds the terms; None when it does not hold them all."""
    where: list[Part] = []
    for term in terms:
        part = _part_with(term, told, looks_up=looks_up)
        if part is None:
            return None
        where.append(part)
    best = next((part for part in where if part.sort in {"words", "note"}), where[0])
    if best.sort in {"name", "door"}:  # kept aside: shown as lists show it
        return Hit(case=told.case, sort=best.sort, pieces=())
    pieces = excerpt(best.text, [term.text for term in terms])
    return Hit(case=told.case, sort=best.sort, pieces=tuple(pieces))


def _part_with(term: Term, told: Document, *, looks_up: bool) -> Part | None:
    for part in (*told.parts, *(told.aside if looks_up else ())):
        if tokens.contains(tokens.normal(part.text), term.text):
            return part
    if term.exact & told.prints:
        return next((part for part in told.parts if part.sort == "contact"), Part("contact", ""))
    return None


def is_built() -> bool:
    """Whether every case can be found; while it is not, a page says so."""
    return Building.objects.filter(below=0).exists()
