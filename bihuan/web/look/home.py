"""The first page after signing in: each role's own."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from bihuan.web.look.navigation import links


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The first entry of the reader's navigation; their account where there is none."""
    roles = getattr(request.user, "roles", [])
    found = links(roles, "")
    return redirect(found[0].url if found else "mfa_index")
