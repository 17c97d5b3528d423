"""What settings know of persons: new passwords, who looked behind a mask, and forgetting a customer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.history import noted
from bihuan.registers.access.people import set_password
from bihuan.registers.access.queries import people_listed, reveals_listed
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import shown
from bihuan.service.notices.forgetting import find, forget_customer, held_about
from bihuan.web.look import listing
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm


class PasswordForm(TidyForm):
    password = forms.CharField(
        label=gettext_lazy("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=128,
        help_text=gettext_lazy("At least 10 characters. All their devices and tokens are signed out."),
    )


class WhoForm(TidyForm):
    who = forms.CharField(label=gettext_lazy("Phone, e-mail or case number"), max_length=120)


class ForgetForm(TidyForm):
    customer_id = forms.IntegerField(widget=forms.HiddenInput)
    typed = forms.CharField(label=gettext_lazy("Confirmation"), max_length=20)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def password(request: HttpRequest, viewer: Viewer, row_id: int) -> HttpResponseBase:
    """Give somebody a new password."""
    person = people_listed().filter(pk=row_id).first()
    if person is None:
        raise NotFound
    form, now = PasswordForm(request.POST if request.method == "POST" else None), moment(request)
    if request.method == "POST" and form.is_valid():
        clear = form.cleaned_data["password"]
        try:
            noted(
                viewer,
                register="people",
                deed="password",
                before={},
                write=lambda: set_password(viewer, row_id, clear, now=now),
                read=lambda written: (str(written.pk), {}),
                now=now,
            )
        except ValidationError as refused:
            form.add_error("password", refused)
        else:
            messages.success(request, _("The new password is set."))
            return redirect("managers:settings_row", "people", row_id)
    told = {"person": person, "form": form}
    return render(request, "managers/settings_password.html", told, status=422 if form.errors else 200)


@require_GET
@staff_page("reveal.review")
def reveals(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who looked behind whose mask, when, and what for."""
    page = listing.page(reveals_listed(viewer), key=("-id",), after=request.GET.get("after"), size=50)
    return render(request, "managers/settings_reveals.html", {"page": page})


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("customer.forget")
def forget(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Find a customer, see what would go, and make it unreadable for good."""
    if request.method == "POST" and "typed" in request.POST:
        return _forget(request, viewer)
    form = WhoForm(request.POST if request.method == "POST" else None)
    told: dict[str, Any] = {"form": form, "found": None}
    if request.method == "POST" and form.is_valid():
        try:
            told |= _what_would_go(find(viewer, form.cleaned_data["who"]))
        except NotFound:
            form.add_error("who", _("Nobody is known by this."))
    return render(request, "managers/settings_forget.html", told, status=422 if form.errors else 200)


def _what_would_go(customer: Any) -> dict[str, Any]:
    return {
        "found": customer,
        "shown": shown([customer])[customer.id],
        "held": held_about(customer),
        "confirm": ForgetForm(initial={"customer_id": customer.id}),
        "word": str(customer.id),
    }


def _forget(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    form = ForgetForm(request.POST)
    if not form.is_valid() or form.cleaned_data["typed"].strip() != str(form.cleaned_data["customer_id"]):
        raise Refusal(_("The confirmation was not typed as shown. Nothing was changed."))
    forget_customer(viewer, form.cleaned_data["customer_id"], now=moment(request))
    messages.success(request, _("Forgotten. Nothing about this customer can be read any more."))
    return redirect("managers:settings_forget")
