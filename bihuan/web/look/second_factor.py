"""Administrators, managers and approvers see no staff page before they have a second factor, and none in a session
that was opened without one."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from bihuan.registers.access.roles import SECOND_FACTOR
from bihuan.registers.access.viewer import Viewer
from bihuan.web.look.errors import forbidden

HAS_ONE = "second_factor"  # in the session, so that the answer costs one statement a session
BY_DEVICE = "by_device"


def stopped(request: HttpRequest, viewer: Viewer) -> HttpResponse | None:
    """What to answer instead of the page; None when nothing is missing."""
    if not viewer.roles & SECOND_FACTOR or _is_exempt(request.user):
        return None
    if request.session.get(BY_DEVICE):
        return forbidden(
            request, PermissionError(_("Sign in with your password and second factor for this."))
        )
    if request.session.get(HAS_ONE) or is_mfa_enabled(request.user):
        request.session[HAS_ONE] = True
        return None
    return redirect("mfa_activate_totp")


def lacks_second_factor(person: Any, session: Any, viewer: Viewer) -> bool:
    """The same for what is no page: whether somebody who needs a second factor came without one."""
    if not viewer.roles & SECOND_FACTOR or _is_exempt(person):
        return False
    return bool(session.get(BY_DEVICE)) or not (session.get(HAS_ONE) or is_mfa_enabled(person))


def _is_exempt(person: object) -> bool:
    """The people of the demo company, and only where the demo runs."""
    return bool(settings.BIHUAN_DEMO) and bool(getattr(person, "demo", False))


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # the package ships no types
    """Whoever must have a second factor cannot take it away."""

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return not {str(role) for role in SECOND_FACTOR} & set(authenticator.user.roles)
