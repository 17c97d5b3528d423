"""Who reads this page: one instant, one language, one theme per request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from bihuan.ground.worktime.clock import now
from bihuan.web.look.reading import LANGUAGE_COOKIE, THEME_COOKIE, chosen_language, chosen_theme


class ReaderMiddleware:
    """Sets `request.now`, `request.LANGUAGE_CODE` and `request.theme`. Stands after authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        setattr(request, "now", now())  # noqa: B010 (not an attribute that the stubs know)
        setattr(request, "theme", chosen_theme(request.COOKIES.get(THEME_COOKIE)))  # noqa: B010
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        program = request.path.startswith("/api/")
        if not program:
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        if program or signed_in(request):  # whoever sits down at this desk next finds nothing in its cache
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def language_of(request: HttpRequest) -> str:
    """The reader's language: kept by the person who signed in, chosen on this device, asked by the browser,
    else English."""
    kept = getattr(request.user, "language", None) if signed_in(request) else None
    said = (kept, request.COOKIES.get(LANGUAGE_COOKIE))
    return chosen_language(said, request.headers.get("Accept-Language", ""))


def signed_in(request: HttpRequest) -> bool:
    """Whether somebody is known by now; nobody is before the sessions are read."""
    person = getattr(request, "user", None)
    return person is not None and person.is_authenticated
