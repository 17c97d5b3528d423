"""Complaints and returns: where each stands, what is promised next, and what its next step still lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.ground.process.card import Card, Move
from bihuan.ground.process.steps import leaving_moves, missing
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.cards_in_use import active_card
from bihuan.service.cases.queries import card_of, ticked_on_each, visible
from bihuan.service.cases.words import URGENCIES, need_words, place_title, said
from bihuan.service.complaints.queries import abouts_of
from bihuan.web.agents.rows import Row, rows_of
from bihuan.web.agents.write_up import may_write
from bihuan.web.look import export
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import file_of

KINDS = ("complaint", "return_exchange")
SHOWN = 200  # the most pressing; whoever has more open complaints looks at the list of cases


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """One open complaint: the row of its case, what it is about, and the next step."""

    row: Row
    about: str
    about_open_to_me: bool
    step: str
    lacks: str
    write_ups: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One place of the cards with the complaints that stand there, the soonest promise first."""

    place: str
    title: str
    guide: str
    held: list[Complaint]


COLUMNS: tuple[export.Column[Complaint], ...] = (
    export.Column(gettext_lazy("Number"), lambda one: one.row.case.number),
    export.Column(
        gettext_lazy("Urgency"), lambda one: URGENCIES.get(one.row.case.urgency, one.row.case.urgency)
    ),
    export.Column(gettext_lazy("Kind"), lambda one: one.row.kind),
    export.Column(gettext_lazy("Customer"), lambda one: one.row.contact.name),
    export.Column(gettext_lazy("About case"), lambda one: one.about),
    export.Column(gettext_lazy("Stands at"), lambda one: one.row.place),
    export.Column(gettext_lazy("Next step"), lambda one: one.step),
    export.Column(gettext_lazy("Still needs"), lambda one: one.lacks),
    export.Column(gettext_lazy("Next promise"), lambda one: one.row.chip.words if one.row.chip else ""),
)


@staff_page("case.read")
def complaints(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Every open complaint and return that this viewer may see, in columns by place."""
    found = visible(viewer).filter(open=True, kind__in=KINDS).select_related("customer")
    cases = list(found.order_by("next_due_at", "id")[:SHOWN])
    rows = rows_of(cases, viewer, now=moment(request))
    held = told(rows, viewer)
    if viewer.may("case.export") and (file := file_of(request, "bihuan-complaints", COLUMNS, lambda: held)):
        return file
    context = {
        "columns": columns_of(held),
        "count": len(rows),
        "all_shown": len(rows) < SHOWN,
        "may_export": viewer.may("case.export"),
    }
    return render(request, "agents/complaints.html", context)


def told(rows: list[Row], viewer: Viewer) -> list[Complaint]:
    """The rows with what they are about and what they lack: three statements however many they are."""
    ids = [row.case.id for row in rows]
    abouts, ticked = abouts_of(ids), ticked_on_each(ids)
    mine = set(
        visible(viewer).filter(id__in=[case.id for case in abouts.values()]).values_list("id", flat=True)
    )
    return [
        _told(row, abouts.get(row.case.id), mine, ticked.get(row.case.id, frozenset()), viewer)
        for row in rows
    ]


def _told(row: Row, about: Any, mine: set[int], ticked: frozenset[str], viewer: Viewer) -> Complaint:
    move = next_move(card_of(row.case), row.case.stands_at)
    lacks = missing(move, ticked) if move else frozenset()
    return Complaint(
        row=row,
        about=about.number if about else "",
        about_open_to_me=about is not None and about.id in mine,
        step=said(move.title) if move else "",
        lacks=_(", ").join(need_words(lacks)),
        write_ups=may_write(lacks, viewer),
    )


def next_move(card: Card, place: str) -> Move | None:
    """The first step of the card that leads on from here: neither a rest nor a withdrawal."""
    aside = card.clock_rests_at | {"withdrawn"}
    return next((move for move in leaving_moves(card, place) if move.reaches not in aside), None)


def columns_of(held: Iterable[Complaint]) -> list[Column]:
    """The places at which something stands, in the order of the cards; one name is one column."""
    by_place: dict[str, list[Complaint]] = {}
    for one in held:
        by_place.setdefault(one.row.case.stands_at, []).append(one)
    order: dict[str, int] = {}
    for kind in reversed(KINDS):  # the complaint's own order holds for places that both cards have
        order |= {place: at for at, place in enumerate(active_card(kind).place_names)}
    return [
        _column(place, by_place[place]) for place in sorted(by_place, key=lambda name: order.get(name, 99))
    ]


def _column(place: str, held: list[Complaint]) -> Column:
    card = card_of(held[0].row.case)
    return Column(place=place, title=place_title(card, place), guide=said(card.place(place).guide), held=held)
