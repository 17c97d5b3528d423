"""日看板: the figures of a day, today's live; the same frozen as 日报, with what late facts corrected since.

Today's page asks again by itself and is answered only when something happened or a minute passed. `?wall=1` is the
same for a large screen in a room: figures only.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.snoozing import put_off_counts
from bihuan.service.commitments.board import pulse
from bihuan.service.improvement.day_reports import (
    corrections,
    frozen_day,
    frozen_figures,
    frozen_late,
    report_of,
    send_again,
)
from bihuan.service.improvement.day_rows import Late, late_list
from bihuan.service.improvement.days import DEFINITIONS, FIGURES, TITLES, Day, Figures, day_of, figures_of
from bihuan.service.improvement.scope import Scope
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.managers.day_lines import Group, LateLine, by_category, by_kind, by_node, late_lines
from bihuan.web.managers.filters import Filters, chosen

SEEN = "X-Seen"  # the mark of what a page shows, which it sends when it asks again
LATE_SHOWN = 30
EARLIEST = date(2000, 1, 1)
GOOD = {"done": "up", "remote": "up", "opened": "", "offered": ""}
ICONS = {
    "opened": "inbox",
    "done": "circle-check",
    "unfinished": "list-details",
    "late": "alert-octagon",
    "broken": "alert-triangle",
    "chased": "repeat",
    "complaints": "message-exclamation",
    "remote": "phone-check",
    "offered": "building-store",
    "returned": "arrow-back-up",
}
ON_WALL = ("opened", "done", "unfinished", "over_72", "late", "chased", "complaints", "remote")


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One figure of the day against the day before and the same day last week."""

    code: str
    label: str
    figure: int
    yesterday: int
    last_week: int
    definition: str
    url: str
    good: str
    icon: str

    @property
    def presses(self) -> bool:
        """What is red on a large screen, when there is any."""
        return self.code in {"over_72", "late"} and self.figure > 0


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the page draws: the figures, what is late, and whether they were frozen."""

    day: Day
    figures: Figures
    late: list[Late]
    reported_at: datetime | None = None
    turn: int = 0


def day_asked(text: str, *, now: datetime) -> date:
    """The day of an address; one that has not come yet, or lies before everything, is not found."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= localdate(now):
        raise NotFound
    return day


def shown_of(day: date, scope: Scope, *, now: datetime, wall: bool = False) -> Shown:
    """The day's figures as they were reported; those of today, or of a day nobody reported, as known now."""
    held = report_of(day) if day < localdate(now) else None
    if held is not None:
        return Shown(
            day=frozen_day(held),
            figures=frozen_figures(held, scope),
            late=frozen_late(held, scope),
            reported_at=held.made_at,
            turn=held.turn,
        )
    counted = day_of(day, now=now)
    late = [] if wall else late_list(scope, counted, limit=LATE_SHOWN)
    return Shown(day=counted, figures=figures_of(scope, counted), late=late)


@require_GET
@staff_page("figures.read")
def day(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Today, live."""
    now = moment(request)
    live, wall = request.headers.get("HX-Request") == "true", request.GET.get("wall") == "1"
    mark = f"{pulse()}-{int(now.timestamp()) // 60}"
    if live and request.headers.get(SEEN) == mark:
        return HttpResponse(status=204)
    scope, filters = chosen(request, viewer)
    shown = shown_of(localdate(now), scope, now=now, wall=wall)
    name = "managers/day_wall.html" if wall else "managers/day.html"
    context = _context(shown, scope, filters, now=now, wall=wall)
    if not wall:
        context["put_off"] = put_off_counts(viewer, now=now)
    context |= {"mark": mark, "address": request.get_full_path(), "live": True}
    return render(request, f"{name}#board" if live else name, context)


@require_GET
@staff_page("figures.read")
def past_day(request: HttpRequest, viewer: Viewer, day: str) -> HttpResponse:
    """An ended day as it was reported; today is its own page."""
    now = moment(request)
    asked = day_asked(day, now=now)
    if asked == localdate(now):
        return redirect("managers:day")
    scope, filters = chosen(request, viewer)
    shown = shown_of(asked, scope, now=now)
    held = report_of(asked)
    context = _context(shown, scope, filters, now=now)
    context["may_send"] = held is not None and viewer.may("improvement.write")
    context["corrections"] = (
        [(TITLES[one.figure], one.told, one.known) for one in corrections(held, now=now, scope=scope)]
        if held is not None
        else []
    )
    return render(request, "managers/day.html", context)


@require_POST
@staff_page("improvement.write")
def day_send(request: HttpRequest, viewer: Viewer, day: str) -> HttpResponse:
    """Send the report of a day once more."""
    now = moment(request)
    asked = day_asked(day, now=now)
    told = send_again(viewer, asked, now=now)
    if told:
        words = ngettext("Sent again for %(n)d node.", "Sent again for %(n)d nodes.", told) % {"n": told}
        messages.success(request, words)
    else:
        messages.warning(request, _("There is no report of that day to send."))
    return redirect("managers:past_day", asked.isoformat())


def _context(
    shown: Shown, scope: Scope, filters: Filters, *, now: datetime, wall: bool = False
) -> dict[str, Any]:
    the_day, today = shown.day.day, localdate(now)
    query = f"?{filters.query}" if filters.query else ""
    return {
        "shown": shown,
        "day": the_day,
        "is_today": the_day == today,
        "past": the_day < today,
        "now": now,
        "filters": filters,
        "tiles": [tile_of(name, shown, filters) for name in (ON_WALL if wall else FIGURES)],
        "nodes": [] if wall else by_node(shown.figures, scope),
        "groups": [] if wall else _groups(shown.figures),
        "late": [] if wall else _late(shown, now=now),
        "late_more": max(len(shown.late) - LATE_SHOWN, 0),
        "columns": [TITLES[name] for name in Group.FIGURES],
        "previous": _link(the_day - timedelta(days=1), query),
        "next": _link(the_day + timedelta(days=1), query, today=today),
        "file": reverse("managers:day_file", args=[the_day.isoformat()]) + query,
        "where": scope.names.get(scope.node_id, ""),
    }


def _late(shown: Shown, *, now: datetime) -> list[LateLine]:
    return late_lines(shown.late[:LATE_SHOWN], at=shown.day.until("today"), now=now)


def _groups(figures: Figures) -> list[tuple[str, list[Group]]]:
    return [(_("By appliance"), by_category(figures)), (_("By kind of work"), by_kind(figures))]


def _link(day: date, query: str, *, today: date | None = None) -> str:
    if today is not None and day >= today:
        return reverse("managers:day") + query if day == today else ""
    return reverse("managers:past_day", args=[day.isoformat()]) + query


def tile_of(name: str, shown: Shown, filters: Filters) -> Tile:
    compared = shown.figures.compared(name)
    rows = reverse("managers:day_rows", args=[shown.day.day.isoformat()])
    return Tile(
        code=name,
        label=str(TITLES[name]),
        figure=compared.today,
        yesterday=compared.yesterday,
        last_week=compared.last_week,
        definition=str(DEFINITIONS[name]),
        url=f"{rows}?figure={name}" + (f"&{filters.query}" if filters.query else ""),
        good=GOOD.get(name, "down"),
        icon=ICONS.get(name, "clock"),
    )
