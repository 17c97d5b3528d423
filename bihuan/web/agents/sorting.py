"""How a case was sorted, with the reasons; its likely twins; what was taken together. A person may say otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bihuan.ground.vault.actions import keys
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.knowledge.queries import knowledge
from bihuan.service.cases.chasing import joined_to, part
from bihuan.service.cases.merging import merged_into, twins_of
from bihuan.service.cases.queries import case_by_number, visible
from bihuan.service.cases.rules import LABELS, labelled
from bihuan.service.cases.sorting import SortedField, correct, fields_of
from bihuan.service.cases.words import CHANNELS
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.service.dispatch.merging import merge, unmerge
from bihuan.service.intake.queries import words_of
from bihuan.service.satisfaction.hearing import Hearing, hearing_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.sorting_words import TITLES, choices_shown, in_words, rule_words

TWIN_WHY: dict[str, Lazy] = {
    "machine": gettext_lazy("the same machine"),
    "category": gettext_lazy("the same sort of appliance"),
    "symptom": gettext_lazy("the same fault"),
    "soon": gettext_lazy("reported within a month"),
}
SCHEMES: dict[str, Lazy] = {
    "high_medium_low": gettext_lazy("High, medium, low"),
    "urgent_important_plain": gettext_lazy("Urgent, important, plain"),
    "danger_core_small": gettext_lazy("Danger, core function, small matter"),
}
DEGREES: dict[str, Lazy] = {
    "urgent": gettext_lazy("Urgent"),
    "important": gettext_lazy("Important"),
    "plain": gettext_lazy("Plain"),
    "high": gettext_lazy("High"),
    "medium": gettext_lazy("Of medium urgency"),
    "low": gettext_lazy("Low"),
    "danger": gettext_lazy("Danger"),
    "core": gettext_lazy("Core function lost"),
    "small": gettext_lazy("Small matter"),
}


@dataclass(frozen=True, kw_only=True)
class FieldShown:
    """One field in words: what it says, what the rules said, why, and what else it could say."""

    code: str
    title: str
    value: str
    now: str
    said: str
    why: list[str]
    corrected: bool
    choices: list[tuple[str, str]]


def why_words(why: Iterable[tuple[str, str]], hearing: Hearing | None = None) -> list[str]:
    """Each reason as a line: the rule, and the words it heard as this viewer may read them."""
    told = []
    for rule, words in why:
        heard = hearing.told(words) if hearing is not None else words
        line = _("%(rule)s, by “%(words)s”") if heard else "%(rule)s"
        told.append(line % {"rule": rule_words(rule), "words": heard})
    return told


def shown(one: SortedField, hearing: Hearing, category: str) -> FieldShown:
    return FieldShown(
        code=one.field,
        title=str(TITLES[one.field]),
        value=one.value,
        now=in_words(one.field, one.value) or _("none"),
        said=in_words(one.field, one.said),
        why=why_words(one.why, hearing),
        corrected=one.corrected,
        choices=choices_shown(one.field, category),
    )


def labels_of(urgency: str) -> list[tuple[str, str]]:
    """The same urgency in the words of those who count otherwise, first in those of the promises in force."""
    own = commitments_in_force().base().degrees
    return [
        (str(words), str(DEGREES[labelled(urgency, scheme=scheme)]))
        for scheme, words in sorted(SCHEMES.items(), key=lambda held: held[0] != own)
        if scheme in LABELS
    ]


@require_safe
@staff_page("case.read")
def sorting(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The page."""
    held, now = case_by_number(viewer, number), moment(request)
    hand = keys(held.customer.key)
    hearing = hearing_of(viewer, held, hand, now=now)
    route = next((one for one in knowledge().routes if one.problem == held.problem), None)
    context = {
        "case": held,
        "fields": [shown(one, hearing, held.category) for one in fields_of(held, hand)],
        "labels": labels_of(held.urgency),
        "route": route,
        "twins": [
            (twin.case, _(", ").join(str(TWIN_WHY[code]) for code in twin.why))
            for twin in twins_of(held, visible(viewer))
        ],
        "merged": merged_into(held),
        "joined": [
            (one, str(CHANNELS.get(one.channel, one.channel)), hearing.told(words_of(one, hand).words))
            for one in joined_to(held)
        ],
        "may_sort": viewer.may("case.own"),
        "may_merge": viewer.may("case.merge"),
    }
    return render(request, "agents/sorting.html", context)


@require_POST
@staff_page("case.own")
def sort(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Say otherwise than the rules; what they said is kept beside it."""
    held = case_by_number(viewer, number)
    field, value = request.POST.get("field", ""), request.POST.get("value", "")
    correct(held, field, value, person_id=viewer.person_id or 0, by=viewer.actor, now=moment(request))
    messages.success(request, _("Sorted as you say. What the rules had said is kept beside it."))
    return redirect("agents:sorting", held.number)


@require_POST
@staff_page("case.merge")
def merge_case(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """This case goes on in the one named."""
    held, into = case_by_number(viewer, number), case_by_number(viewer, request.POST.get("into", ""))
    going_on = merge(held, into, viewer=viewer, now=moment(request))
    told = {"number": held.number, "into": going_on.number}
    messages.success(request, _("%(number)s goes on in %(into)s. It can be taken apart again.") % told)
    return redirect("agents:case", going_on.number)


@require_POST
@staff_page("case.merge")
def unmerge_case(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """It was another matter after all."""
    held = case_by_number(viewer, number)
    unmerge(held, viewer=viewer, now=moment(request))
    messages.success(request, _("%(number)s goes on by itself again.") % {"number": held.number})
    return redirect("agents:case", held.number)


@require_POST
@staff_page("case.merge")
def part_report(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Words that were taken as belonging to this case become a case of their own."""
    held, asked = case_by_number(viewer, number), request.POST.get("report", "")
    if not asked.isdecimal() or len(asked) > 15:
        raise NotFound
    made = part(held, int(asked), by=viewer.actor, now=moment(request))
    messages.success(request, _("Now a case of its own: %(number)s.") % {"number": made.number})
    return redirect("agents:case", made.number)
