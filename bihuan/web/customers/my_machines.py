"""/my/machines: one machine with its warranty card, a report for it, and registering another."""

from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.customers.registering import (
    Paper,
    machine_of,
    paper_of,
    papers_of,
    taken_by_others,
    tidy_serial,
)
from bihuan.registers.customers.scan_codes import scanned
from bihuan.registers.customers.told import MachineTold
from bihuan.registers.customers.warranty import card_of
from bihuan.registers.knowledge.queries import knowledge
from bihuan.registers.organisation.queries import head_office
from bihuan.registers.parts.queries import brands
from bihuan.service.cases.queries import link_to_case
from bihuan.service.intake.actions import receive
from bihuan.service.intake.rules import OLDEST_PURCHASE
from bihuan.service.intake.told import FileTold, Told
from bihuan.service.searching.mending import register_machine
from bihuan.web.customers.asking import picture
from bihuan.web.customers.my_door import Owner, own_page
from bihuan.web.customers.sending import TooOften
from bihuan.web.customers.words import COVERS
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.naming import family_name
from bihuan.web.look.throttle import Throttle

REGISTERED = Throttle(name="my-machine", times=12, seconds=86400)
REPORTED = Throttle(name="my-fault", times=8, seconds=600)
_SERIAL = {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}


class MachineForm(TidyForm):
    """What stands on the label, and when it was bought."""

    category = forms.ChoiceField(label=gettext_lazy("Appliance"))
    brand = forms.CharField(label=gettext_lazy("Brand"), max_length=60)
    model = forms.CharField(label=gettext_lazy("Model"), required=False, max_length=60)
    serial = forms.CharField(
        label=gettext_lazy("Serial number"),
        max_length=60,
        help_text=gettext_lazy("It stands on the label, often beside a bar code. Split machines: indoors."),
        widget=forms.TextInput(attrs=_SERIAL),
    )
    outdoor = forms.CharField(
        label=gettext_lazy("Serial number of the unit outdoors, if there is one"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs=_SERIAL),
    )
    bought_on = forms.DateField(
        label=gettext_lazy("Bought on"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
    )
    bought_at = forms.CharField(label=pgettext_lazy("shop", "Bought at"), required=False, max_length=40)
    label_photo = forms.FileField(
        label=gettext_lazy("Photo of the label (optional)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    invoice_photo = forms.FileField(
        label=gettext_lazy("Photo of the invoice (optional)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        chinese = (get_language() or "en").startswith("zh")
        category = self.fields["category"]
        assert isinstance(category, forms.ChoiceField)
        families = [one for one in knowledge().families if one.code != "general"]
        category.choices = [
            ("", _("Choose…")),
            *((one.code, one.zh if chinese else one.en) for one in families),
        ]
        self.fields["brand"].widget.attrs["list"] = "brands"

    def clean_serial(self) -> str:
        return _sound_serial(self.cleaned_data["serial"])

    def clean_outdoor(self) -> str:
        told = self.cleaned_data["outdoor"]
        return _sound_serial(told) if told.strip() else ""

    def clean_bought_on(self) -> Any:
        told = self.cleaned_data["bought_on"]
        if told and told > self.today:
            raise forms.ValidationError(_("This day lies in the future."))
        if told and told < OLDEST_PURCHASE:
            raise forms.ValidationError(_("This day lies too far in the past."))
        return told


class FaultForm(TidyForm):
    """A report for a machine that we know: only what is new is asked."""

    words = forms.CharField(
        label=pgettext_lazy("report", "What happened?"),
        help_text=gettext_lazy("What does the machine do, or not do? Since when? What does it show?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": "5"}),
    )
    photo = forms.FileField(
        label=gettext_lazy("Photo (optional)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


def _sound_serial(told: str) -> str:
    serial = tidy_serial(told)
    if len(serial) < 4 or not any(sign.isdigit() for sign in serial):
        raise forms.ValidationError(
            _("This does not look like a serial number. Please type it as on the label.")
        )
    if not all(sign.isalnum() or sign in "-/._" for sign in serial):
        raise forms.ValidationError(_("A serial number holds letters, digits and dashes only."))
    return serial


@require_safe
@own_page
def machine(request: HttpRequest, owner: Owner, machine_id: int) -> HttpResponse:
    """The warranty card of one machine, and what can be done with it."""
    held = machine_of(owner.customer, machine_id)
    card = card_of(held, day=localdate(owner.now))
    context = {
        "owner": owner,
        "card": card,
        "machine": card.machine,
        "family": family_name(card.machine.category),
        "cover": COVERS[card.machine.cover],
        "papers": papers_of([held.id]),
        "token": card.address.rpartition("/")[2],
    }
    return render(request, "customers/my_machine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def fault(request: HttpRequest, owner: Owner, machine_id: int) -> HttpResponse:
    """A report for this machine; sent twice it is one."""
    held = machine_of(owner.customer, machine_id)
    sent = request.method == "POST"
    form = FaultForm(
        request.POST if sent else None, request.FILES if sent else None, initial={"key": uuid4().hex}
    )
    photos: list[FileTold] = []
    if sent and form.is_valid() and form.cleaned_data["photo"]:
        photos = _pictures(form, "photo")
    if not sent or not form.is_valid():
        context = {"form": form, "owner": owner, "machine": held, "family": family_name(held.category)}
        return render(request, "customers/my_fault.html", context, status=422 if sent else 200)
    if not REPORTED.count(request, str(owner.customer.id)):
        raise TooOften
    told = Told(
        words=form.cleaned_data["words"],
        channel="web",
        customer_id=owner.customer.id,
        machine=MachineTold(machine_id=held.id, category=held.category, brand=held.brand, model=held.model),
        language=get_language() or "",
        files=tuple(photos),
    )
    report = receive(
        told,
        by=owner.viewer.actor,
        node=head_office(),
        now=owner.now,
        once=("my-form", form.cleaned_data["key"]) if form.cleaned_data["key"] else None,
    )
    return redirect("/c/" + link_to_case(report).rpartition("/c/")[2])


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def register(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Register a machine. A serial that somebody else registered goes to a person, who looks whose it is."""
    today, sent = localdate(owner.now), request.method == "POST"
    if not sent:
        return _register_page(request, owner, MachineForm(initial=_scanned(request), today=today))
    form = MachineForm(request.POST, request.FILES, today=today)
    papers = _papers(form) if form.is_valid() else []
    if not form.is_valid():
        return _register_page(request, owner, form, status=422)
    if not REGISTERED.count(request, str(owner.customer.id)):
        form.add_error(None, _("You registered many machines today. Please go on tomorrow, or ring us."))
        return _register_page(request, owner, form, status=429)
    told = _told(form.cleaned_data)
    if taken_by_others(owner.customer, told.serials):
        return _to_a_person(request, owner, form, told, papers)
    made = register_machine(owner.customer, told, papers=papers, now=owner.now)
    return redirect(reverse("customers:my_machine", args=[made.id]) + "?said=registered")


def _scanned(request: HttpRequest) -> dict[str, Any]:
    """What a scanned code says of the machine."""
    initial: dict[str, Any] = {"key": uuid4().hex}
    try:
        code = scanned(request.GET.get("code", ""))
    except NotFound:
        return initial
    return initial | {
        "category": code.category,
        "brand": code.brand,
        "model": code.model,
        "serial": code.serial,
    }


def _told(held: dict[str, Any]) -> MachineTold:
    units = (
        {"indoor": held["serial"], "outdoor": held["outdoor"]}
        if held["outdoor"]
        else {"whole": held["serial"]}
    )
    return MachineTold(
        category=held["category"],
        brand=held["brand"].strip(),
        model=held["model"].strip(),
        serials=units,
        bought_on=held["bought_on"],
        bought_at=held["bought_at"].strip(),
    )


def _to_a_person(
    request: HttpRequest, owner: Owner, form: MachineForm, told: MachineTold, papers: list[Paper]
) -> HttpResponse:
    """A case of its own: nothing is said of who registered the serial before."""
    words = _(
        "Please check this machine: its serial number is in our register already. %(machine)s, %(serial)s"
    ) % {
        "machine": " ".join(part for part in (told.brand, family_name(told.category), told.model) if part),
        "serial": " / ".join(told.serials.values()),
    }
    report = receive(
        Told(
            words=words,
            channel="web",
            customer_id=owner.customer.id,
            kind="consultation",
            language=get_language() or "",
            files=tuple(FileTold(name=one.kind, media=one.media, content=one.content) for one in papers),
        ),
        by=owner.viewer.actor,
        node=head_office(),
        now=owner.now,
        once=("my-form", form.cleaned_data["key"]) if form.cleaned_data["key"] else None,
    )
    context = {"owner": owner, "link": "/c/" + link_to_case(report).rpartition("/c/")[2]}
    return render(request, "customers/my_doubt.html", context, status=202)


def _papers(form: MachineForm) -> list[Paper]:
    found = []
    for kind in ("label", "invoice"):
        for one in _pictures(form, f"{kind}_photo"):
            found.append(Paper(kind=kind, media=one.media, content=one.content))
    return found


def _pictures(form: forms.Form, field: str) -> list[FileTold]:
    """The picture in a field, by its first bytes; what is none is a fault of the form."""
    file = form.cleaned_data.get(field)
    if not file:
        return []
    try:
        return [picture(file)]
    except Refusal as refused:
        form.add_error(field, str(refused))
        return []


def _register_page(
    request: HttpRequest, owner: Owner, form: MachineForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "owner": owner, "brands": brands()}
    return render(request, "customers/my_register.html", context, status=status)


@require_safe
@own_page
def paper(request: HttpRequest, owner: Owner, paper_id: int) -> HttpResponse:
    """A label or invoice that they sent, as a download and never as a page."""
    row, content = paper_of(owner.customer, paper_id)
    response = HttpResponse(content, content_type="application/octet-stream")
    ending = row.media.rpartition("/")[2].replace("jpeg", "jpg")
    response["Content-Disposition"] = f'attachment; filename="{row.kind}-{row.id}.{ending}"'
    return response
