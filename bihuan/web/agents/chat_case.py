"""A case made of a chat: the customer's words stand already; what an agent adds is who, what, where."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.service.cases.queries import case_of_report
from bihuan.service.cases.words import KINDS, URGENCIES, WAYS, WISHES
from bihuan.service.intake.chats.ending import make_case
from bihuan.service.intake.chats.queries import chat_of, said_by
from bihuan.service.intake.errors import ReportRefused
from bihuan.service.intake.told import Told
from bihuan.web.agents.chats_shown import talk_shown
from bihuan.web.agents.report_form import appliances
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm


class ChatCaseForm(TidyForm):
    """What a report holds beside its words. Without a phone it belongs to the visitor of this chat alone."""

    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    wish = forms.ChoiceField(label=gettext_lazy("Wish"), required=False)
    way = forms.ChoiceField(label=gettext_lazy("How we serve"), required=False, initial="on_site")
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Appliance"), required=False)
    brand = forms.CharField(label=gettext_lazy("Brand"), required=False, max_length=60)
    model = forms.CharField(label=gettext_lazy("Model"), required=False, max_length=60)
    city = forms.CharField(label=gettext_lazy("City"), required=False, max_length=60)
    district = forms.CharField(label=gettext_lazy("District"), required=False, max_length=60)
    street = forms.CharField(label=gettext_lazy("Street or town"), required=False, max_length=60)
    door = forms.CharField(label=gettext_lazy("Road, house and door"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        judged = [("", _("judged from the words"))]
        self.choose("kind", judged + list(KINDS.items()))
        self.choose("urgency", judged + list(URGENCIES.items()))
        self.choose("wish", [("", "–"), *WISHES.items()])
        self.choose("way", list(WAYS.items()))
        self.choose("category", [("", "–"), *appliances(())])


def told_of(held: dict[str, Any]) -> Told:
    """What the form says."""
    return Told(
        words="",
        channel="chat",
        phone=held["phone"],
        email=held["email"],
        name=held["name"],
        kind=held["kind"],
        wish=held["wish"],
        way=held["way"] or "on_site",
        urgency=held["urgency"],
        machine=MachineTold(category=held["category"], brand=held["brand"], model=held["model"]),
        address=AddressTold(
            city=held["city"], district=held["district"], street=held["street"], door=held["door"]
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("report.take")
def chat_case(request: HttpRequest, viewer: Viewer, chat_id: int) -> HttpResponse:
    """The form beside the talk; sent, it makes the case and leads back to the chat, which goes on."""
    held, now = chat_of(viewer, chat_id), moment(request)
    if request.method != "POST":
        said = said_by(held)
        known = {"phone": said.phone, "email": said.email, "name": said.name, "way": "on_site"}
        return _page(request, viewer, chat_id, ChatCaseForm(initial=known))
    form = ChatCaseForm(request.POST)
    if not form.is_valid():
        return _page(request, viewer, chat_id, form, status=422)
    try:
        report = make_case(held, told_of(form.cleaned_data), viewer=viewer, now=now)
    except ReportRefused as refusal:
        form.blame_all(refusal.fields)
        return _page(request, viewer, chat_id, form, status=422)
    case = case_of_report(report.id)
    if case is None:
        messages.warning(
            request, _("The report is kept. No case could be opened by itself; a supervisor sees it.")
        )
    else:
        messages.success(request, _("%(number)s was made of this chat.") % {"number": case.number})
    return redirect("agents:chat", chat_id)


def _page(
    request: HttpRequest, viewer: Viewer, chat_id: int, form: ChatCaseForm, *, status: int = 200
) -> HttpResponse:
    context = talk_shown(viewer, chat_id, now=moment(request)) | {"form": form}
    return render(request, "agents/chat_case.html", context, status=status)
