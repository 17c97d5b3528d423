"""Technicians sign in by phone: a code or a one-time link comes to the number; the device is then remembered."""

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.ground.vault.actions import blind
from bihuan.registers.access.actions import make_code, remember_device, use_code, use_link
from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.queries import technician, technician_by_phone
from bihuan.registers.customers.rules import read_phone
from bihuan.service.notices.actions import send_sign_in_code
from bihuan.web.look.devices import enter, remember
from bihuan.web.look.doors import moment, open_page
from bihuan.web.look.forms import TidyForm

CODES_AN_HOUR = 6
NOBODY = 0  # no technician has this number; they are asked for a code all the same


class PhoneForm(TidyForm):
    phone = forms.CharField(label=_("Your mobile number"), max_length=32)

    def clean_phone(self) -> str:
        read = read_phone(self.cleaned_data["phone"])
        if read is None:
            raise forms.ValidationError(_("This is not a phone number."))
        return read.number


class CodeForm(TidyForm):
    code = forms.CharField(label=_("Code from the message"), max_length=6, min_length=6)


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a code. The answer is the same whether anybody has this number."""
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"]
        person = technician_by_phone(phone)
        if person is not None and _may_send(phone):
            code, link = make_code(person, now=moment(request))
            there = f"{settings.BIHUAN_ADDRESS}/field/sign-in/link/{link}"
            send_sign_in_code(person, code=code, link=there, now=moment(request))
        request.session["signs_in"] = person.id if person else NOBODY
        return redirect("technicians:sign_in_code")
    return render(request, "technicians/sign_in.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Take the code and remember the device."""
    person_id = request.session.get("signs_in")
    if person_id is None:
        return redirect("technicians:sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = use_code(technician(person_id), form.cleaned_data["code"], now=moment(request))
        except Refusal as refusal:
            form.add_error("code", str(refusal))
        else:
            return _let_in(request, person.id)
    return render(request, "technicians/sign_in_code.html", {"form": form})


@never_cache
@open_page
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time link: opening shows a button, because link scanners open links too."""
    if request.method == "POST":
        return _let_in(request, use_link(token, now=moment(request)).id)
    return render(request, "technicians/sign_in_link.html")


def _let_in(request: HttpRequest, person_id: int) -> HttpResponse:
    told = request.headers.get("User-Agent", "")
    token = remember_device(person_id, told=told, now=moment(request))
    enter(request, person_id)
    return remember(redirect("home"), token, secure=settings.BEHIND_TLS)


def _may_send(phone: str) -> bool:
    """At most a few codes an hour to one number."""
    key = f"sign-in:{blind('throttle', phone)[:32]}"
    cache.add(key, 0, 3600)
    return cache.incr(key) <= CODES_AN_HOUR
