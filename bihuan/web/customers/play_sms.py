"""/play/sms: a visitor of the demo holds a customer's phone, reads our SMS and answers them.

An answer is told as Alibaba Cloud tells it, and goes through the same door.
"""

import json
import secrets
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.customers.rules import read_phone
from bihuan.service.notices.played import on_phone, recent_phones
from bihuan.service.notices.sms_door import take_told
from bihuan.web.customers.play import play_page
from bihuan.web.look.doors import moment
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.throttle import Throttle

TRIES = Throttle(name="play-sms", times=60, seconds=600)


class AnswerForm(TidyForm):
    number = forms.CharField(label=gettext_lazy("Phone number"), max_length=40)
    words = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_number(self) -> str:
        read = read_phone(str(self.cleaned_data["number"]))
        if read is None:
            raise forms.ValidationError(_("This is not a phone number."))
        return read.number


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@play_page
def sms(request: HttpRequest) -> HttpResponseBase:
    """The phone with our messages; its part with them asks again by itself."""
    if request.method == "POST":
        return _answered(request)
    read = read_phone(request.GET.get("number", "")[:40])
    number = read.number if read is not None else ""
    context = {
        "form": AnswerForm(initial={"number": number.removeprefix("+86")}),
        "number": number,
        "lines": on_phone(number) if number else [],
        "phones": [one.removeprefix("+86") for one in recent_phones()],
        "sent": request.GET.get("said") == "sent",
    }
    part = "#bubbles" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"customers/play/sms.html{part}", context)


def _answered(request: HttpRequest) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "phones": [one.removeprefix("+86") for one in recent_phones()]}
        return render(request, "customers/play/sms.html", context, status=422)
    number, words = form.cleaned_data["number"], form.cleaned_data["words"]
    said = bool(words) and TRIES.count(request)
    if said:
        take_told("aliyun_sms", told_by_provider(number, words, now=moment(request)), now=moment(request))
    query = {"number": number.removeprefix("+86")} | ({"said": "sent"} if said else {})
    return redirect(f"{reverse('customers:play_sms')}?{urlencode(query)}")


def told_by_provider(number: str, words: str, *, now: datetime) -> bytes:
    """An answer as Alibaba Cloud tells it (SmsUp)."""
    told = {
        "phone_number": number.removeprefix("+86"),
        "send_time": f"{localtime(now):%Y-%m-%d %H:%M:%S}",
        "content": words,
        "sign_name": "",
        "dest_code": "1065",
        "sequence_id": secrets.token_hex(8),
    }
    return json.dumps([told], ensure_ascii=False).encode()
