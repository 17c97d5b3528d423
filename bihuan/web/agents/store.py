"""/desk/store: the short form at a shop's counter, and the receipt that goes along with the customer."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from bihuan.ground.vault.actions import keys
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import machine_cards
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.registers.organisation.naming import company_hotline, company_name
from bihuan.registers.organisation.queries import head_office
from bihuan.registers.parts.queries import categories
from bihuan.service.cases.queries import Case, case_by_number, case_of_report, may_see_full
from bihuan.service.cases.words import KINDS, WAYS
from bihuan.service.commitments.queries import promises_of
from bihuan.service.fieldwork.counter import hand_in
from bihuan.service.intake.actions import receive
from bihuan.service.intake.errors import ReportRefused, sentence_of
from bihuan.service.intake.queries import link_of, words_of
from bihuan.service.intake.rules import LONGEST_WORDS, faults_of
from bihuan.service.intake.told import Told
from bihuan.web.agents.facts import UNITS
from bihuan.web.agents.report_form import appliances
from bihuan.web.look.codes import square_code
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.words import local_time

CARRIED, ON_SITE = "carry_in", "on_site"


class StoreForm(TidyForm):
    """What somebody at a counter may write down while the customer waits."""

    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=120)
    words = forms.CharField(
        label=gettext_lazy("In the customer's own words"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of work"), required=False)
    way = forms.ChoiceField(label=gettext_lazy("Way of service"), initial=CARRIED)
    category = forms.ChoiceField(label=gettext_lazy("Appliance"), required=False)
    brand = forms.CharField(label=gettext_lazy("Brand"), required=False, max_length=60)
    model = forms.CharField(label=gettext_lazy("Model"), required=False, max_length=60)
    serial = forms.CharField(label=gettext_lazy("Serial number"), required=False, max_length=60)
    looks = forms.CharField(
        label=gettext_lazy("Looks and accessories of the machine that is handed in"),
        help_text=gettext_lazy("Scratches, what is missing, what comes along: it stands on the receipt."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )
    district = forms.CharField(label=gettext_lazy("District"), required=False, max_length=60)
    door = forms.CharField(label=gettext_lazy("Road, house and door"), required=False, max_length=200)
    outside_number = forms.CharField(
        label=gettext_lazy("Number of the shop's own receipt"), required=False, max_length=60
    )
    privacy_read = forms.BooleanField(
        label=gettext_lazy(
            "The customer has seen the privacy notice and agrees that we use the number for this"
        )
    )
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("kind", [("", _("as the words say")), *KINDS.items()])
        self.choose("way", [(way, WAYS[way]) for way in (CARRIED, ON_SITE, "mail_in", "collected")])
        self.choose("category", [("", "–"), *appliances(categories())])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("way") == CARRIED and not told.get("looks", "").strip():
            self.add_error("looks", _("Write down looks and accessories for the receipt."))
        return told


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("report.take")
def store(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The form; sent, it leads to the receipt. Sent twice it is one report."""
    if request.method != "POST":
        return _page(request, StoreForm(initial={"key": uuid4().hex, "way": CARRIED}))
    form = StoreForm(request.POST)
    if not form.is_valid() or not _sound(form, request):
        return _page(request, form, status=422)
    now, told = moment(request), form.cleaned_data
    once = (f"store:{viewer.person_id}", told["key"]) if told["key"] else None
    try:
        made = receive(
            told_of(told), by=viewer.actor, node=head_office(), now=now, taken_by=viewer.person_id, once=once
        )
    except ReportRefused as refused:
        form.blame_all(refused.fields)
        return _page(request, form, status=422)
    case = case_of_report(made.id)
    if case is None:
        return render(request, "agents/store_kept.html", {"link": link_of(made)})
    if told["way"] == CARRIED:
        hand_in(case, told["looks"], by=viewer.actor, now=now)
    return redirect("agents:store_receipt", case.number)


def _sound(form: StoreForm, request: HttpRequest) -> bool:
    for fault in faults_of(told_of(form.cleaned_data), today=localdate(moment(request)), strict=False):
        form.blame(fault.field, sentence_of(fault))
    return not form.errors


def told_of(told: dict[str, Any]) -> Told:
    """What the form says, as every channel hands it over."""
    machine = MachineTold(category=told["category"], brand=told["brand"], model=told["model"])
    if told["serial"]:
        machine = replace(machine, serials={"whole": told["serial"]})
    return Told(
        words=told["words"],
        channel="store",
        phone=told["phone"],
        name=told["name"],
        kind=told["kind"],
        way=told["way"],
        machine=machine,
        address=AddressTold(district=told["district"], door=told["door"]),
        outside_number=told["outside_number"],
        asked={"looks": told["looks"]} if told["looks"] and told["way"] == CARRIED else {},
        consents={"service": True},
    )


def _page(request: HttpRequest, form: StoreForm, *, status: int = 200) -> HttpResponse:
    return render(request, "agents/store.html", {"form": form}, status=status)


@never_cache
@require_GET
@staff_page("report.take")
def receipt(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The paper for the customer: what was taken, and the square code of their private page."""
    case, now = case_by_number(viewer, number), moment(request)
    full = may_see_full(viewer, case, now=now)
    machine, said = case.machine, words_of(case.report, keys(case.customer.key))
    due = [one.due_at for one in promises_of(case.id, now=now) if one.public and one.open and one.due_at]
    context = {
        "case": case,
        "company": company_name(),
        "hotline": company_hotline(),
        "kind": KINDS.get(case.kind, case.kind),
        "way": WAYS.get(case.way, case.way),
        "machine": " ".join(part for part in (machine.brand, machine.model) if part) if machine else "",
        "serials": _serials(case.machine) if full else [],
        "words": said.words if full else "",
        "looks": said.asked.get("looks", "") if full else "",
        "by": local_time(min(due), now) if due else "",
        "store": viewer_name(request),
    }
    return render(request, "agents/store_receipt.html", context)


def _serials(machine: Any) -> list[tuple[str, str]]:
    """Part of the machine and its serial number."""
    cards = machine_cards([machine], day=localdate()) if machine is not None else []
    return [(str(UNITS.get(unit, unit)), number) for card in cards for unit, number in card.serials.items()]


def viewer_name(request: HttpRequest) -> str:
    """Who hands the receipt out."""
    return str(getattr(request.user, "name", ""))


@never_cache
@require_GET
@staff_page("report.take")
def receipt_code(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The square code of the customer's private page, as a picture."""
    case: Case = case_by_number(viewer, number)
    return square_code(link_of(case.report), scale=5)
