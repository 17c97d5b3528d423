"""Messages that became nothing yet: a list, and one of them with what a person can make of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.quarantine import REASONS
from bihuan.registers.customers.told import MachineTold
from bihuan.service.cases.queries import case_by_number, case_of_report
from bihuan.service.cases.words import CHANNELS
from bihuan.service.intake.looking_at import Looked, message_open, messages_open
from bihuan.service.intake.rules import LONGEST_WORDS
from bihuan.service.intake.settling import decide
from bihuan.service.intake.taking_up import read_again, take_up
from bihuan.service.intake.told import Told
from bihuan.web.agents.report_form import appliances
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.listing import page

KEY = ("id",)
ENDS: dict[str, Lazy] = {
    "spam": pgettext_lazy("message", "Spam"),
    "duplicate": pgettext_lazy("message", "Already here"),
    "answered": pgettext_lazy("message", "Answered already"),
    "automatic": pgettext_lazy("message", "Sent by a machine"),
}
COLUMNS: tuple[Column[Any], ...] = (
    Column(gettext_lazy("Received"), lambda row: row.received_at),
    Column(gettext_lazy("Channel"), lambda row: CHANNELS.get(row.channel, row.channel)),
    Column(gettext_lazy("Why it waits"), lambda row: why(row)),
    Column(gettext_lazy("Bytes"), lambda row: row.size),
)


class TakeUpForm(TidyForm):
    """What a person reads in a message."""

    words = forms.CharField(
        label=gettext_lazy("The customer's words"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": "6"}),
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=120)
    category = forms.ChoiceField(label=gettext_lazy("Appliance"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("category", [("", "–"), *appliances(())])


@require_safe
@staff_page("message.decide")
def waiting(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The oldest first: they have waited longest."""
    rows = messages_open(viewer)
    file = file_of(request, "bihuan-messages", COLUMNS, lambda: rows.order_by(*KEY)[:5000])
    if file is not None:
        return file
    found = page(rows, key=KEY, after=request.GET.get("after"), size=25)
    context = {
        "page": found,
        "lines": [(one, CHANNELS.get(one.channel, one.channel), why(one)) for one in found.rows],
    }
    return render(request, "agents/messages.html", context)


def why(message: Any) -> str:
    """Why it waits, in words where we have some."""
    if message.state == "waiting":
        return _("Not read yet")
    return str(REASONS.get(message.reason, message.reason))


@staff_page("message.decide")
def one(request: HttpRequest, viewer: Viewer, message_id: int) -> HttpResponse:
    """One message opened; sent, its words become a report."""
    looked = message_open(viewer, message_id)
    form = TakeUpForm(request.POST or None, initial=_read(looked))
    if request.method == "POST" and form.is_valid():
        held = form.cleaned_data
        told = Told(
            words=held["words"],
            channel=looked.message.channel,
            phone=held["phone"],
            email=held["email"],
            name=held["name"],
            machine=MachineTold(category=held["category"]),
        )
        try:
            report = take_up(viewer, looked.message, told, now=moment(request))
        except Refusal as refusal:
            form.blame_all(refusal.fields or {"": str(refusal)})
        else:
            case = case_of_report(report.id)
            messages.success(request, _("The message has become a case."))
            return redirect("agents:case", case.number) if case else redirect("agents:messages")
    return _shown(request, looked, form, status=422 if form.errors else 200)


def _shown(request: HttpRequest, looked: Looked, form: TakeUpForm, *, status: int = 200) -> HttpResponse:
    context = {
        "message": looked.message,
        "channel": CHANNELS.get(looked.message.channel, looked.message.channel),
        "why": why(looked.message),
        "read": looked.read,
        "text": looked.text,
        "form": form,
        "ends": ENDS.items(),
    }
    answer = render(request, "agents/message.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _read(looked: Looked) -> dict[str, str]:
    if looked.read is None:
        return {}
    read = looked.read
    return {"words": read.whole, "phone": read.phone, "email": read.email, "name": read.name}


@require_POST
@staff_page("message.decide")
def end(request: HttpRequest, viewer: Viewer, message_id: int) -> HttpResponse:
    """Take it out of the quarantine with a reason; a number says of which case it is a repetition."""
    looked, now = message_open(viewer, message_id), moment(request)
    number = request.POST.get("number", "").strip()
    same = case_by_number(viewer, number) if number else None
    decide(
        viewer,
        looked.message,
        request.POST.get("state", ""),
        why=request.POST.get("why", ""),
        same_as=same.report.raw_id if same is not None else None,
        now=now,
    )
    messages.success(request, _("Written down. The message counts there from now on."))
    return redirect("agents:messages")


@require_POST
@staff_page("message.decide")
def again(request: HttpRequest, viewer: Viewer, message_id: int) -> HttpResponse:
    """Have it read once more."""
    report = read_again(viewer, message_open(viewer, message_id).message, now=moment(request))
    case = case_of_report(report.id) if report is not None else None
    if case is not None:
        messages.success(request, _("The message has become a case."))
        return redirect("agents:case", case.number)
    messages.info(request, _("It was read once more. Where it still cannot be read it stays in this list."))
    return redirect("agents:messages")
