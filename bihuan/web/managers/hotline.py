"""/manage/hotline: how well the hotline is answered, by hour of the day, beside what the load would let expect."""

from datetime import datetime, time, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.calls.erlang import answered_within, mean_wait
from bihuan.service.intake.calls.queries import Hour, levels, load_at
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES, Column

PERIODS = (1, 7, 30, 90)


COLUMNS: list[Column[Hour]] = [
    Column(_("Hour"), lambda one: f"{one.hour:02d}:00"),
    Column(_("Calls"), lambda one: one.level.offered),
    Column(pgettext_lazy("call", "Answered"), lambda one: one.level.answered),
    Column(_("Within 15 s, %"), lambda one: one.level.rate_15),
    Column(_("Within 20 s, %"), lambda one: one.level.rate_20),
    Column(_("Lost"), lambda one: one.level.lost),
    Column(_("Lost, %"), lambda one: one.level.lost_rate),
    Column(_("Mean wait, s"), lambda one: one.level.wait),
    Column(_("Longest wait, s"), lambda one: one.level.longest),
    Column(_("Hung up within 5 s"), lambda one: one.level.short),
]


@require_safe
@staff_page("figures.read")
def hotline(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The figures of a period that ends now."""
    now = moment(request)
    days, since = since_asked(request, now)
    every, hours = levels(viewer, since, now)
    load = load_at(now)
    context = {
        "days": days,
        "periods": PERIODS,
        "every": every,
        "hours": hours,
        "load": load,
        "expected_wait": _rounded(mean_wait(load)),
        "expected_20": _percent(answered_within(load, 20)),
        "since": since,
    }
    return render(request, "managers/hotline.html", context)


@require_safe
@staff_page("figures.read")
def hotline_file(request: HttpRequest, viewer: Viewer, ending: str) -> HttpResponseBase:
    """The same as CSV or Excel."""
    now = moment(request)
    _days, since = since_asked(request, now)
    return FILES[ending]("bihuan-hotline", COLUMNS, levels(viewer, since, now)[1])


def since_asked(request: HttpRequest, now: datetime) -> tuple[int, datetime]:
    """How many days, today among them, and when the first began."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in PERIODS} else 7
    first = localdate(now) - timedelta(days=days - 1)
    return days, datetime.combine(first, time(), get_default_timezone())


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)
