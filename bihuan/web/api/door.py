"""The API itself: who may come in, and how refusals leave."""

from typing import Any, cast

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer

from bihuan.ground.vault.actions import Forgotten
from bihuan.registers.access.errors import NotFound, NotSignedIn, Refusal
from bihuan.registers.access.programs import note_used
from bihuan.registers.access.queries import viewer_of_token
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.errors import CustomerForgotten
from bihuan.web.api.refusals import (
    BrokenJson,
    TooLarge,
    TooOften,
    accident,
    generally,
    invalid,
    refusal,
    refused,
)
from bihuan.web.look.doors import moment
from bihuan.web.look.throttle import Throttle

WRONG_TOKENS = Throttle(name="api-token", times=300, seconds=300)


class Bearer(HttpBearer):
    """A token of `manage.py token ROLE`, or one made for a program."""

    def authenticate(self, request: HttpRequest, token: str) -> Viewer:
        if WRONG_TOKENS.spent(request):
            raise TooOften
        try:
            viewer = viewer_of_token(token.strip(), now=moment(request))
        except NotSignedIn:
            WRONG_TOKENS.count(request)
            raise
        if viewer.token_id and (viewer.channel or viewer.platform):
            note_used(viewer.token_id, now=moment(request))
        return viewer


api = NinjaAPI(
    title="Bihuan",
    version="1",
    description="Reports, cases and their moves, promises, visits and surveys: the same actions as the pages.",
    openapi_url="/openapi.json",
    docs_url=None,
    auth=Bearer(),
    urls_namespace="api",
)


def viewer_at(request: HttpRequest) -> Viewer:
    """Who asks: what the token's door let in."""
    return cast(Viewer, getattr(request, "auth"))  # noqa: B009 (the stubs do not know it)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return refused(error)


@api.exception_handler(Forgotten)
def _forgotten(request: HttpRequest, error: Any) -> HttpResponse:
    return refused(CustomerForgotten())


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return invalid(error.errors)


@api.exception_handler(Http404)
def _absent(request: HttpRequest, error: Any) -> HttpResponse:
    return refused(NotFound())


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 401:
        return refused(NotSignedIn())
    if error.status_code == 400:
        return refused(BrokenJson())
    return refusal(_("This was refused."), status=error.status_code)


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: Any) -> HttpResponse:
    return refused(TooLarge())


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal(generally(400), status=400)


@api.exception_handler(Exception)
def _accident(request: HttpRequest, error: Any) -> HttpResponse:
    return accident(request, error)
