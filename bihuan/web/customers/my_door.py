"""The door of /my: a customer who signed in by a code to their phone. Nothing of it is shared with staff's sign-in: an
own cookie that goes nowhere but to /my, an own table, and a key in every form."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from bihuan.ground.vault.actions import Forgotten, signature
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import Customer
from bihuan.registers.customers.signing_in import CODE_LASTS, REMEMBERED, CustomerSession, session_of
from bihuan.web.look.doors import moment, refuse_foreign_form, refuse_unreadable

COOKIE = "bihuan_my"
ASKED = "bihuan_my_asked"
PATH = "/my"


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A customer who signed in. `form_key` goes into every form of theirs."""

    customer: Customer
    session: CustomerSession
    viewer: Viewer
    now: datetime
    form_key: str


type View[**P] = Callable[Concatenate[HttpRequest, Owner, P], HttpResponse]


class FormTooOld(Refusal):
    """The form was drawn for another session, or by somebody else."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            _("This form was open for too long. Please go back, reload the page and send it again.")
        )


def own_page[**P](view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page for a customer who signed in; everybody else is asked to, and led back here."""

    @csrf_exempt
    @never_cache
    @wraps(view)
    def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            refuse_foreign_form(request)
            refuse_unreadable(request)
            owner = owner_of(request)
            if owner is None:
                return to_sign_in(request)
            if request.method == "POST":
                _must_be_ours(request, owner)
            response = view(request, owner, *args, **kwargs)
        except (NotFound, Http404, Forgotten):
            return render(request, "customers/unknown.html", {"own": True}, status=404)
        except Refusal as refused:
            context = {"sentence": str(refused), "back": reverse("customers:my")}
            return render(request, "customers/refused.html", context, status=refused.status)
        return private(response)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], enter)


def owner_of(request: HttpRequest) -> Owner | None:
    """Who is signed in on this browser; None for nobody."""
    now, clear = moment(request), read_cookie(request, COOKIE)
    session = session_of(clear, now=now)
    if session is None:
        return None
    return Owner(
        customer=session.customer,
        session=session,
        viewer=Viewer(roles=frozenset({Role.CUSTOMER}), customer_id=session.customer_id),
        now=now,
        form_key=signature("customer-form", session.fingerprint),
    )


def _must_be_ours(request: HttpRequest, owner: Owner) -> None:
    if not constant_time_compare(request.POST.get("form_key", ""), owner.form_key):
        raise FormTooOld


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the door, and back to the page that was wanted."""
    wanted = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
    query = urlencode({"next": wanted}) if wanted and wanted != PATH else ""
    where = reverse("customers:my_sign_in")
    return redirect(f"{where}?{query}" if query else where)


def onward(request: HttpRequest) -> str:
    """Where to go once signed in: a page of ours under /my that was asked for, else the first one."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith(f"{PATH}/")
    return wanted if safe and len(wanted) < 200 else reverse("customers:my")


def private(response: HttpResponse) -> HttpResponse:
    """Kept by no cache, found by no search engine, told to no other site."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def read_cookie(request: HttpRequest, name: str) -> str:
    """What our own signed cookie holds; nothing when it is not there or was altered."""
    return str(request.get_signed_cookie(name, default="", salt=f"bihuan.customers.{name}") or "")


def keep_cookie(response: HttpResponse, name: str, value: str, *, remember: bool = False) -> None:
    """Keep a secret in the browser: out of reach of scripts, sent to /my and nowhere else."""
    lasts: dict[str, Any] = {}
    if name == ASKED:
        lasts["max_age"] = int(CODE_LASTS.total_seconds())
    elif remember:
        lasts["max_age"] = int(REMEMBERED.total_seconds())
    response.set_signed_cookie(
        name,
        value,
        salt=f"bihuan.customers.{name}",
        httponly=True,
        secure=settings.BEHIND_TLS,
        samesite="Lax",
        path=PATH,
        **lasts,
    )


def drop_cookie(response: HttpResponse, name: str) -> None:
    response.delete_cookie(name, path=PATH, samesite="Lax")
