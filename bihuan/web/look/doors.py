"""The doors of pages: who may come in, and what a refusal looks like."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from bihuan.ground.vault.actions import Forgotten
from bihuan.registers.access.errors import NotFound, NotSignedIn, Refusal
from bihuan.registers.access.queries import viewer_of_id
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.errors import CustomerForgotten
from bihuan.web.look.errors import forbidden, refused
from bihuan.web.look.first_run import START, waits_for_company
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
                return sign_in_first(request)
            viewer = viewer_at(request)
            if (instead := stopped(request, viewer)) is not None:
                return instead
            if verbs and not any(viewer.may(verb) for verb in verbs):
                return forbidden(request)

            def checked() -> HttpResponseBase:
                refuse_unreadable(request)
                return view(request, viewer, *args, **kwargs)

            return answered(request, checked)

        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], enter)

    return open_door


def sign_in_first(request: HttpRequest) -> HttpResponseBase:
    """To the door, and back here afterwards. A part of a page that asks by itself sends the whole page there.
    While there is no company yet, to the page on which it is founded."""
    if waits_for_company():
        return redirect(START)
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(request.get_full_path())
    whole = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = f"{whole.path}?{whole.query}" if whole.query else whole.path
    return HttpResponse(headers={"HX-Redirect": redirect_to_login(back or "/").url})


def open_page[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for whoever holds its private link; refusals inside become pages."""

    @wraps(view)
    def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return answered(request, lambda: view(request, *args, **kwargs))

    return enter


def refuse_unreadable(request: HttpRequest) -> None:
    """No database of ours keeps a NUL, and no person types one."""
    for sent in (request.GET, request.POST):
        for name, values in sent.lists():
            if "\x00" in name or any("\x00" in value for value in values):
                sentence = _("This holds signs that cannot be written down.")
                raise Refusal(sentence, fields={name: sentence})


class SentFromElsewhere(Refusal):
    """A form of a customer's page that another site sent."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            _(
                "This came from another site, so we did not take it. Please open our own page and send it there."
            )
        )


def refuse_foreign_form(request: HttpRequest) -> None:
    """What changes something must come from our own pages, as far as the browser says whence it comes.

    Browsers inside apps say nothing and keep no cookies: the private link in the address, which no other site
    knows, is the credential then. A page without referrer sends `Origin: null`, which says nothing either.
    """
    if request.method in {"GET", "HEAD", "OPTIONS", "TRACE"}:
        return
    origin, fetched = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site", "")
    if origin and origin in settings.CSRF_TRUSTED_ORIGINS:
        return
    if fetched:
        ours = fetched in {"same-origin", "none"}
    else:
        ours = origin in {"", "null"} or urlsplit(origin).netloc == request.get_host()
    if not ours:
        raise SentFromElsewhere


def customer_page[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for customers: no session, no cookie is asked for; a form from another site is refused."""

    @csrf_exempt
    @wraps(view)
    def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        def checked() -> HttpResponseBase:
            refuse_foreign_form(request)
            return view(request, *args, **kwargs)

        return answered(request, checked)

    return enter


def answered(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What the view answers; a refusal as a page."""
    try:
        return view()
    except NotFound as error:
        raise Http404 from error
    except NotSignedIn:
        return redirect_to_login(request.get_full_path())
    except Forgotten:
        gone = CustomerForgotten()
        return refused(request, str(gone), status=gone.status, back=page_before(request))
    except Refusal as refusal:
        return refused(request, str(refusal), status=refusal.status, back=page_before(request))


def page_before(request: HttpRequest) -> str:
    """Our own page from which a form was sent; empty when it came from elsewhere, or nobody says."""
    whence = request.headers.get("Referer", "") if request.method == "POST" else ""
    own = url_has_allowed_host_and_scheme(
        whence, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return whence if own else ""


def viewer_at(request: HttpRequest) -> Viewer:
    """Who asks, worked out once a request."""
    held: Viewer | None = getattr(request, "bihuan_viewer", None)
    if held is None:
        held = viewer_of_id(cast(int, request.user.pk))
        setattr(request, "bihuan_viewer", held)  # noqa: B010 (kept on the request for its life)
    return held
