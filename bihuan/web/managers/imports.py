"""/settings/import: what can be brought in from workbooks, the templates, the upload, and what was brought in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports import actions, queries
from bihuan.service.imports.allowed import may_bring_in
from bihuan.service.imports.blank_workbook import blank_workbook
from bihuan.service.imports.book import MAX_BYTES
from bihuan.service.imports.targets import all_targets, target
from bihuan.web.look import listing
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import XLSX
from bihuan.web.look.forms import TidyForm

SHOWN = 20
STATES = {
    "uploaded": gettext_lazy("Columns to choose"),
    "looking": gettext_lazy("Being looked at"),
    "looked": gettext_lazy("To be confirmed"),
    "writing": gettext_lazy("Being brought in"),
    "done": gettext_lazy("Brought in"),
    "undoing": gettext_lazy("Being taken back"),
    "undone": gettext_lazy("Undone"),
    "dropped": gettext_lazy("Put aside"),
}


class FileForm(TidyForm):
    kind = forms.ChoiceField(label=gettext_lazy("What is in it"))
    file = forms.FileField(
        label=gettext_lazy("Workbook or text file"),
        max_length=200,
        help_text=gettext_lazy("Excel (.xlsx) or CSV, up to 30 MB and 200,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.csv,.txt,.tsv"}),
    )

    def __init__(self, *args: Any, offered: Sequence[queries.Offered], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("kind", [(one.target.code, one.target.title) for one in offered])


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("order.bring_in")
def start(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Choose what and send the file; below, what was brought in before."""
    initial = {"kind": request.GET.get("kind", "")}
    offered = queries.offered(viewer)
    form = FileForm(request.POST or None, request.FILES or None, initial=initial, offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            run = _received(request, viewer, form)
        except Refusal as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("managers:import", run)
    page = listing.page(
        queries.imports_listed(viewer), key=("-id",), after=request.GET.get("after"), size=SHOWN
    )
    titles = {one.code: one.title for one in all_targets()}
    told = {
        "form": form,
        "offered": offered,
        "all": viewer.may("settings.change"),
        "page": page,
        "lines": [
            {"run": run, "title": titles.get(run.kind, run.kind), "state": STATES[run.state]}
            for run in page.rows
        ],
    }
    return render(request, "managers/imports.html", told, status=422 if form.errors else 200)


def _received(request: HttpRequest, viewer: Viewer, form: FileForm) -> int:
    file = form.cleaned_data["file"]
    if file.size > MAX_BYTES:
        raise Refusal(_("This file is larger than %(most)s MB. Split it in two.") % {"most": MAX_BYTES >> 20})
    kind = form.cleaned_data["kind"]
    run = actions.receive(viewer, kind, file.read(), file_name=file.name, now=moment(request))
    if (earlier := queries.same_file(queries.opened_import(viewer, run.id))) is not None:
        day = f"{earlier.made_at:%Y-%m-%d}"
        messages.info(
            request, _("The same file was brought in on %(day)s. Nothing will be doubled.") % {"day": day}
        )
    return run.id


@require_GET
@staff_page("order.bring_in")
def template(request: HttpRequest, viewer: Viewer, kind: str) -> HttpResponseBase:
    """The template of one target, in the reader's language or `?lang=`."""
    wanted = target(kind) if may_bring_in(viewer, kind) else None
    if wanted is None:
        raise NotFound
    asked = request.GET.get("lang", get_language() or "zh-hans")
    language = "zh-hans" if asked.startswith("zh") else "en"
    name = f"bihuan-{kind.replace('_', '-')}-{'zh' if language != 'en' else 'en'}.xlsx"
    return FileResponse(
        blank_workbook(wanted, language=language), as_attachment=True, filename=name, content_type=XLSX
    )
