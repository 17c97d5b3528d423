"""持续改进: scores per stage with their number, weak points found by rule, and what is done about them in rounds."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.improvement import proposing
from bihuan.service.improvement.analysing import FACTORS, SCALE, Analysis, analysis
from bihuan.service.improvement.proposing import WORDS_OF, Plan
from bihuan.service.improvement.rules import LEAST_ANSWERS, PERIODS, TARGET_CSAT
from bihuan.service.improvement.words import DECISIONS, PHASES, STAGES
from bihuan.service.improvement.words import FACTORS as FACTOR_WORDS
from bihuan.service.satisfaction.questionnaire import ASKED
from bihuan.service.satisfaction.words import FAULTS
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers.filters import Filters, chosen
from bihuan.web.managers.weak_points import Named, group_name, named_weak

AHEAD = timedelta(days=30)


@staff_page("figures.read")
def improvement(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The analysis of a period, its weak points, and every proposal under way."""
    now = moment(request)
    scope, filters = chosen(request, viewer)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in PERIODS} else 90
    held = analysis(scope, now=now, days=days)
    context = {
        "filters": filters,
        "keep": [("days", days)],
        "days": days,
        "periods": PERIODS,
        "held": held,
        "stages": [(STAGES[stage], one) for stage, one in held.stages.items()],
        "stage_names": STAGES.values(),
        "factors": _factors(held, scope.names),
        "weak": [named_weak(one, scope.names) for one in held.weak],
        "faults": _faults(held, filters),
        "fault_names": FAULTS.values(),
        "rule": {"least": LEAST_ANSWERS, "target": f"{TARGET_CSAT:.0f}%"},
        "proposals": [_line(one, now=now) for one in proposing.proposals(viewer)],
        "may_write": viewer.may("improvement.write"),
    }
    return render(request, "managers/improvement.html", context)


def _factors(held: Analysis, nodes: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    """Each factor as a table: a group a row, the overall figures first, then each stage's CSAT."""
    found = []
    for factor in FACTORS:
        rows = [
            {
                "name": group_name(factor, key, nodes),
                "n": stages["overall"].n,
                "mean": stages["overall"].mean,
                "index": stages["overall"].index,
                "csat": [(STAGES[stage], one.csat) for stage, one in stages.items()],
            }
            for key, stages in held.groups[factor].items()
        ]
        found.append((str(FACTOR_WORDS[factor]), sorted(rows, key=lambda row: row["mean"] or 0)))
    return [one for one in found if one[1]]


def _faults(held: Analysis, filters: Filters) -> list[tuple[str, list[tuple[Any, int]], int]]:
    """Appliance → how many callbacks found the reason in the product, in our service, elsewhere; all together last."""
    names = dict(filters.categories)
    rows = [
        (
            names.get(category, category) or _("Not known"),
            [(name, held.faults.get((category, fault), 0)) for fault, name in FAULTS.items()],
        )
        for category in sorted({category for category, _fault in held.faults})
    ]
    rows.append((_("All"), [(name, held.faults_of(fault)) for fault, name in FAULTS.items()]))
    return [(name, counts, sum(n for _fault, n in counts)) for name, counts in rows]


def _line(one: Any, *, now: Any) -> dict[str, Any]:
    over = one.phase != "ended" and one.due_on < localdate(now)
    return {"row": one, "phase": PHASES[one.phase], "measure": STAGES[one.measure], "over": over}


class PlanForm(TidyForm):
    """What is proposed; the owner's choices come with the form."""

    title = forms.CharField(label=gettext_lazy("What is to become better"), max_length=120)
    words = forms.CharField(
        label=gettext_lazy("What will be done"), widget=forms.Textarea(attrs={"rows": 5}), max_length=2000
    )
    stage = forms.ChoiceField(label=gettext_lazy("Measured by"), choices=list(STAGES.items()))
    target_mean = forms.DecimalField(
        label=gettext_lazy("Mean to reach"),
        help_text=gettext_lazy("Points from 1 to 5; 5.0 cannot be reached."),
        max_digits=4,
        decimal_places=2,
    )
    owner = forms.TypedChoiceField(label=gettext_lazy("Who answers for it"), coerce=int)
    due_on = forms.DateField(
        label=gettext_lazy("Done by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, owners: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.TypedChoiceField)
        owner.choices = [(one.id, one.name) for one in owners]

    def plan(self, weak: str) -> Plan:
        told = self.cleaned_data
        return Plan(
            title=told["title"],
            words=told["words"],
            stage=told["stage"],
            target_mean=told["target_mean"],
            owner_id=told["owner"],
            due_on=told["due_on"],
            weak=weak,
        )


@staff_page("improvement.write")
def propose(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Write a proposal, for a weak point, for the next round of a former one, or freely."""
    now = moment(request)
    former = _former(request.GET.get("after", ""), viewer)
    scope, _filters = chosen(request, viewer)
    point = Named.read(former.weak if former else request.GET.get("weak", ""), scope.names)
    form = PlanForm(
        request.POST or None,
        owners=proposing.may_own(viewer),
        initial=_first(former, point, viewer, localdate(now) + AHEAD),
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = proposing.propose(form.plan(point.code), viewer=viewer, now=now, former=former)
        except Refusal as refusal:
            for field, sentence in (refusal.fields or {"": str(refusal)}).items():
                form.add_error(field or None, sentence)
        else:
            messages.success(request, _("Written down. It is being done now."))
            return redirect("managers:proposal", made.id)
    shown = {"form": form, "former": former, "point": point}
    return render(request, "managers/propose.html", shown, status=422 if form.errors else 200)


def _former(told: str, viewer: Viewer) -> Any:
    return proposing.proposal_of(viewer, int(told)) if told.isdecimal() and len(told) < 12 else None


def _first(former: Any, point: Named, viewer: Viewer, due_on: date) -> dict[str, Any]:
    """What the form begins with."""
    found: dict[str, Any] = {
        "title": former.title if former else point.words,
        "stage": former.measure if former else point.stage or "overall",
        "target_mean": former.target_mean if former else Decimal(str(ASKED.target_mean)),
        "owner": former.owner_id if former else viewer.person_id,
        "due_on": due_on,
    }
    return found


@staff_page("figures.read")
def proposal(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """One round with its phases; a POST ends the phase it stands at."""
    held = proposing.proposal_of(viewer, proposal_id)
    refused: dict[str, str] = {}
    if request.method == "POST":
        told = request.POST
        try:
            proposing.carry_on(
                held,
                told.get("words", ""),
                viewer=viewer,
                now=moment(request),
                decision=told.get("decision", ""),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            refused = refusal.fields
        else:
            return redirect("managers:proposal", held.id)
    context = _shown(held, viewer) | {"refused": refused, "posted": request.POST}
    return render(request, "managers/proposal.html", context, status=422 if refused else 200)


def _shown(held: Any, viewer: Viewer) -> dict[str, Any]:
    at = [*held.PHASES, "ended"].index(held.phase)
    names = {held.node_id: held.node.name}
    later = proposing.next_round_of(held)
    return {
        "held": held,
        "scale": SCALE,
        "measure": STAGES[held.measure],
        "point": Named.read(held.weak, names),
        "track": [
            {"name": PHASES[phase], "state": "done" if place < at else "current" if place == at else "next"}
            for place, phase in enumerate(held.PHASES)
        ],
        "asks": PHASES[held.phase] if held.phase in WORDS_OF else "",
        "decides": held.phase == held.ACT,
        "decisions": DECISIONS.items(),
        "decision": DECISIONS.get(held.decision, ""),
        "later": later,
        "again": f"{reverse('managers:propose')}?after={held.id}"
        if held.decision == "again" and later is None and viewer.may("improvement.write")
        else "",
        "may_write": viewer.may("improvement.write") and held.phase in WORDS_OF,
    }
