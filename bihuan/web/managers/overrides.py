"""/manage/overrides: how often dispatchers pass the best over, why, and whether that goes better or worse."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise as Lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.service.dispatch.words import OVERRIDE_REASONS
from bihuan.service.improvement.overrides import Overrides, overrides_between
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of
from bihuan.web.look.forms import row_of

PERIODS = (7, 30, 90)
STAGES: dict[str, Lazy] = {
    "point": _("Choosing the service point"),
    "technician": _("Choosing the technician"),
}
REASONS: dict[str, Lazy] = {**OVERRIDE_REASONS, "not_said": _("No reason given")}
COLUMNS: tuple[Column[tuple[Lazy | str, object]], ...] = (
    Column(_("Figure"), lambda row: row[0]),
    Column(_("Value"), lambda row: row[1]),
)


@require_safe
@staff_page("figures.read")
def overrides(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The figures of a period that ends today."""
    now, asked = moment(request), row_of(request.GET.get("days", ""))
    days = asked if asked in PERIODS else PERIODS[1]
    last = localdate(now)
    found = overrides_between(viewer, last - timedelta(days=days - 1), last, now=now)
    if file := file_of(request, f"bihuan-overrides-{days}", COLUMNS, lambda: _rows(found)):
        return file
    context = {
        "days": days,
        "periods": PERIODS,
        "found": found,
        "stages": [(STAGES[one.code], one, _named(one.reasons)) for one in found.stages],
        "refusals": _named(found.proposals.reasons),
        "outcomes": [
            (_("The best was chosen"), found.followed),
            (_("Somebody else was chosen"), found.overridden),
        ],
    }
    return render(request, "managers/overrides.html", context)


def _named(reasons: tuple[tuple[str, int], ...]) -> list[tuple[Lazy | str, int]]:
    return [(REASONS.get(code, code), count) for code, count in reasons]


def _rows(found: Overrides) -> list[tuple[Lazy | str, object]]:
    """The figures of the page, one a line."""
    rows: list[tuple[Lazy | str, object]] = []
    for one in found.stages:
        rows += [(STAGES[one.code], f"{one.overrides} / {one.choices}"), *_named(one.reasons)]
    for words, outcome in (
        (_("The best was chosen"), found.followed),
        (_("Somebody else was chosen"), found.overridden),
    ):
        rows += [(words, ""), (_("First visit kept"), f"{outcome.kept} / {outcome.visits}")]
        rows += [(_("Overall rating"), "" if outcome.points is None else outcome.points)]
    return rows
