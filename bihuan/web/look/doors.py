"""The doors of pages: who may come in, and what a refusal looks like."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase

from bihuan.registers.access.errors import NotFound, NotSignedIn, Refusal
from bihuan.registers.access.queries import viewer_of_id
from bihuan.registers.access.viewer import Viewer
from bihuan.web.look.errors import forbidden, refused
from bihuan.web.look.second_factor import stopped

type View[**P] = Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase]


def moment(request: HttpRequest) -> datetime:
    """The one instant of this request, aware, in UTC."""
    return cast(datetime, getattr(request, "now"))  # noqa: B009 (not an attribute that the stubs know)


def staff_page[**P](
    *verbs: str,
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """A page for staff who may do at least one of these; the view gets the viewer after the request.

    A refusal raised inside becomes a page (or an htmx partial) with the sentence and the right status.
    """

    def open_door(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            viewer = viewer_at(request)
            if (instead := stopped(request, viewer)) is not None:
                return instead
            if verbs and not any(viewer.may(verb) for verb in verbs):
                return forbidden(request)
            return answered(request, lambda: view(request, viewer, *args, **kwargs))

        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], enter)

    return open_door


def open_page[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for whoever holds its private link; refusals inside become pages."""

    @wraps(view)
    def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return answered(request, lambda: view(request, *args, **kwargs))

    return enter


def answered(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What the view answers; a refusal as a page."""
    try:
        return view()
    except NotFound as error:
        raise Http404 from error
    except NotSignedIn:
        return redirect_to_login(request.get_full_path())
    except Refusal as refusal:
        back = request.META.get("HTTP_REFERER", "") if request.method == "POST" else ""
        return refused(request, str(refusal), status=refusal.status, back=back)


def viewer_at(request: HttpRequest) -> Viewer:
    """Who asks, worked out once a request."""
    held: Viewer | None = getattr(request, "bihuan_viewer", None)
    if held is None:
        held = viewer_of_id(cast(int, request.user.pk))
        setattr(request, "bihuan_viewer", held)  # noqa: B010 (kept on the request for its life)
    return held
