"""/play/phone: a visitor of the demo rings the hotline: number, keys, the queue, the agent's voice, hanging up.

What the page does is told by a telephone system that signs it, and comes in by the hotline's own door.
"""

from secrets import token_hex
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.customers.rules import read_phone
from bihuan.service.intake.calls.playing import play, play_key, stands
from bihuan.web.customers.play import play_page
from bihuan.web.customers.sending import TooOften
from bihuan.web.look.doors import moment
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.throttle import Throttle

RINGS = Throttle(name="play-phone", times=60, seconds=600)
COOKIE, SALT = "play_phone", "the call that a visitor plays"
EXAMPLE = "13912345678"
KEYS = (
    ("1", gettext_lazy("Repair")),
    ("2", gettext_lazy("Installation")),
    ("3", gettext_lazy("Question")),
    ("4", gettext_lazy("Complaint")),
    ("8", gettext_lazy("Ring me back")),
    ("9", gettext_lazy("English")),
)


class PhoneForm(TidyForm):
    number = forms.CharField(label=gettext_lazy("I ring from"), max_length=40, initial=EXAMPLE)
    hidden = forms.BooleanField(label=gettext_lazy("Hide my number"), required=False)

    def clean_number(self) -> str:
        told = str(self.cleaned_data["number"])
        if read_phone(told) is None:
            raise forms.ValidationError(_("This is not a phone number."))
        return told


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@play_page
def phone(request: HttpRequest) -> HttpResponseBase:
    """The telephone; its part that shows the call asks again by itself."""
    call = _call(request)
    if request.method == "POST":
        return _deed(request, call)
    context: dict[str, Any] = {"form": PhoneForm(), "key_names": KEYS} | _stands(call, request)
    part = "#call" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"customers/play/phone.html{part}", context)


def _deed(request: HttpRequest, call: str) -> HttpResponse:
    now, deed = moment(request), request.POST.get("do", "")
    if deed == "ring":
        form = PhoneForm(request.POST)
        if not form.is_valid():
            return render(request, "customers/play/phone.html", {"form": form, "key_names": KEYS}, status=422)
        if not RINGS.count(request):
            raise TooOften
        call = f"play-{token_hex(8)}"
        number = "" if form.cleaned_data["hidden"] else form.cleaned_data["number"]
        play("ringing", call=call, now=now, **({"from": number} if number else {}))
        play("notice", call=call, now=now)
        play("queued", call=call, now=now)
    elif call and deed == "key":
        play_key(call, request.POST.get("key", "")[:1], now=now)
    elif call and deed == "hang_up":
        play("ended", call=call, now=now, cause="caller")
    response = redirect("customers:play_phone")
    if call:
        signed = signing.dumps(call, salt=SALT)
        response.set_cookie(COOKIE, signed, max_age=14400, httponly=True, samesite="Lax", path="/play/")
    return response


def _call(request: HttpRequest) -> str:
    """The call that this browser plays; a changed cookie is none."""
    try:
        return str(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT))
    except signing.BadSignature:
        return ""


def _stands(call: str, request: HttpRequest) -> dict[str, Any]:
    told = stands(call, now=moment(request)) if call else None
    if told is None:
        return {"on": False, "state": ""}
    return told | {"on": told["state"] in ("ringing", "queued", "talking")}
