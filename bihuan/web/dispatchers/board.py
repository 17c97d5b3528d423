"""The dispatch board of head office: what waits for a service point, for an answer, for a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.queries import names_of
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.queries import case_by_number
from bihuan.service.cases.words import URGENCIES
from bihuan.service.dispatch import offering
from bihuan.service.dispatch.choosing import points_for_all
from bihuan.service.dispatch.queries import (
    KEY,
    LANES,
    ON_HOLD,
    RETURNED,
    TO_ASSIGN,
    TO_BOOK,
    TO_OFFER,
    UP_FOR_GRABS,
    WAITING,
    Filters,
    lane,
    lane_counts,
    standings,
)
from bihuan.service.dispatch.rules import Choice
from bihuan.service.dispatch.words import sentence
from bihuan.web.dispatchers.rows import Row, family_names, rows_of
from bihuan.web.dispatchers.to_book import notes_to_book
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of
from bihuan.web.look.forms import row_of
from bihuan.web.look.listing import Page, page

TITLES: dict[str, Lazy] = {
    TO_OFFER: _("To offer"),
    RETURNED: _("Returned by service points"),
    WAITING: _("Waiting for an answer"),
    TO_ASSIGN: _("To assign"),
    UP_FOR_GRABS: _("Up for grabs"),
    TO_BOOK: _("To book"),
    ON_HOLD: _("On hold"),
}
ICONS = {
    TO_OFFER: "inbox",
    RETURNED: "arrow-back-up",
    WAITING: "clock",
    TO_ASSIGN: "user-plus",
    UP_FOR_GRABS: "users",
    TO_BOOK: "calendar-plus",
    ON_HOLD: "player-pause",
}
ASKING = (TO_OFFER, RETURNED)
SIZE = 25
EXPORTED = 1000  # cases of one file
COLUMNS: tuple[Column[Row], ...] = (
    Column(_("Number"), lambda row: row.case.number),
    Column(_("Urgency"), lambda row: URGENCIES.get(row.case.urgency, row.case.urgency)),
    Column(_("Appliance"), lambda row: row.what),
    Column(_("Kind"), lambda row: row.kind),
    Column(_("Area"), lambda row: row.area),
    Column(_("How it stands"), lambda row: row.stands),
    Column(_("Next promise"), lambda row: row.chip.words if row.chip else ""),
)


@dataclass(frozen=True, kw_only=True)
class LaneLink:
    title: str
    icon: str
    count: int
    url: str
    here: bool


@staff_page("offer.make", "visit.assign")
@require_GET
def board(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """One lane of cases, most pressing first, with what dispatch knows of each."""
    now = moment(request)
    filters = filters_of(request)
    counts = lane_counts(viewer, filters)
    here = _lane_of(request, counts)
    if viewer.may("case.export") and (
        file := file_of(request, f"bihuan-{here}", COLUMNS, lambda: _all_rows(viewer, here, filters, now))
    ):
        return file
    shown: Page[Any] = page(lane(viewer, here, filters), KEY, request.GET.get("after"), SIZE)
    held = standings((case.id for case in shown.rows), hands=here not in ASKING)
    choices = points_for_all(shown.rows, now=now, tried=_tried(held)) if here in ASKING else {}
    context = {
        "lanes": _links(here, counts, filters),
        "here": here,
        "title": TITLES[here],
        "rows": rows_of(
            shown.rows,
            held,
            now=now,
            notes={key: _best(one) for key, one in choices.items()}
            | (notes_to_book(shown.rows, now=now) if here == TO_BOOK else {}),
        ),
        "page": shown,
        "asking": here in ASKING and viewer.may("offer.make"),
        "filters": filters,
        "node": _node_name(viewer, filters.node_id),
        "categories": family_names(),
        "urgencies": URGENCIES,
        "filtered": filters != Filters(),
        "may_export": viewer.may("case.export"),
    }
    return render(request, "dispatchers/board.html", context)


def _all_rows(viewer: Viewer, here: str, filters: Filters, now: datetime) -> list[Row]:
    """One lane as a file holds it: the first thousand, without the candidates for each."""
    cases = list(lane(viewer, here, filters).order_by(*KEY)[:EXPORTED])
    return rows_of(cases, standings((case.id for case in cases), hands=here not in ASKING), now=now)


def _lane_of(request: HttpRequest, counts: dict[str, int]) -> str:
    """The lane that was asked for, else the first one in which work waits."""
    asked = request.GET.get("lane", "")
    if asked in LANES:
        return asked
    return next((code for code in LANES if counts.get(code)), TO_OFFER)


def filters_of(request: HttpRequest) -> Filters:
    asked = request.GET
    urgency = asked.get("urgency", "")
    return Filters(
        category=asked.get("category", "")[:40],
        urgency=urgency if urgency in URGENCIES else "",
        district=asked.get("district", "").strip()[:60],
        node_id=row_of(asked.get("node", "")),
    )


def _node_name(viewer: Viewer, node_id: int) -> str:
    """Of the service point that is asked for, where this viewer sees it; else a dash."""
    seen = viewer.nodes is None or node_id in viewer.nodes
    return names_of({node_id}).get(node_id, "–") if node_id and seen else "–"


def _tried(held: Any) -> dict[int, set[int]]:
    return {case_id: {one.node_id for one in standing.returns} for case_id, standing in held.items()}


def _best(choice: Choice) -> str:
    """The best service point and why, in one line; or that each is ruled out."""
    best = choice.best
    if best is None:
        return gettext("Each service point is ruled out")
    reasons = gettext(", ").join(sentence(reason, categories_named={}) for reason in best.reasons)
    told = gettext("%(node)s: %(reasons)s") % {"node": best.name, "reasons": reasons}
    return f"{gettext('Best:')} {told}"


def _links(here: str, counts: dict[str, int], filters: Filters) -> list[LaneLink]:
    kept: dict[str, str | int] = {
        "category": filters.category,
        "urgency": filters.urgency,
        "district": filters.district,
        "node": filters.node_id,
    }
    return [
        LaneLink(
            title=str(TITLES[code]),
            icon=ICONS[code],
            count=counts.get(code, 0),
            url="?" + urlencode({"lane": code, **{name: value for name, value in kept.items() if value}}),
            here=code == here,
        )
        for code in LANES
    ]


@staff_page("offer.make")
@require_POST
def offer_many(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Ask the best service point for each chosen case; what could not be offered is said one by one."""
    now, doer, done = moment(request), Doer.of(viewer), 0
    chosen = request.POST.getlist("case")[:100]
    for number in chosen:
        try:
            offering.offer_best(case_by_number(viewer, number), doer=doer, now=now)
            done += 1
        except Refusal as refusal:
            messages.warning(request, str(refusal))
    if done:
        told = ngettext(
            "%(done)d case offered to its best service point.",
            "%(done)d cases offered, each to its best service point.",
            done,
        )
        messages.success(request, told % {"done": done})
    elif not chosen:
        messages.info(request, gettext("Choose at least one case first."))
    return redirect(
        reverse("dispatchers:board") + "?" + urlencode({"lane": request.POST.get("lane", TO_OFFER)})
    )
