"""What Django itself refuses, before or outside any view: under /api/ in the API's one shape, elsewhere as a page."""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from bihuan.registers.access.errors import NotFound
from bihuan.web.api.refusals import TooLarge, broken, generally, in_one_shape, refusal, refused
from bihuan.web.look import errors
from bihuan.web.look.reading import accepted_language

type Answer = Callable[[], HttpResponse]


def is_api(request: HttpRequest) -> bool:
    return request.path == "/api" or request.path.startswith("/api/")


@csrf_exempt
@in_one_shape
def nothing_here(request: HttpRequest) -> HttpResponse:
    """An address that is none, whatever the method."""
    return refused(NotFound())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A host that is not ours, a body that is too large or cannot be read."""
    if not is_api(request):
        return errors.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return _said(request, lambda: refused(TooLarge()))
    return _said(request, lambda: refusal(generally(400), status=400))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not is_api(request):
        return errors.forbidden(request, exception)
    return _said(request, lambda: refusal(generally(403), status=403))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not is_api(request):
        return errors.not_found(request, exception)
    return _said(request, lambda: refused(NotFound()))


def server_error(request: HttpRequest) -> HttpResponse:
    if not is_api(request):
        return errors.server_error(request)
    return _said(request, lambda: refusal(broken(), status=500))


def _said(request: HttpRequest, answer: Answer) -> HttpResponse:
    """In the language that was asked for: these may come before anybody chose one."""
    language = accepted_language(request.headers.get("Accept-Language", "")) or "en"
    with translation.override(language):
        response = answer()
    response.headers["Content-Language"] = language
    return response
