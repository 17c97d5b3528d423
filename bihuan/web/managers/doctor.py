"""/manage/doctor: what is still missing, each with what to do about it; and the steps of the first week."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bihuan.registers.access.viewer import Viewer
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.navigation import address
from bihuan.web.managers.doctor_all import Group, counted, examine
from bihuan.web.managers.doctor_week import first_week


@require_GET
@staff_page("operations.mend")
def doctor(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Look at everything now."""
    now = moment(request)
    groups = examine(now)
    steps = first_week(groups, viewer=viewer, now=now)
    context = {
        "groups": [_open_to(viewer, group) for group in groups],
        "open": counted(groups),
        "steps": steps,
        "done": sum(step.done for step in steps),
    }
    return render(request, "managers/doctor.html", context)


def _open_to(viewer: Viewer, group: Group) -> Group:
    """Without links to pages that this reader may not open: a manager changes no settings."""
    if viewer.may("settings.change"):
        return group
    kept = address("managers:profiles")
    closed = address("managers:settings")
    return replace(
        group,
        findings=tuple(
            replace(one, url="") if one.url.startswith(closed) and one.url != kept else one
            for one in group.findings
        ),
    )
