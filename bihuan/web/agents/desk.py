"""The agent's desk: what must I do next? Lanes with what presses, the soonest promise first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.handing_over import to_take
from bihuan.service.cases.merging import with_twin
from bihuan.service.commitments.lanes import COUNTED, LANES, counts, lane
from bihuan.web.agents.rows import COLUMNS, rows_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES
from bihuan.web.look.listing import Page, page

KEY = ("next_due_at", "id")
NOTES = 3  # hand-over notes shown until they are taken
EXPORTED = 1000  # rows of one file
JOINED = ("customer",)
TITLES: dict[str, Lazy] = {
    "mine": _("My open cases"),
    "unowned": _("Nobody's yet"),
    "handed": _("Proposed to me"),
    "returned": _("Returned by service points"),
    "at_risk": _("At risk"),
    "broken": _("Broken promises"),
    "chased": _("Asked again"),
    "on_hold": _("On hold"),
    "to_call_back": _("To call back"),
    "all": _("All open"),
}
ICONS = {
    "mine": "user-check",
    "unowned": "inbox",
    "handed": "transfer",
    "returned": "arrow-back-up",
    "at_risk": "alert-triangle",
    "broken": "alert-octagon",
    "chased": "repeat",
    "on_hold": "player-pause",
    "to_call_back": "phone-calling",
    "all": "list",
}
SORTED_OUT = ("urgency", "kind", "category")  # filters of the address bar, each a column


@dataclass(frozen=True, kw_only=True)
class LaneLink:
    """One lane in the list at the side: its name, how full it is, whether one stands in it."""

    code: str
    title: str
    icon: str
    count: str
    here: bool


def chosen_lane(request: HttpRequest, held: Mapping[str, int]) -> str:
    """The lane that was asked for, else one's own cases, else the first lane in which work waits."""
    asked = request.GET.get("lane", "")
    if asked in TITLES:
        return asked
    return next((code for code in LANES if held.get(code)), "mine")


def capped(count: int) -> str:
    """A count as it is shown: nothing for none, 99+ for many."""
    if not count:
        return ""
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)


@staff_page("case.read")
def desk(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The lanes and the rows of the chosen one."""
    now = moment(request)
    held = counts(viewer, now=now)
    here = chosen_lane(request, held)
    shown: Page[Any] = page(_filtered(request, viewer, here), KEY, request.GET.get("after"), 25)
    context = {
        "lanes": [
            LaneLink(
                code=code,
                title=str(TITLES[code]),
                icon=ICONS[code],
                count=capped(held.get(code, 0)),
                here=code == here,
            )
            for code in (*LANES, "all")
        ],
        "lane": here,
        "title": TITLES[here],
        "page": shown,
        "rows": rows_of(shown.rows, viewer, now=now),
        "notes": list(to_take(viewer)[:NOTES]),
        "may_shift": viewer.may("case.note"),
        "may_report": viewer.may("report.take"),
        "may_export": viewer.may("case.export"),
    }
    return render(request, "agents/desk.html", context)


@staff_page("case.export")
def desk_file(request: HttpRequest, viewer: Viewer, ending: str) -> HttpResponseBase:
    """The lane as it is seen, as CSV or Excel: masked, the first thousand rows."""
    now = moment(request)
    here = chosen_lane(request, {})
    cases = _filtered(request, viewer, here).order_by(*KEY)[:EXPORTED]
    rows = rows_of(cases, viewer, now=now)
    return FILES[ending](f"bihuan-{here}", COLUMNS, rows)


def _filtered(request: HttpRequest, viewer: Viewer, here: str) -> Any:
    found = with_twin(lane(viewer, here, now=moment(request)).select_related("customer"))
    wanted = {name: request.GET[name][:40] for name in SORTED_OUT if request.GET.get(name)}
    return found.filter(**wanted)
