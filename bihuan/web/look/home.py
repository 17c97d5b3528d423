"""The first page: each role's own after signing in; for everybody else a small public one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bihuan.web.look.doors import moment
from bihuan.web.look.first_run import START, waits_for_company
from bihuan.web.look.navigation import address, links
from bihuan.web.look.opened import counted

# Where each role begins, for whoever has several the first one here; the others begin with their navigation.
BEGINS: tuple[tuple[str, str], ...] = (
    ("agent", "agents:desk"),
    ("callback_agent", "agents:desk"),
    ("supervisor", "agents:desk"),
    ("department_owner", "agents:desk"),
    ("quality_inspector", "agents:desk"),
    ("dispatcher", "dispatchers:board"),
    ("service_point_dispatcher", "dispatchers:service_point"),
    ("service_point_owner", "dispatchers:service_point"),
    ("technician", "technicians:today"),
    ("manager", "managers:wall"),
    ("analyst", "managers:wall"),
    ("administrator", "managers:settings"),
    ("parts_keeper", "agents:cases"),
    ("approver", "agents:cases"),
    ("settlement_clerk", "agents:cases"),
)


def home(request: HttpRequest) -> HttpResponse:
    """Where the reader's work begins, their account where there is nothing; the front for visitors."""
    if not request.user.is_authenticated and waits_for_company():
        return redirect(START)
    if not request.user.is_authenticated:
        counted("home", moment(request))
        return render(request, "look/front.html")
    roles = getattr(request.user, "roles", [])
    found = [address(page) for role, page in BEGINS if role in roles] or [one.url for one in links(roles, "")]
    return redirect(found[0] if found else "mfa_index")
