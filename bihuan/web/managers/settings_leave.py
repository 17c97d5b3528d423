"""The calendar of leave: technicians down, the days of a month across, who is away when."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateformat import format as formatted
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.queries import below, node
from bihuan.registers.staff.queries import leave_between, technicians_listed
from bihuan.web.look import listing
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.months import month_from
from bihuan.web.managers import settings_choices as chosen

SHOWN = 40  # technicians of one page


@require_GET
@staff_page("settings.change")
def leave(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One month; a day without leave leads to giving some."""
    now = moment(request)
    month = month_from(request.GET.get("month", ""), now=now)
    days = [month.first + timedelta(days=at) for at in range((month.next.first - month.first).days)]
    rows, at = technicians_listed().filter(retired_at__isnull=True), request.GET.get("node", "")
    if at in {str(number) for number, _name in chosen.nodes()}:
        rows = rows.filter(node_id__in=below(node(int(at)).path))
    else:
        at = ""
    page = listing.page(rows, key=("number", "id"), after=request.GET.get("after"), size=SHOWN)
    away = _away([one.pk for one in page.rows], month.since, month.until)
    lines = [
        {"technician": one, "days": [_day(day, away.get((one.pk, day))) for day in days]} for one in page.rows
    ]
    told = {
        "month": month,
        "node": at,
        "nodes": [(str(number), name) for number, name in chosen.nodes()],
        "days": [(day, formatted(day, "D"), day.weekday() >= 5, day == localdate(now)) for day in days],
        "lines": lines,
        "count": len({key[0] for key in away}),
        "page": page,
    }
    return render(request, "managers/settings_leave.html", told)


def _day(day: date, held: tuple[Any, str] | None) -> dict[str, Any]:
    row, words = held if held is not None else (None, "")
    return {"day": day, "row": row, "words": words, "whole": words == _("whole day")}


def _away(ids: Sequence[int], begins: datetime, ends: datetime) -> Mapping[tuple[int, date], tuple[Any, str]]:
    """(technician, day) → their leave and how much of the day it takes."""
    found: dict[tuple[int, date], tuple[Any, str]] = {}
    for one in leave_between(list(ids), begins, ends):
        since, until = (localtime(datetime.fromtimestamp(at, UTC)) for at in (one.begins, one.ends))
        day = max(since, localtime(begins)).date()
        while (
            day < localtime(ends).date() and datetime.combine(day, datetime.min.time(), since.tzinfo) < until
        ):
            found[one.technician_id, day] = (one, _how_much(day, since, until))
            day += timedelta(days=1)
    return found


def _how_much(day: date, since: datetime, until: datetime) -> str:
    """The whole day, or the hours of it."""
    morning = datetime.combine(day, datetime.min.time(), since.tzinfo)
    night = morning + timedelta(days=1)
    if since <= morning and until >= night - timedelta(minutes=1):
        return _("whole day")
    begins, ends = max(since, morning), min(until, night)
    return f"{begins:%H:%M}–{'24:00' if ends == night else f'{ends:%H:%M}'}"
