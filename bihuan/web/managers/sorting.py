"""The rules of sorting at work: try a sentence, see what is doubtful about them, how often people corrected them."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise as Lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.knowledge.linting import Doubt, doubts_of
from bihuan.registers.knowledge.queries import knowledge, sorted_out
from bihuan.registers.knowledge.silenced import silenced_since
from bihuan.registers.knowledge.sorting import Sorted
from bihuan.service.cases.sorting import corrections
from bihuan.service.cases.triage import said_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES, Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.sorting_words import TITLES, in_words, rule_words

DAYS = 30  # looked back at
SHOWN = 50
EXPORTED = 5000
DOUBTS: dict[str, Lazy] = {
    "twice": gettext_lazy("The same words stand in two rules; the first in the list counts."),
    "short": gettext_lazy("One character alone is said by chance."),
    "silent": gettext_lazy("This rule has no words and is never heard."),
    "danger": gettext_lazy("These words of danger are called harmless in another list."),
}
SILENCED: dict[str, Lazy] = {
    "denied": gettext_lazy("the customer said that it is not so"),
    "not_meant": gettext_lazy("the word only sounds dangerous there"),
    "supposed": gettext_lazy("only imagined or asked about"),
}
COLUMNS: list[Column[Any]] = [
    Column(gettext_lazy("When"), lambda row: row.at),
    Column(gettext_lazy("Number"), lambda row: row.case.number),
    Column(gettext_lazy("Field"), lambda row: TITLES.get(row.field, row.field)),
    Column(gettext_lazy("The rules said"), lambda row: row.said),
    Column(gettext_lazy("A person said"), lambda row: row.put),
    Column(gettext_lazy("Who"), lambda row: row.by.name if row.by else ""),
]


class TryForm(TidyForm):
    """One sentence as a customer would write it."""

    words = forms.CharField(
        label=gettext_lazy("A sentence as customers write it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@dataclass(frozen=True, kw_only=True)
class Said:
    """One field of a tried sentence: what the rules say, and the reasons."""

    title: str
    value: str
    why: list[str]


def tried(found: Sorted) -> list[Said]:
    """What the rules in force say of a sentence, field by field."""
    said = said_of(found, forced=False)
    return [
        Said(
            title=str(title),
            value=in_words(field, said.get(field, "")) or _("none"),
            why=[
                _("%(rule)s, by “%(words)s”") % {"rule": rule_words(one.rule), "words": one.words}
                if one.words
                else rule_words(one.rule)
                for one in found.why.get(field, ())
            ],
        )
        for field, title in TITLES.items()
    ]


def doubt_words(doubt: Doubt) -> tuple[str, str, str]:
    kind = "route" if doubt.code in {"twice", "silent"} else "hazard"
    rules = [rule_words(f"mark:{rule}") for rule in doubt.rules]
    named = [
        rule_words(f"{kind}:{rule}") if name == rule else name
        for rule, name in zip(doubt.rules, rules, strict=True)
    ]
    return str(DOUBTS[doubt.code]), _(", ").join(named), doubt.said


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("operations.read")
def sorting(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The page. A sentence that is tried is kept nowhere."""
    form = TryForm(request.POST if request.method == "POST" else None)
    found = sorted_out(form.cleaned_data["words"]) if form.is_bound and form.is_valid() else None
    since = localdate(moment(request)) - timedelta(days=DAYS)
    newest = list(corrections()[:SHOWN])
    counted = Counter(row.field for row in newest)
    context = {
        "form": form,
        "said": tried(found) if found is not None else [],
        "asks_again": found is not None and found.asks_again,
        "silenced_here": [
            (rule_words(f"hazard:{one.hazard}"), str(SILENCED[one.why])) for one in found.danger.silenced
        ]
        if found is not None
        else [],
        "doubts": [doubt_words(one) for one in doubts_of(knowledge())],
        "silenced": [
            (rule_words(f"hazard:{hazard}"), str(SILENCED.get(why, why)), times)
            for hazard, why, times in silenced_since(since)
        ],
        "days": DAYS,
        "corrections": [
            (
                row,
                str(TITLES.get(row.field, row.field)),
                in_words(row.field, row.said),
                in_words(row.field, row.put),
            )
            for row in newest
        ],
        "counted": [(str(TITLES.get(field, field)), times) for field, times in counted.most_common()],
        "may_change": viewer.may("settings.change"),
    }
    return render(
        request,
        "managers/sorting.html",
        context,
        status=422 if form.is_bound and not form.is_valid() else 200,
    )


@require_safe
@staff_page("operations.read")
def sorting_file(request: HttpRequest, viewer: Viewer, ending: str) -> HttpResponseBase:
    """The newest corrections as CSV or Excel: codes, never a customer's words."""
    return FILES[ending]("bihuan-corrections", COLUMNS, corrections()[:EXPORTED])
