"""The waiting queue: cases that nobody could take yet, in the order in which they are served when somebody frees."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from bihuan.registers.access.viewer import Viewer
from bihuan.service.dispatch.deciding.queue import Queued, queue_of
from bihuan.service.dispatch.queries import standings
from bihuan.web.dispatchers.rows import Row, rows_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of


@dataclass(frozen=True, kw_only=True)
class Line:
    """A case with its place in the queue, from 1."""

    place: int
    row: Row
    queued: Queued


COLUMNS: tuple[Column[Line], ...] = (
    Column(_("Place"), lambda one: one.place),
    Column(_("Number"), lambda one: one.row.case.number),
    Column(_("What"), lambda one: one.row.what),
    Column(_("Area"), lambda one: one.row.area),
    Column(_("Next promise"), lambda one: one.row.chip.words if one.row.chip else ""),
    Column(_("Waits since"), lambda one: localtime(one.queued.since)),
    Column(_("Put off"), lambda one: one.queued.put_off),
)


@staff_page("offer.make", "visit.assign")
@require_GET
def queue(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Who is served next, and next after that."""
    now, found = moment(request), queue_of(viewer)
    cases = [one.case for one in found]
    rows = rows_of(cases, standings((case.id for case in cases), hands=False), now=now)
    lines = [
        Line(place=place, row=row, queued=queued)
        for place, (row, queued) in enumerate(zip(rows, found, strict=True), start=1)
    ]
    if viewer.may("case.export") and (file := file_of(request, "bihuan-queue", COLUMNS, lambda: lines)):
        return file
    context = {"lines": lines, "may_export": viewer.may("case.export")}
    return render(request, "dispatchers/queue.html", context)
