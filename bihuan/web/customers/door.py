"""The door of a customer's own pages: whoever holds the private link comes in, and nobody guesses one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from bihuan.ground.vault.actions import Forgotten
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import Case, case_for_link
from bihuan.service.intake.queries import Report, report_by_link
from bihuan.web.look.doors import customer_page, moment, refuse_foreign_form
from bihuan.web.look.throttle import Throttle

WRONG_LINKS = Throttle(name="wrong-link", times=30, seconds=600)


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A customer on their own page: their report, its case (None while a person has to look at it, and where the words
    only asked about one), and now."""

    token: str
    report: Report
    case: Case | None
    viewer: Viewer
    now: datetime

    @property
    def asked_again(self) -> bool:
        """Whether their words joined a case that they have not proven to be theirs."""
        return self.case is None and self.report.joins_id is not None

    @property
    def the_case(self) -> Case:
        """The case; the page is not there without one."""
        if self.case is None:
            raise NotFound
        return self.case


type View = Callable[[HttpRequest, Visitor], HttpResponse]


def private_page(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page behind a private link. Wrong links are all answered alike, and only so many from one address.

    The link is the credential: browsers inside apps often keep no cookies, so no CSRF cookie is asked for
    (see `refuse_foreign_form`).
    """

    @csrf_exempt
    @never_cache
    @wraps(view)
    def enter(request: HttpRequest, token: str) -> HttpResponse:
        if WRONG_LINKS.spent(request):
            return render(request, "customers/unknown.html", {"too_often": True}, status=429)
        try:
            visitor = visitor_of(request, token)
            refuse_foreign_form(request)
            response = view(request, visitor)
        except (NotFound, Http404, Forgotten):
            WRONG_LINKS.count(request)
            return render(request, "customers/unknown.html", status=404)
        except Refusal as refused:
            context = {"sentence": str(refused), "token": token}
            return render(request, "customers/refused.html", context, status=refused.status)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return enter


def linked_page(
    view: Callable[[HttpRequest, str], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """A page behind another link than the report's (survey, sheet); a wrong link is answered as everywhere."""
    inside = customer_page(view)

    @csrf_exempt
    @wraps(view)
    def enter(request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            return inside(request, token)
        except Http404:
            return render(request, "customers/unknown.html", status=404)

    return enter


def visitor_of(request: HttpRequest, token: str) -> Visitor:
    """Who holds this link; the same refusal for a wrong link and for somebody who was forgotten."""
    report = report_by_link(token)
    if report.customer.forgotten_at is not None:
        raise NotFound
    return Visitor(
        token=token,
        report=report,
        case=case_for_link(report),
        viewer=Viewer(roles=frozenset({Role.CUSTOMER}), customer_id=report.customer_id),
        now=moment(request),
    )
