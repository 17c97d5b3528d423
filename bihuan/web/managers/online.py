"""/manage/online: how the services online are used, per service and page, with how each figure is defined."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise as Lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.service.improvement.online import Used, pages_between, used_between
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES, Column

PERIODS = (7, 30, 90)
SERVICES: dict[str, Lazy] = {
    "consultation": _("Online consultation"),
    "support": _("Technical support"),
    "complaint": _("Complaint handling"),
    "work_order": _("Work orders"),
    "all": _("All services"),
}
PAGES: dict[str, Lazy] = {
    "home": _("First page"),
    "report": _("Report form"),
    "report_qr": _("Report form, by a scanned code"),
    "report_smart": _("Report form for smart appliances"),
    "feedback": _("Feedback form"),
    "ring_back": _("Form for being rung back"),
    "track": _("Find my case"),
    "case": _("A case's own page"),
    "my": _("My machines and cases"),
    "machine": _("A machine's code"),
    "warranty": _("Check of a warranty card"),
}


COLUMNS: list[Column[Used]] = [
    Column(_("Service"), lambda one: SERVICES[one.service]),
    Column(_("Inquiries"), lambda one: one.inquiries),
    Column(_("Solved by themselves, %"), lambda one: one.own_rate),
    Column(_("A person stepped in, %"), lambda one: one.human_rate),
    Column(_("First answer, minutes"), lambda one: one.response_minutes),
    Column(_("Solved, %"), lambda one: one.solved_rate),
    Column(_("Settled by now"), lambda one: one.ended),
]


@require_safe
@staff_page("figures.read")
def online(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The figures of a period that ends today."""
    days, first, last = _period(request)
    counted = pages_between(first, last)
    context = {
        "days": days,
        "periods": PERIODS,
        "used": [(SERVICES[one.service], one) for one in used_between(viewer, first, last)],
        "pages": [(words, counted.get(page, 0)) for page, words in PAGES.items()],
        "opened": sum(counted.values()),
        "first": first,
        "last": last,
    }
    return render(request, "managers/online.html", context)


@require_safe
@staff_page("figures.read")
def online_file(request: HttpRequest, viewer: Viewer, ending: str) -> HttpResponseBase:
    """The same as CSV or Excel."""
    _days, first, last = _period(request)
    return FILES[ending]("bihuan-online", COLUMNS, used_between(viewer, first, last))


def _period(request: HttpRequest) -> tuple[int, date, date]:
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in PERIODS} else 30
    last = localdate(moment(request))
    return days, last - timedelta(days=days - 1), last
