"""/manage/chats: how well chats are answered, day by day, beside the figures of the hotline."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.chats.figures import ChatDay, figures
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES, Column
from bihuan.web.managers.hotline import PERIODS, since_asked

COLUMNS: list[Column[ChatDay]] = [
    Column(_("Day"), lambda one: one.day),
    Column(pgettext_lazy("count", "Chats"), lambda one: one.level.chats),
    Column(pgettext_lazy("call", "Answered"), lambda one: one.level.answered),
    Column(_("Half waited at most, s"), lambda one: one.level.wait_p50),
    Column(_("Nine of ten waited at most, s"), lambda one: one.level.wait_p90),
    Column(_("Left without an answer"), lambda one: one.level.abandoned),
    Column(_("Left without an answer, %"), lambda one: one.level.abandoned_rate),
    Column(_("Outside of hours"), lambda one: one.level.away),
    Column(_("Score, 1 to 5"), lambda one: one.level.score),
    Column(_("Rated"), lambda one: one.level.rated),
]


@require_safe
@staff_page("figures.read")
def chats(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The figures of a period that ends now."""
    now = moment(request)
    days, since = since_asked(request, now)
    every, told = figures(viewer, since, now)
    context = {"days": days, "periods": PERIODS, "every": every, "told": told[::-1], "since": since}
    return render(request, "managers/chats.html", context)


@require_safe
@staff_page("figures.read")
def chats_file(request: HttpRequest, viewer: Viewer, ending: str) -> HttpResponseBase:
    """The same as CSV or Excel."""
    now = moment(request)
    _days, since = since_asked(request, now)
    return FILES[ending]("bihuan-chats", COLUMNS, figures(viewer, since, now)[1])
