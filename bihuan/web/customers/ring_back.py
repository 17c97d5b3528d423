"""/callback: 请回电. A customer leaves a number; somebody rings at the time they were told."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import gettext_lazy, pgettext

from bihuan.ground.worktime.calendar import is_open, moment_after
from bihuan.registers.access.errors import Refusal
from bihuan.service.commitments.profiles_in_use import calendar_in_force
from bihuan.service.intake.calls.ringing_back import ask_to_be_rung
from bihuan.web.customers.report_form import privacy_words
from bihuan.web.customers.sending import Sent, advice_on, answered
from bihuan.web.look.doors import customer_page, moment
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.opened import counted
from bihuan.web.look.words import local_time

CONTACT = "cn-contact"  # the hours in which customers are rung
SOON, EVENING, MORNING = timedelta(minutes=30), time(20), time(10)


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
    )
    consent_service = forms.BooleanField(label=gettext_lazy("You may keep my number to ring me back."))
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("when", choices(now, every=self.is_bound))


@customer_page
def ring_back(request: HttpRequest) -> HttpResponse:
    """The form; sent, the same page says by when we ring."""
    now = moment(request)
    if request.method != "POST":
        counted("ring_back", now)
        return _page(request, RingBackForm(now=now, initial={"key": uuid4().hex}))
    form = RingBackForm(request.POST, now=now)
    sent = Sent(
        page="ring_back",
        form=form,
        take=lambda: _asked(request, form),
        draw=lambda status: _page(request, form, status=status),
    )
    return answered(request, sent)


def _asked(request: HttpRequest, form: RingBackForm) -> HttpResponse | None:
    now, held = moment(request), form.cleaned_data
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
        return None
    context = {"when": local_time(duty.due_at, now), "advice": advice_on(held["words"])}
    return render(request, "customers/ring_back_thanks.html", context)


def due_at(when: str, now: datetime) -> datetime:
    """By when to ring, within the hours in which customers are rung: half an hour of them for whoever wants it soon.
    An evening that is over is tomorrow's morning."""
    day, soon = localtime(now).date(), _spent(now)
    tomorrow, evening = _at(day + timedelta(days=1), MORNING), _at(day, EVENING)
    match when:
        case "2h":
            return _rung(now + timedelta(hours=2))
        case "evening":
            return _rung(evening if soon <= evening else tomorrow)
        case "tomorrow":
            return _rung(tomorrow)
    return soon


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, get_default_timezone())


def _spent(since: datetime) -> datetime:
    """When half an hour of contact hours is over."""
    return moment_after(calendar_in_force(CONTACT), since, SOON) or since + SOON


def _rung(at: datetime) -> datetime:
    """The moment itself where customers are rung then; else half an hour into the next hours."""
    return at if is_open(calendar_in_force(CONTACT), at) else _spent(at)


def choices(now: datetime, *, every: bool = False) -> list[tuple[str, str]]:
    """What may be wished, in words that hold at this hour. What would come out otherwise than it is called is not
    offered, but taken (`every`) from whoever opened the form while it was."""
    due = {when: due_at(when, now) for when in ("soon", "2h", "evening", "tomorrow")}
    day = localtime(now).date()
    said = {
        "2h": (due["2h"] == now + timedelta(hours=2), pgettext("ring back", "In two hours")),
        "evening": (
            localtime(due["evening"]) == _at(day, EVENING),
            pgettext("ring back", "This evening by 20:00"),
        ),
        "tomorrow": (
            localtime(due["tomorrow"]) == _at(day + timedelta(days=1), MORNING),
            pgettext("ring back", "Tomorrow by 10:00"),
        ),
    }
    if due["soon"] == now + SOON:
        soon = pgettext("ring back", "As soon as possible, within half an hour")
    else:
        soon = pgettext("ring back", "As soon as possible: %(when)s at the latest") % {
            "when": local_time(due["soon"], now)
        }
    plain = pgettext("ring back", "%(when)s at the latest")
    return [("soon", soon)] + [
        (when, words if holds else plain % {"when": local_time(due[when], now)})
        for when, (holds, words) in said.items()
        if holds or every
    ]


def _page(request: HttpRequest, form: RingBackForm, *, status: int = 200) -> HttpResponse:
    words = str(form.data.get("words", ""))[:2000] if form.is_bound else ""
    context: dict[str, Any] = {"form": form, "privacy": privacy_words(), "advice": advice_on(words)}
    return render(request, "customers/ring_back.html", context, status=status)
