"""The registers of work itself: what it is like, and how often appliances want maintenance."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bihuan.registers.parts import actions, queries
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers.settings_filters import Head, of_category
from bihuan.web.managers.settings_register import Register, choice, yes_no


class ConditionForm(TidyForm):
    category = choice(_("Category"), chosen.category_codes, required=False)
    kind = choice(_("Kind of work"), chosen.kinds, required=False)
    outdoors = forms.BooleanField(
        label=_("Done outdoors"), required=False, help_text=_("The limits for hot days hold.")
    )
    people = forms.IntegerField(label=_("People it takes"), min_value=1, max_value=2, initial=1)


class IntervalForm(TidyForm):
    category = choice(_("Category"), chosen.category_codes)
    brand = forms.CharField(
        label=_("Brand"), max_length=60, required=False, help_text=_("Empty: every brand.")
    )
    months = forms.IntegerField(label=_("Every so many months"), min_value=1, max_value=120)
    lead_days = forms.IntegerField(
        label=_("Begun so many days ahead"), min_value=0, max_value=120, initial=14
    )


def _category(row: Any) -> str:
    return chosen.category_word(row.category)


REGISTERS = (
    Register(
        code="conditions",
        title=_("What work is like"),
        about=_("Which work is done outdoors, and which takes two people."),
        group=_("Catalogue"),
        icon="sun",
        rows=queries.conditions_listed,
        columns=(
            Head(_("Category"), _category, key="category"),
            Head(_("Kind of work"), lambda row: chosen.word(chosen.kinds(), row.kind), key="kind"),
            Head(_("Done outdoors"), lambda row: yes_no(row.outdoors), key="outdoors"),
            Head(_("People it takes"), lambda row: row.people, key="people"),
        ),
        form=ConditionForm,
        keep=lambda viewer, row_id, told, now: actions.keep_condition(row_id, **told),
        out=lambda viewer, row_id, now: actions.drop_condition(row_id),
        out_deed="removed",
        filters=(of_category(every=True),),
        key=("category", "kind", "id"),
        name=lambda row: f"{_category(row)} · {chosen.word(chosen.kinds(), row.kind)}",
    ),
    Register(
        code="upkeep",
        title=_("Periodic maintenance"),
        about=_("Which appliances want maintenance, how often, and how many days ahead it is begun."),
        group=_("Catalogue"),
        icon="repeat",
        rows=queries.intervals_listed,
        columns=(
            Head(_("Category"), _category, key="category"),
            Head(_("Brand"), lambda row: row.brand or str(_("every")), key="brand"),
            Head(_("Every so many months"), lambda row: row.months, key="months"),
            Head(_("Begun so many days ahead"), lambda row: row.lead_days, key="lead_days"),
        ),
        form=IntervalForm,
        keep=lambda viewer, row_id, told, now: actions.keep_interval(row_id, **told),
        out=lambda viewer, row_id, now: actions.drop_interval(row_id),
        out_deed="removed",
        out_about=_("No new plans are made by it; those that stand go on."),
        filters=(of_category(),),
        key=("category", "brand", "id"),
        name=lambda row: f"{_category(row)} {row.brand}".strip(),
    ),
)
