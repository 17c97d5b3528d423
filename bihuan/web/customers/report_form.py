"""The form on the web by which a customer reports: short, with scripts off, answered by a private link."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from bihuan.ground.journal.event import Actor
from bihuan.ground.vault.inspecting import LOOKED_AT, PICTURES, VIDEOS, media_of
from bihuan.registers.access.errors import NotFound
from bihuan.registers.customers.scan_codes import ScanCode, scanned
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.registers.knowledge.queries import knowledge
from bihuan.registers.organisation.queries import coverage_of, head_office, service_points
from bihuan.service.dispatch.words import SUITS
from bihuan.service.intake.actions import receive
from bihuan.service.intake.errors import ReportRefused, SameKeyOtherBody, sentence_of
from bihuan.service.intake.queries import link_of
from bihuan.service.intake.rules import LONGEST_WORDS, faults_of
from bihuan.service.intake.told import FileTold, Told
from bihuan.web.customers.sending import Sent, advice_on, answered
from bihuan.web.customers.warranty import scanned_machine
from bihuan.web.look.doors import customer_page, moment
from bihuan.web.look.files import name_said
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.opened import counted

type Tell = Callable[[dict[str, Any], tuple[FileTold, ...]], Told]

MOST_FILES, LARGEST_FILE = 4, 10 * 1024 * 1024
TAKEN = PICTURES | VIDEOS  # by what their bytes show


class WebReportForm(TidyForm):
    """What a customer may tell us. Only the words and a way to answer are asked for."""

    words = forms.CharField(
        label=pgettext_lazy("report", "What happened?"),
        help_text=gettext_lazy("What does the machine do, or not do? Since when? What does it show?"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": "5"}),
    )
    phone = forms.CharField(label=gettext_lazy("Your phone"), required=False, max_length=40)
    email = forms.CharField(label=gettext_lazy("Or your e-mail"), required=False, max_length=254)
    name = forms.CharField(label=gettext_lazy("Your name"), required=False, max_length=120)
    category = forms.ChoiceField(label=gettext_lazy("Appliance"), required=False)
    brand = forms.CharField(label=gettext_lazy("Brand"), required=False, max_length=60)
    model = forms.CharField(label=gettext_lazy("Model, if you can see it"), required=False, max_length=60)
    bought_on = forms.DateField(label=gettext_lazy("Bought on"), required=False)
    district = forms.CharField(label=gettext_lazy("District"), required=False, max_length=60)
    street = forms.CharField(label=gettext_lazy("Street or town"), required=False, max_length=60)
    door = forms.CharField(label=gettext_lazy("Road, house and door"), required=False, max_length=200)
    suits = forms.ChoiceField(label=gettext_lazy("When it suits best"), required=False)
    consent_service = forms.BooleanField()
    consent_recording = forms.BooleanField(required=False)
    consent_marketing = forms.BooleanField(required=False)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    p = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)  # of a code that was scanned

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chinese = (get_language() or "en").startswith("zh")
        held = knowledge()
        category = self.fields["category"]
        assert isinstance(category, forms.ChoiceField)
        named = [(one.code, one.zh if chinese else one.en) for one in held.families if one.code != "general"]
        category.choices = [("", _("Choose…")), *named]
        suits = self.fields["suits"]
        assert isinstance(suits, forms.ChoiceField)
        suits.choices = [("", "–"), *SUITS.items()]
        for one in held.script.consent:
            if f"consent_{one.kind}" in self.fields:
                self.fields[f"consent_{one.kind}"].label = one.zh if chinese else one.en
        bought = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
        self.fields["bought_on"].widget = bought
        self.fields["phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}
        self.fields["email"].widget.attrs |= {"inputmode": "email", "autocomplete": "email"}
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["district"].widget.attrs["list"] = "districts"
        self.fields["street"].widget.attrs["list"] = "streets"
        self.fields["consent_service"].error_messages["required"] = _(
            "Without this we may not use your number and address, and could not come."
        )


@customer_page
def report(request: HttpRequest) -> HttpResponse:
    """The form; sent, it leads to the private page of the case."""
    return form_page(request, WebReportForm, told=told_of, template="customers/report.html", page="report")


def form_page(
    request: HttpRequest, kind: type[WebReportForm], *, told: Tell, template: str, page: str
) -> HttpResponse:
    """One of the forms by which something is reported: drawn, or taken in."""
    if request.method != "POST":
        known = prefilled(request.GET.get("p", ""))
        counted(f"{page}_qr" if known and page == "report" else page, moment(request))
        return _page(request, kind(initial=known | {"key": uuid4().hex}), template)
    form = kind(request.POST)
    files, trouble = files_of(request)
    if trouble:
        form.add_error(None, trouble)
    sent = Sent(
        page=page,
        form=form,
        take=lambda: sent_on(request, form, told(form.cleaned_data, files), scope="web-form"),
        draw=lambda status: _page(request, form, template, status=status),
        files=files,
    )
    return answered(request, sent)


def sent_on(request: HttpRequest, form: TidyForm, told: Told, *, scope: str) -> HttpResponse | None:
    """To the private page of the report; None with what is wrong said on the form. A form that a script sends
    (`look/src/kept.js`) is told where that is, or that other words came with the same key before (409)."""
    by_script = bool(request.headers.get("X-Kept"))
    try:
        path = taken_in(form, told, scope=scope, now=moment(request))
    except SameKeyOtherBody:
        if by_script:
            return HttpResponse(status=409)
        sent = request.POST.copy()
        sent["key"] = uuid4().hex
        form.data = sent
        form.add_error(
            None,
            _("This form was sent before, with other words, and arrived. To send these too, press again."),
        )
        return None
    if not path:
        return None
    return JsonResponse({"to": path}) if by_script else HttpResponseRedirect(path)


def taken_in(form: TidyForm, told: Told, *, scope: str, now: datetime) -> str:
    """Where the private page is of the report that a sound form became; "" with what is wrong said on the form. Sent
    again with the same `key` it is the same report, within its scope."""
    for fault in faults_of(told, today=localdate(now), strict=False):
        form.blame(fault.field, sentence_of(fault))
    if form.errors:
        return ""
    key = form.cleaned_data["key"]
    once = (scope, key) if key else None
    try:
        made = receive(told, by=Actor(kind="customer"), node=head_office(), now=now, once=once)
    except ReportRefused as refusal:
        form.blame_all(refusal.fields)
        return ""
    return "/c/" + link_of(made).rpartition("/c/")[2]


def told_of(held: dict[str, Any], files: tuple[FileTold, ...]) -> Told:
    """What the form says, as a report."""
    consents = {kind: bool(held[f"consent_{kind}"]) for kind in ("service", "recording", "marketing")}
    code = code_scanned(held["p"])
    asked = {"suits": held["suits"]} if held["suits"] else {}
    if code is not None and code.node is not None:
        asked["scanned"] = code.node.name
    same = code is not None and held["brand"].strip() == code.brand and held["model"].strip() == code.model
    serials = {"whole": code.serial} if code is not None and code.serial and same else {}
    return Told(
        words=held["words"],
        channel="web" if code is None else "qr",
        probe=held["key"],
        phone=held["phone"],
        email=held["email"],
        name=held["name"],
        machine=MachineTold(
            category=held["category"],
            brand=held["brand"],
            model=held["model"],
            serials=serials,
            bought_on=held["bought_on"],
        ),
        address=AddressTold(
            city=city_of(held["district"]),
            district=held["district"],
            street=held["street"],
            door=held["door"],
        ),
        asked=asked,
        consents=consents,
        language=get_language() or "",
        files=files,
    )


def code_scanned(told: str) -> ScanCode | None:
    """The code in the address of the form; None for none, or one that we never printed."""
    try:
        return scanned(told)
    except NotFound:
        return None


def prefilled(told: str) -> dict[str, Any]:
    """What a scanned code says already: the machine, and the district where its service point works in one only."""
    code = code_scanned(told)
    if code is None:
        return {}
    districts = {row.district for row in coverage_of({code.node_id})} if code.node_id else set()
    return {
        "p": code.code,
        "category": code.category,
        "brand": code.brand,
        "model": code.model,
        "district": districts.pop() if len(districts) == 1 else "",
    }


def city_of(district: str) -> str:
    """The city that a district of our coverage lies in; nothing for another."""
    rows = coverage_of({node.id for node in service_points()})
    return next((row.city for row in rows if district and row.district == district.strip()), "")


def files_of(request: HttpRequest) -> tuple[tuple[FileTold, ...], str]:
    """The photos and videos that came along; a sentence instead when one cannot be taken."""
    sent = request.FILES.getlist("files")
    if len(sent) > MOST_FILES:
        return (), _("At most %(most)s files.") % {"most": MOST_FILES}
    for one in sent:
        if (one.size or 0) > LARGEST_FILE:
            return (), _("“%(name)s” is larger than 10 MB.") % {"name": name_said(one.name, longest=60)}
        if media_of(one.read(LOOKED_AT)) not in TAKEN:
            return (), _("“%(name)s” is neither a photo nor a video.") % {
                "name": name_said(one.name, longest=60)
            }
        one.seek(0)
    kept = [
        FileTold(name=name_said(one.name), media=str(one.content_type), content=one.read()) for one in sent
    ]
    return tuple(kept), ""


def privacy_words() -> str:
    """What we do with what they tell us, as the script says it, in the reader's language."""
    told = next((one for one in knowledge().script.line if one.code == "privacy"), None)
    if told is None:
        return ""
    return told.zh if (get_language() or "en").startswith("zh") else told.en


def _page(request: HttpRequest, form: WebReportForm, template: str, *, status: int = 200) -> HttpResponse:
    """The form; a word of danger in what was typed shows the advice at once, whatever else is wrong."""
    covered = coverage_of({node.id for node in service_points()})
    words = str(form.data.get("words", ""))[:LONGEST_WORDS] if form.is_bound else ""
    code = code_scanned(str((form.data if form.is_bound else form.initial).get("p", "")))
    context = {
        "form": form,
        "advice": advice_on(words),
        "privacy": privacy_words(),
        "machine": None if code is None else scanned_machine(code, day=localdate(moment(request))),
        "districts": sorted({row.district for row in covered if row.district}),
        "streets": sorted({row.street for row in covered if row.street}),
        "most_files": MOST_FILES,
    }
    return render(request, template, context, status=status)
