"""The maintenance plan of one machine, kept or stopped on its owner's card."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.registering import machine_of
from bihuan.service.dispatch import upkeep
from bihuan.service.dispatch.errors import PlanUnsound
from bihuan.web.agents.customers import seen_by
from bihuan.web.agents.facts import MachineShown
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm

WHY_ENDED = {
    upkeep.STOPPED: gettext_lazy("stopped"),
    upkeep.OVER: gettext_lazy("contract is over"),
    upkeep.RETIRED: gettext_lazy("the owner was forgotten"),
}


class PlanForm(TidyForm):
    """How often, from when, and by which contract."""

    months = forms.IntegerField(min_value=1, max_value=upkeep.LONGEST_MONTHS)
    lead_days = forms.IntegerField(min_value=0, max_value=upkeep.LONGEST_LEAD)
    due = forms.DateField()
    contract = forms.CharField(required=False, max_length=60)
    until = forms.DateField(required=False)


@require_POST
@staff_page("report.take")
def machine_upkeep(request: HttpRequest, viewer: Viewer, customer_id: int, machine_id: int) -> HttpResponse:
    """Keep the plan of this machine, or stop it."""
    held = seen_by(viewer).filter(id=customer_id).first()
    machine = machine_of(held, machine_id) if held is not None else None
    if machine is None:
        raise NotFound
    now = moment(request)
    if request.POST.get("step") == "stop":
        if upkeep.stop_plan(machine, now=now):
            messages.success(request, _("No maintenance comes by itself any more."))
        return redirect("agents:customer", customer_id)
    form = PlanForm(request.POST)
    try:
        if not form.is_valid():
            raise PlanUnsound
        kept = upkeep.keep_plan(machine, now=now, **form.cleaned_data)
        told = {"day": f"{kept.next_due:%Y-%m-%d}"}
        messages.success(request, _("Kept. The next maintenance is due on %(day)s.") % told)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("agents:customer", customer_id)


def plans_shown(machines: Sequence[MachineShown], *, now: datetime) -> list[dict[str, Any]]:
    """Each machine with its plan, and what the form offers."""
    plans = upkeep.plans_of(one.id for one in machines)
    found = []
    for one in machines:
        plan = plans.get(one.id)
        runs = plan is not None and plan.ended_at is None
        found.append(
            {
                "machine": one,
                "plan": plan,
                "runs": runs,
                "ended": WHY_ENDED.get(plan.why_ended, "") if plan is not None and not runs else "",
                "due": plan.next_due if plan is not None and runs else localdate(now),
            }
        )
    return found
