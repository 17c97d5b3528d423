"""/track/: number and phone together find a case; either alone finds nothing, and every miss sounds the same."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.queries import known_by
from bihuan.service.cases.queries import visible
from bihuan.service.cases.rules import read_number
from bihuan.service.intake.queries import link_of
from bihuan.web.look.doors import customer_page, moment
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.opened import counted
from bihuan.web.look.throttle import Throttle

LOOKUPS = Throttle(name="look-up", times=10, seconds=600)
NOBODY = 0  # the number of no customer


class LookupForm(TidyForm):
    number = forms.CharField(
        label=gettext_lazy("Case number"),
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "AF…", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("The phone number you gave us"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def lookup(request: HttpRequest) -> HttpResponse:
    """Leads to the private page when both belong together."""
    form = LookupForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        counted("track", moment(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, "customers/lookup.html", {"form": form}, status=422 if form.is_bound else 200)
    if not LOOKUPS.count(request):
        form.add_error(None, _("Too many tries from this address. Wait ten minutes, or ring us."))
        return render(request, "customers/lookup.html", {"form": form}, status=429)
    link = found(form.cleaned_data["number"], form.cleaned_data["phone"])
    if not link:
        form.add_error(None, _("Number and phone do not belong together. Please check both, or ring us."))
        return render(request, "customers/lookup.html", {"form": form}, status=422)
    return redirect(link)


def found(number: str, phone: str) -> str:
    """The private link; empty when there is no such pair. Both questions are always asked, so that a miss takes
    as long as a hit."""
    customer = known_by(reach_by(phone=phone))
    viewer = Viewer(roles=frozenset({Role.CUSTOMER}), customer_id=customer.id if customer else NOBODY)
    case = visible(viewer).select_related("report").filter(number=read_number(number) or "?").first()
    return link_of(case.report) if case else ""
