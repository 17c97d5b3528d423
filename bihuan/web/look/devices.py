"""Technicians' phones stay signed in for 30 days, until their service point revokes them: then at once."""

from collections.abc import Callable

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse

from bihuan.registers.access.queries import person as person_at
from bihuan.registers.access.queries import remembered
from bihuan.web.look.doors import moment

COOKIE = "bihuan_device"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
BY_DEVICE = "by_device"


class DeviceMiddleware:
    """Signs a remembered device in, and a revoked one out. Stands after authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request.COOKIES.get(COOKIE, "")
        by_device = bool(request.session.get(BY_DEVICE))
        if by_device or (token and not request.user.is_authenticated):
            person = remembered(token, now=moment(request))
            if person is None and by_device:
                logout(request)
            elif person is not None and not request.user.is_authenticated:
                enter(request, person.id)
        return self.get_response(request)


def enter(request: HttpRequest, person_id: int) -> None:
    """Open a session that lasts as long as the device is remembered."""
    login(request, person_at(person_id), backend=BACKEND)
    request.session[BY_DEVICE] = True


def remember(response: HttpResponse, token: str, *, secure: bool) -> HttpResponse:
    """Keep the device's token on the device: out of reach of scripts, sent to nobody else."""
    response.set_cookie(COOKIE, token, max_age=30 * 24 * 3600, httponly=True, secure=secure, samesite="Lax")
    return response
