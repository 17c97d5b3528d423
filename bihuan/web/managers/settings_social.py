"""The register of keyword rules for posts of social networks."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import KINDS, URGENCIES
from bihuan.service.social import actions, queries
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers.settings_register import Register, choice, yes_no


def words_in(text: str) -> list[str]:
    """Words divided by commas, spaces or lines, each once."""
    found = [one.strip()[:60] for one in re.split(r"[,，、;；\n]+", text)]
    return list(dict.fromkeys(one for one in found if one))


class RuleForm(TidyForm):
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=60)
    words = forms.CharField(
        label=_("Any of these words"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=_("Divided by commas or lines: names of our brands, of machines, of what goes wrong."),
    )
    excludes = forms.CharField(
        label=_("But none of these"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )
    about_us = forms.BooleanField(
        label=_("Then it is about us"),
        required=False,
        initial=True,
        help_text=_("Not ticked: such a post is not about us, whatever later rules say."),
    )
    kind = choice(_("Kind of work"), chosen.kinds, required=False, blank=_("as the words say"))
    urgency = choice(
        _("Urgency"), lambda: list(URGENCIES.items()), required=False, blank=_("as the words say")
    )
    rank = forms.IntegerField(
        label=_("Rank: the smallest is asked first"), min_value=1, max_value=999, initial=100
    )

    def clean_words(self) -> list[str]:
        return words_in(self.cleaned_data["words"])

    def clean_excludes(self) -> list[str]:
        return words_in(self.cleaned_data["excludes"])


def _values(row: Any) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in ("name", "about_us", "kind", "urgency", "rank")}
    return kept | {"words": "\n".join(row.words), "excludes": "\n".join(row.excludes)}


def _keep(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    return actions.keep_rule(viewer, row_id, now=now, **told)


REGISTERS = (
    Register(
        code="post-rules",
        title=_("Keyword rules for social networks"),
        about=_("Which posts are about us, and what work they ask for. The first rule that fits decides."),
        group=_("Other systems"),
        icon="filter",
        rows=queries.rules_listed,
        columns=(
            Column(pgettext_lazy("of a thing", "Name"), lambda row: row.name),
            Column(_("Any of these words"), lambda row: gettext(", ").join(row.words)[:120]),
            Column(_("But none of these"), lambda row: gettext(", ").join(row.excludes)[:120]),
            Column(_("Then it is about us"), lambda row: yes_no(row.about_us)),
            Column(_("Kind of work"), lambda row: str(KINDS.get(row.kind, ""))),
            Column(_("Rank"), lambda row: row.rank),
        ),
        form=RuleForm,
        keep=_keep,
        out=lambda viewer, row_id, now: actions.retire_rule(viewer, row_id, now=now),
        back=lambda viewer, row_id, now: actions.take_back_rule(viewer, row_id),
        out_about=_("It decides about no more posts. What it said of earlier ones stays."),
        key=("rank", "id"),
        values=_values,
        name=lambda row: row.name,
    ),
)
