"""The first page: each role's own after signing in; for everybody else a small public one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bihuan.web.look.navigation import links


def home(request: HttpRequest) -> HttpResponse:
    """The first entry of the reader's navigation, their account where there is none; the front for visitors."""
    if not request.user.is_authenticated:
        return render(request, "look/front.html")
    roles = getattr(request.user, "roles", [])
    found = links(roles, "")
    return redirect(found[0].url if found else "mfa_index")
