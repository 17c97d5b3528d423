"""Posts of social networks: what came in, which rule said what of it, and where a person says otherwise."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import case_of_report
from bihuan.service.imports.allowed import may_bring_in
from bihuan.service.imports.social_posts import POSTS
from bihuan.service.social import actions, queries
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of
from bihuan.web.look.listing import page

SHOWN, EXPORTED = 25, 2000
WHICH = {
    "ours": gettext_lazy("About us"),
    "others": gettext_lazy("Not about us"),
    "corrected": gettext_lazy("Corrected by a person"),
}
COLUMNS: tuple[Column[Any], ...] = (  # never the words nor who wrote them: a file travels further than a page
    Column(gettext_lazy("Received"), lambda row: row.received_at),
    Column(gettext_lazy("Network"), lambda row: row.platform),
    Column(gettext_lazy("Rule"), lambda row: row.rule.name if row.rule else ""),
    Column(gettext_lazy("About us, as judged"), lambda row: _("yes") if row.judged else _("no")),
    Column(gettext_lazy("About us"), lambda row: _("yes") if row.about_us else _("no")),
    Column(gettext_lazy("Corrected"), lambda row: row.corrected_at),
)


@require_safe
@staff_page("message.decide")
def social(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The posts, newest first."""
    which = request.GET.get("which", "ours")
    rows = queries.posts(viewer, which=which)
    file = file_of(request, "bihuan-posts", COLUMNS, lambda: rows.order_by("-id")[:EXPORTED])
    if file is not None:
        return file
    found = page(rows, ("-id",), request.GET.get("after"), SHOWN)
    context = {
        "page": found,
        "shown": queries.shown(found.rows),
        "which": which,
        "choices": WHICH,
        "may_import": may_bring_in(viewer, POSTS),
        "may_rule": viewer.may("settings.change"),
    }
    return render(request, "agents/social.html", context)


@require_POST
@staff_page("message.decide")
def social_say(request: HttpRequest, viewer: Viewer, post_id: int) -> HttpResponse:
    """A person corrects the rules: this one is about us, or it is not."""
    post, now = queries.post_by_id(viewer, post_id), moment(request)
    if request.POST.get("about") == "us":
        report = actions.say_about_us(viewer, post, now=now)
        case = case_of_report(report.id)
        if case is not None:
            messages.success(request, _("It is a report now: %(number)s.") % {"number": case.number})
            return redirect("agents:case", case.number)
        return redirect("agents:social")
    actions.say_not_about_us(viewer, post, now=now)
    messages.success(request, _("Written down. If it has a case, close that by its own steps."))
    return redirect("agents:social")
