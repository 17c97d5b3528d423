"""The page on which a desk writes up what a case needs to go on."""

from collections.abc import Iterable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.needs import Need
from bihuan.service.cases.queries import case_by_number
from bihuan.service.cases.words import NEEDS
from bihuan.service.cases.writing_up import APPROVERS, TOLD_TO_CUSTOMER, WRITTEN_UP, write_up
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm


def may_write(needs: Iterable[str], viewer: Viewer) -> list[tuple[str, str]]:
    """What of these needs this viewer may write up by hand, each with its words; approvals only for approvers."""
    if not viewer.may("case.note"):
        return []
    open_to = WRITTEN_UP if viewer.roles & APPROVERS else WRITTEN_UP - {Need.PLAN_APPROVED}
    return [(need, str(NEEDS[need])) for need in sorted(needs) if need in open_to]


class WriteUpForm(TidyForm):
    words = forms.CharField(
        label=gettext_lazy("What is to be written down"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=5000,
    )


@staff_page("case.note")
def write_up_page(request: HttpRequest, viewer: Viewer, number: str, need: str) -> HttpResponse:
    """Write one thing that a move asks for; back to the case when it is there."""
    case = case_by_number(viewer, number)
    if need not in WRITTEN_UP:
        raise NotFound
    form = WriteUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        write_up(case, Need(need), form.cleaned_data["words"], viewer=viewer, now=moment(request))
        messages.success(request, _("Written down."))
        return redirect("agents:case", case.number)
    told = Need(need) in TOLD_TO_CUSTOMER
    shown = {"case": case, "form": form, "need": NEEDS[need], "told_to_customer": told}
    return render(request, "agents/write_up.html", shown, status=422 if form.errors else 200)
