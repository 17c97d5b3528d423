"""The form beside the call: what an agent may write down, and what of it becomes a report."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.registers.knowledge.queries import families_in, knowledge
from bihuan.registers.parts.queries import categories
from bihuan.service.cases.words import CHANNELS, KINDS, URGENCIES, WAYS, WISHES
from bihuan.service.dispatch.words import SUITS
from bihuan.service.intake.rules import LONGEST_WORDS
from bihuan.service.intake.told import FileTold, Told
from bihuan.web.agents.asking import PLACES_OF_USE, environment_words
from bihuan.web.agents.rows import departments, families, in_language, is_chinese
from bihuan.web.look.forms import TidyForm

ASKED = {
    "what": "what",
    "what_happened": "happened",
    "when": "when",
    "where": "where",
    "who": "who",
    "how": "how",
}  # the script's prompt → the report's question
BOUGHT_AT: dict[str, Any] = {
    "store": gettext_lazy("Store"),
    "online": gettext_lazy("Online shop"),
    "brand": gettext_lazy("From the brand"),
    "project": gettext_lazy("Came with the flat"),
    "second_hand": gettext_lazy("Second hand"),
    "other": gettext_lazy("Elsewhere"),
}
CONSENT_ANSWERS: dict[str, Any] = {
    "": gettext_lazy("not asked"),
    "agreed": pgettext_lazy("consent", "agreed"),
    "declined": pgettext_lazy("consent", "declined"),
}
CONSENTS_ASKED = ("service", "recording", "marketing", "guardian")
LONGEST = 200
MOST_FILES, LARGEST_FILE = 5, 10 * 1024 * 1024
MEDIA = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/heic",
    "video/mp4",
    "video/quicktime",
    "application/pdf",
)


class ReportForm(TidyForm):
    """Everything a report may hold. Only the words and a way to reach the customer are asked for."""

    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    refused = forms.BooleanField(label=gettext_lazy("Does not wish to say who they are"), required=False)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=120)
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    channel = forms.ChoiceField(label=gettext_lazy("Came in by"), initial="hotline")
    words = forms.CharField(
        label=gettext_lazy("In the customer's own words"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
    symptoms = forms.MultipleChoiceField(label=gettext_lazy("Standard symptoms"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Appliance"), required=False)
    brand = forms.CharField(label=gettext_lazy("Brand"), required=False, max_length=60)
    model = forms.CharField(label=gettext_lazy("Model"), required=False, max_length=60)
    serial = forms.CharField(label=gettext_lazy("Serial number (indoor unit)"), required=False, max_length=60)
    serial_2 = forms.CharField(
        label=gettext_lazy("Serial number of the outdoor unit"), required=False, max_length=60
    )
    bought_on = forms.DateField(label=gettext_lazy("Bought on"), required=False)
    about_years = forms.IntegerField(label=gettext_lazy("Or about how many years old"), required=False)
    bought_at = forms.ChoiceField(label=gettext_lazy("Bought where"), required=False)
    extended_until = forms.DateField(label=gettext_lazy("Extended cover until"), required=False)
    error_code = forms.CharField(label=gettext_lazy("Error code shown"), required=False, max_length=20)
    began_on = forms.DateField(label=gettext_lazy("When it began"), required=False)
    environment = forms.ChoiceField(label=gettext_lazy("Where it is used"), required=False)
    environment_more = forms.CharField(
        label=gettext_lazy("More about the place"), required=False, max_length=LONGEST
    )
    trigger = forms.CharField(label=gettext_lazy("What went before"), required=False, max_length=LONGEST)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of work"), required=False)
    way = forms.ChoiceField(label=gettext_lazy("Way of service"), initial="on_site")
    wish = forms.ChoiceField(label=gettext_lazy("What the customer wishes"), required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), required=False)
    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False)
    outside_number = forms.CharField(
        label=gettext_lazy("Order number elsewhere"), required=False, max_length=60
    )
    city = forms.CharField(label=gettext_lazy("City"), required=False, max_length=60)
    district = forms.CharField(label=gettext_lazy("District"), required=False, max_length=60)
    street = forms.CharField(label=gettext_lazy("Street or town"), required=False, max_length=60)
    door = forms.CharField(label=gettext_lazy("Road, house and door"), required=False, max_length=LONGEST)
    suits = forms.ChoiceField(label=gettext_lazy("When it suits best"), required=False)
    privacy_read = forms.BooleanField(label=gettext_lazy("Privacy notice read out"), required=False)
    consent_service = forms.ChoiceField(required=False)
    consent_recording = forms.ChoiceField(required=False)
    consent_marketing = forms.ChoiceField(required=False)
    consent_guardian = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = categories()
        self.units = {one.code: [str(unit) for unit in one.units] or ["whole"] for one in held}
        none = [("", "–")]
        judged = [("", _("as the words say"))]
        for code, field in ASKED.items():
            self.fields[f"asked_{field}"] = _asked(code)
        self.choose("channel", list(CHANNELS.items()))
        self.choose("symptoms", [(one.code, in_language(one)) for one in knowledge().symptoms])
        self.choose("category", none + appliances(held))
        self.choose("bought_at", none + list(BOUGHT_AT.items()))
        self.choose("environment", none + list(PLACES_OF_USE.items()))
        self.choose("kind", judged + list(KINDS.items()))
        self.choose("way", list(WAYS.items()))
        self.choose("suits", none + list(SUITS.items()))
        self.choose("wish", none + list(WISHES.items()))
        self.choose("urgency", judged + list(URGENCIES.items()))
        self.choose("department", judged + list(departments().items()))
        for name in ("bought_on", "extended_until", "began_on"):
            self.fields[name].widget = forms.DateInput(
                format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}
            )
        for one in knowledge().script.consent:
            if f"consent_{one.kind}" in self.fields:
                self.fields[f"consent_{one.kind}"].label = in_language(one)
                self.choose(f"consent_{one.kind}", list(CONSENT_ANSWERS.items()))
        self.fields["phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}
        for name, listed in (
            ("district", "districts"),
            ("street", "streets"),
            ("city", "cities"),
            ("brand", "brands"),
        ):
            self.fields[name].widget.attrs["list"] = listed

    def clean(self) -> dict[str, Any]:
        held = super().clean() or {}
        named = families_in(held.get("words", "")) if not held.get("category") else []
        if len(named) == 1 and named[0] in self.units:
            held["category"] = named[0]  # the words say which appliance it is
        if held.get("serial_2") and len(self.units_of(held.get("category", ""))) < 2:
            self.add_error(
                "serial_2", _("This appliance has one serial number; only split machines have two.")
            )
        return held

    def units_of(self, category: str) -> list[str]:
        """The parts of an appliance of this family that carry a serial of their own."""
        return self.units.get(category, ["whole"])


def _asked(code: str) -> forms.CharField:
    prompt = next((one for one in knowledge().script.prompt if one.code == code), None)
    return forms.CharField(
        label=in_language(prompt),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


def appliances(held: Iterable[Any]) -> list[tuple[str, Any]]:
    """Categories of the catalogue as choices; while it is empty, the families that we have words for."""
    listed = [(one.code, one.name_zh if is_chinese() else one.name_en) for one in held]
    return listed or [(code, name) for code, name in families().items() if code != "general"]


def told_of(form: ReportForm, *, restated: bool, files: tuple[FileTold, ...] = ()) -> Told:
    """What a valid form says, as a report."""
    held = form.cleaned_data
    asked = {field: held[f"asked_{field}"] for field in ASKED.values() if held.get(f"asked_{field}")}
    asked |= {"environment": where_used(held), "trigger": held["trigger"], "suits": held["suits"]}
    asked = {name: words for name, words in asked.items() if words}
    return Told(
        words=held["words"],
        channel=held["channel"],
        phone=held["phone"],
        email=held["email"],
        name=held["name"],
        refused_to_identify=held["refused"],
        kind=held["kind"],
        wish=held["wish"],
        way=held["way"],
        urgency=held["urgency"],
        department=held["department"],
        symptoms=tuple(held["symptoms"]),
        error_code=held["error_code"],
        began_on=held["began_on"],
        asked=asked,
        machine=_machine(held, form.units_of(held["category"])),
        address=AddressTold(
            city=held["city"], district=held["district"], street=held["street"], door=held["door"]
        ),
        outside_number=held["outside_number"],
        consents=_consents(held),
        restated=restated,
        files=files,
    )


def where_used(held: dict[str, Any]) -> str:
    """The place of use: its code, or the words that say more than the list."""
    code, more = held["environment"], held["environment_more"].strip()
    if not more:
        return str(code)
    return more if code in {"", "other"} else f"{environment_words(code)} · {more}"


def _machine(held: dict[str, Any], units: list[str]) -> MachineTold:
    given = (held["serial"], held["serial_2"])
    return MachineTold(
        category=held["category"],
        brand=held["brand"],
        model=held["model"],
        serials={unit: number for unit, number in zip(units, given, strict=False) if number},
        bought_on=_day(held["bought_on"]),
        about_years=held["about_years"],
        bought_at=held["bought_at"],
        extended_until=_day(held["extended_until"]),
    )


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) else None


def _consents(held: dict[str, Any]) -> dict[str, bool]:
    """What was asked and answered; nothing while the notice was not read out."""
    if not held["privacy_read"]:
        return {}
    answers = {kind: held[f"consent_{kind}"] for kind in CONSENTS_ASKED}
    return {kind: answer == "agreed" for kind, answer in answers.items() if answer}
