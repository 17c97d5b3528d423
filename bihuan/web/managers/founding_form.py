"""The form by which a company is founded: the same fields on the first page and when the demo goes."""

import re
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bihuan.service.commitments.profiles_in_use import FIRST
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers.founding import FIELD, OFFICE, Founding, base_profiles, calendars, faults

SHIPPED_HOURS = {  # as they ship; who changed a calendar finds it by its own name
    "24x7": _("Day and night"),
    "cn-office": _("Working days, 9 to 12 and 13 to 18"),
    "cn-workdays": _("Working days, round the clock"),
    "cn-contact": _("Every day, 9 to 21"),
    "cn-field": _("Every day, 8 to 20"),
}


def _calendars() -> list[tuple[str, str]]:
    return [(card.code, f"{SHIPPED_HOURS.get(card.code, card.name)} · {card.code}") for card in calendars()]


def _profiles() -> list[tuple[str, Any]]:
    return [
        (name, _("%(title)s (recommended)") % {"title": title} if name == FIRST else title)
        for name, title in base_profiles()
    ]


class FoundingForm(TidyForm):
    company = forms.CharField(
        label=_("Name of the company"),
        max_length=120,
        help_text=_("As customers read it on pages, sheets and messages."),
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    hotline = forms.CharField(
        label=_("Hotline"),
        max_length=32,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "placeholder": "400-123-4567"}),
    )
    brands = forms.CharField(
        label=_("Brands you work for"),
        required=False,
        max_length=6500,
        help_text=_("One a line, or with commas between."),
        widget=forms.Textarea({"rows": 2}),
    )
    tree = forms.CharField(
        label=_("Regions and service points"),
        required=False,
        max_length=100_000,
        strip=False,
        help_text=_(
            "One a line: “East / Harbour service point”, or indented under its region. Write (authorised) behind a "
            "service point that others run. Leave it empty to import them from a workbook afterwards."
        ),
        widget=forms.Textarea({"rows": 6, "spellcheck": "false"}),
    )
    office_hours = forms.ChoiceField(label=_("Hours of the office"), choices=_calendars, initial=OFFICE)
    field_hours = forms.ChoiceField(label=_("Hours of visits"), choices=_calendars, initial=FIELD)
    profile = forms.ChoiceField(
        label=_("Commitment profile"),
        choices=_profiles,
        initial=FIRST,
        help_text=_("What you promise, and how fast. It can be changed for what comes later."),
    )
    login = forms.CharField(
        label=_("Sign-in name"), max_length=64, widget=forms.TextInput({"autocomplete": "username"})
    )
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=32,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        help_text=_("At least ten signs, not a word that many people use."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Password once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        typed = str(self.cleaned_data["again"])
        if "password" in self.cleaned_data and typed != self.cleaned_data["password"]:
            raise forms.ValidationError(_("The two are not the same."))
        return typed

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if not self.errors:
            for field, sentence in faults(self.founding()).items():
                self.add_error(field, sentence)
        return told

    def founding(self) -> Founding:
        """What was typed, once the form is valid."""
        told = self.cleaned_data
        return Founding(
            company=told["company"],
            hotline=told["hotline"],
            brands=brands_of(told["brands"]),
            tree=told["tree"],
            office_hours=told["office_hours"],
            field_hours=told["field_hours"],
            profile=told["profile"],
            login=told["login"],
            name=told["name"],
            phone=told["phone"],
            password=told["password"],
            language=get_language() or "",
        )


class StartForm(FoundingForm):
    """With the code that the console shows, before all else."""

    code = forms.CharField(
        label=_("Start code"),
        max_length=64,
        help_text=_("It stands in the window in which the product was started."),
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    field_order = ("code",)


def brands_of(text: str) -> tuple[str, ...]:
    """The brands of a text, each once, in order."""
    parts = (part.strip() for part in re.split(r"[\n,，、;；]+", text))
    return tuple(dict.fromkeys(part for part in parts if part))
