"""How evenly the work is shared out among technicians, over the last week or four."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from bihuan.registers.access.viewer import Viewer
from bihuan.service.dispatch.capacity.queries import nodes_for
from bihuan.service.dispatch.fairness import PERIODS, Share, fairness
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of
from bihuan.web.look.forms import row_of

COLUMNS: tuple[Column[Share], ...] = (
    Column(_("Technician"), lambda row: row.name),
    Column(_("Service point"), lambda row: row.node),
    Column(_("Jobs"), lambda row: row.jobs),
    Column(_("Minutes at customers"), lambda row: row.minutes),
    Column(_("Against the mean"), lambda row: row.against_mean),
)


@staff_page("capacity.read")
@require_GET
def shares(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Every technician with jobs and minutes, and the spread."""
    asked = row_of(request.GET.get("days", ""))
    days = asked if asked in PERIODS else PERIODS[0]
    nodes = [one for one in nodes_for(viewer) if one.kind == "service_point"]
    node_id = row_of(request.GET.get("node", ""))
    node_id = node_id if node_id in {one.id for one in nodes} else 0
    found = fairness(viewer, days=days, now=moment(request), node_id=node_id)
    if file := file_of(request, f"bihuan-shares-{days}", COLUMNS, lambda: found.shares):
        return file
    context = {"found": found, "days": days, "periods": PERIODS, "nodes": nodes, "node_id": node_id}
    return render(request, "dispatchers/fairness.html", context)
