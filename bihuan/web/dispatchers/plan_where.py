"""Where the technicians of a service point are now, beside the map of the plan. Each look is written down."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bihuan.registers.access.viewer import Viewer
from bihuan.service.dispatch.planning.board import node_seen
from bihuan.service.dispatch.positions.actions import look_at_the_map
from bihuan.web.dispatchers.plan_blocks import spot_of
from bihuan.web.look.doors import moment, staff_page


@never_cache
@staff_page("position.read")
@require_POST
def plan_where(request: HttpRequest, viewer: Viewer, node_id: int) -> HttpResponse:
    """Who shares their position now, as a list that the map draws too. A POST, for it leaves a record."""
    node = node_seen(viewer, node_id)
    seen, tiles = look_at_the_map(viewer, node.id, now=moment(request)), settings.BIHUAN_MAP
    gcj02 = bool(tiles and tiles.gcj02)
    people = [(one, spot_of((one.fix.latitude, one.fix.longitude), gcj02=gcj02)) for one in seen.people]
    return render(request, "dispatchers/plan_where.html", {"people": people, "of": seen.of})
