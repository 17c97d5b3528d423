"""运行情况: whether the system itself keeps up. The oldest duty nobody acted on, what failed, what the clock did."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from bihuan.ground.journal.queries import failed_reactions, faults_of, oldest_waiting_reaction, watches
from bihuan.ground.journal.reactions import run_again
from bihuan.ground.worktime.queries import is_published
from bihuan.registers.access.viewer import Viewer
from bihuan.service.commitments.queries import oldest_duty_not_acted_on
from bihuan.service.improvement.queries import newest_chains
from bihuan.service.intake.queries import quarantined
from bihuan.web.look.doors import moment, staff_page

SWEEPS: dict[str, Lazy] = {  # the clock's sweeps by the names that the flow gives them
    "reactions": gettext_lazy("Overdue reactions"),
    "promises at risk": gettext_lazy("Promises at risk"),
    "promises broken": gettext_lazy("Promises broken"),
    "ladders": gettext_lazy("Steps of ladders"),
    "promises in years newly published": gettext_lazy("Promises in years newly published"),
    "offers without answer": gettext_lazy("Offers without answer"),
    "cases nobody guided by phone": gettext_lazy("Cases nobody guided by phone"),
    "jobs without answer": gettext_lazy("Jobs without answer"),
    "reminders of visits": gettext_lazy("Reminders of visits"),
    "confirm contacts": gettext_lazy("Asking whether it is solved"),
    "surveys": gettext_lazy("Surveys"),
    "closing after silence": gettext_lazy("Closing after silence"),
    "sums of days": gettext_lazy("Sums of days"),
    "keys of requests": gettext_lazy("Old keys of requests"),
    "notices": gettext_lazy("Notices"),
    "demo company": gettext_lazy("Demo company"),
    "statistics": gettext_lazy("Statistics of the database"),
}
CHECKED = 500  # chains of one press


@staff_page("operations.read")
def operations(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The watch figures, each with what it should be."""
    now = moment(request)
    duty, waiting = oldest_duty_not_acted_on(now), oldest_waiting_reaction()
    context = {
        "duty_seconds": int((now - duty).total_seconds()) if duty else 0,
        "waiting_seconds": max(0, int((now - waiting).total_seconds())) if waiting else 0,
        "failed": failed_reactions(),
        "watches": [(SWEEPS.get(one.name, one.name), one) for one in watches()],
        "quarantined": quarantined(viewer),
        "may_mend": viewer.may("operations.mend"),
        "may_verify": viewer.may("journal.verify"),
        "may_set": viewer.may("settings.change"),
        "checked": CHECKED,
        "unpublished": [year for year in (now.year, now.year + 1) if not is_published(year)],
    }
    return render(request, "managers/operations.html", context)


@require_POST
@staff_page("operations.mend")
def again(request: HttpRequest, viewer: Viewer, reaction_id: int) -> HttpResponse:
    """Run a failed reaction once more."""
    run_again(reaction_id, now=moment(request))
    messages.success(request, _("It runs again now. Look back in a moment."))
    return redirect("managers:operations")


@require_POST
@staff_page("journal.verify")
def verify(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Compute the hashes of the newest cases' chains again and compare."""
    chains = newest_chains(CHECKED)
    faults = [fault for chain in chains for fault in faults_of(chain)]
    if faults:
        facts = {"faults": len(faults), "chains": len(chains)}
        messages.error(
            request,
            _("%(faults)s entries do not fit in %(chains)s chains. Tell your administrator now.") % facts,
        )
    else:
        count = len(chains)
        sentence = ngettext(
            "%(count)s chain checked: nothing was altered.",
            "%(count)s chains checked: nothing was altered.",
            count,
        )
        messages.success(request, sentence % {"count": count})
    return redirect("managers:operations")
