"""The two small forms on every page: which language, which theme. Both work with scripts off."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from bihuan.registers.access.people import choose_language as keep_language
from bihuan.web.look.doors import customer_page
from bihuan.web.look.reading import (
    COOKIE_AGE,
    LANGUAGE_COOKIE,
    LANGUAGES,
    THEME_COOKIE,
    THEMES,
)


@require_POST
@customer_page
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the reader's language for a year on this device, and with the person who is signed in, so that they
    read in it wherever they sign in; an unknown one changes nothing."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in LANGUAGES:
        keep_language(request.user.pk, language)
    return _keep(request, LANGUAGE_COOKIE, language, LANGUAGES)


@require_POST
@customer_page
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the reader's theme for a year on this device; an unknown one changes nothing."""
    return _keep(request, THEME_COOKIE, request.POST.get("theme", ""), THEMES)


def _keep(request: HttpRequest, cookie: str, value: str, known: tuple[str, ...]) -> HttpResponse:
    response = HttpResponseRedirect(_safe_next(request))
    if value in known:
        secure = bool(settings.SESSION_COOKIE_SECURE)
        response.set_cookie(cookie, value, max_age=COOKIE_AGE, secure=secure, httponly=True, samesite="Lax")
    return response


def _safe_next(request: HttpRequest) -> str:
    where = request.POST.get("next", "/")
    inside = url_has_allowed_host_and_scheme(
        where, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return where if inside else "/"
