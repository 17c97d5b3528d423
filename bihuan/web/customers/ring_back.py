"""/callback: 请回电. A customer leaves a number; somebody rings at the time they were told."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import gettext_lazy, pgettext_lazy

from bihuan.registers.access.errors import Refusal
from bihuan.service.intake.calls.ringing_back import ask_to_be_rung
from bihuan.web.customers.report_form import TooOften, privacy_words
from bihuan.web.look.doors import customer_page, moment
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.opened import counted
from bihuan.web.look.throttle import Throttle
from bihuan.web.look.words import local_time

TRIES = Throttle(name="ring-back-form", times=5, seconds=600)
SHUTS = time(20)  # nobody is rung later


class RingBackForm(TidyForm):
    """A number and when; name and words if they like."""

    phone = forms.CharField(
        label=gettext_lazy("Your phone"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    words = forms.CharField(
        label=gettext_lazy("What it is about"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
    when = forms.ChoiceField(
        label=gettext_lazy("When shall we ring?"),
        initial="soon",
        choices=[
            ("soon", pgettext_lazy("ring back", "As soon as possible, within half an hour")),
            ("2h", pgettext_lazy("ring back", "In two hours")),
            ("evening", pgettext_lazy("ring back", "This evening by 20:00")),
            ("tomorrow", pgettext_lazy("ring back", "Tomorrow by 10:00")),
        ],
    )
    consent_service = forms.BooleanField(label=gettext_lazy("You may keep my number to ring me back."))
    website = forms.CharField(required=False)  # no person sees it; whoever fills it in is none
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


@customer_page
def ring_back(request: HttpRequest) -> HttpResponse:
    """The form; sent, the same page says by when we ring."""
    now = moment(request)
    if request.method != "POST":
        counted("ring_back", now)
        return _page(request, RingBackForm(initial={"key": uuid4().hex}))
    if not TRIES.count(request):
        raise TooOften
    form = RingBackForm(request.POST)
    if request.POST.get("website"):
        return render(request, "customers/report_thanks.html")
    if not form.is_valid():
        return _page(request, form, status=422)
    held = form.cleaned_data
    try:
        duty = ask_to_be_rung(
            phone=held["phone"],
            name=held["name"],
            words=held["words"],
            due_at=due_at(held["when"], now),
            once=held["key"] or uuid4().hex,
            now=now,
        )
    except Refusal as refused:
        form.add_error("phone", str(refused))
        return _page(request, form, status=422)
    return render(request, "customers/ring_back_thanks.html", {"when": local_time(duty.due_at, now)})


def due_at(when: str, now: datetime) -> datetime | None:
    """By when to ring; None for the usual half hour. An evening that is over is tomorrow's morning."""
    here = localtime(now)
    tomorrow = datetime.combine(here.date() + timedelta(days=1), time(10), get_default_timezone())
    evening = datetime.combine(here.date(), SHUTS, get_default_timezone())
    wished: dict[str, datetime] = {"2h": now + timedelta(hours=2), "tomorrow": tomorrow}
    wished["evening"] = evening if now < evening else tomorrow
    return wished.get(when)


def _page(request: HttpRequest, form: RingBackForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "privacy": privacy_words()}
    return render(request, "customers/ring_back.html", context, status=status)
