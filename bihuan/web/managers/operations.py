"""运行情况: whether the system itself keeps up. The oldest duty nobody acted on, what failed, what the clocks did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from bihuan.ground.journal.queries import failed_reactions, faults_of, watches
from bihuan.ground.journal.reactions import run_again
from bihuan.ground.journal.running import clocks_alive, last_sweep
from bihuan.ground.worktime.queries import is_published
from bihuan.registers.access.viewer import Viewer
from bihuan.service.improvement.queries import newest_chains
from bihuan.service.intake.queries import quarantined
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.duties import PROMISES, Duty, clock_trouble, duties, limit, waiting
from bihuan.web.managers.mending import reckoned

SWEEPS: dict[str, Lazy] = {  # the clock's sweeps by the names that the flow gives them
    "reactions": gettext_lazy("Overdue reactions"),
    "promises at risk": gettext_lazy("Promises at risk"),
    "promises broken": gettext_lazy("Promises broken"),
    "ladders": gettext_lazy("Steps of ladders"),
    "promises in years newly published": gettext_lazy("Promises in years newly published"),
    "second reckoning of promises": gettext_lazy("Second reckoning of the promises"),
    "what-ifs": gettext_lazy("What-ifs"),
    "plans being sought": gettext_lazy("Plans being sought"),
    "offers without answer": gettext_lazy("Offers without answer"),
    "cases nobody guided by phone": gettext_lazy("Cases nobody guided by phone"),
    "jobs without answer": gettext_lazy("Jobs without answer"),
    "reminders of visits": gettext_lazy("Reminders of visits"),
    "confirm contacts": gettext_lazy("Asking whether it is solved"),
    "surveys": gettext_lazy("Surveys"),
    "closing after silence": gettext_lazy("Closing after silence"),
    "sums of days": gettext_lazy("Sums of days"),
    "search index": gettext_lazy("Search index"),
    "keys of requests": gettext_lazy("Old keys of requests"),
    "silent channels": gettext_lazy("Silent channels"),
    "files to look through": gettext_lazy("Files to look through"),
    "probes": gettext_lazy("Probes of channels"),
    "notices": gettext_lazy("Notices"),
    "demo company": gettext_lazy("Demo company"),
    "statistics": gettext_lazy("Statistics of the database"),
    "backup": gettext_lazy("Backups"),
}
ASIDE = {"heartbeat", "catching up"}  # watches that the page shows in places of their own
DUTIES: dict[str, tuple[Lazy, Lazy]] = {  # what each sort of duty is called, and who does it
    "breach": (gettext_lazy("Breaches to announce"), gettext_lazy("the clock")),
    "warning": (gettext_lazy("Warnings to give"), gettext_lazy("the clock")),
    "step": (gettext_lazy("Steps of ladders to take"), gettext_lazy("the clock")),
    "reaction": (gettext_lazy("Reactions to carry out"), gettext_lazy("the worker")),
    "notice": (gettext_lazy("Notices to send"), gettext_lazy("the worker")),
}
TROUBLES: dict[str, Lazy] = {  # why a sign of life did not get through
    "private": gettext_lazy("The name leads to an address of a private network, which is not allowed."),
    "not_http": gettext_lazy("The address does not begin with http:// or https://."),
    "timeout": gettext_lazy("There was no answer within five seconds."),
    "gaierror": gettext_lazy("The name is not known."),
    "ConnectionRefusedError": gettext_lazy("Nobody listens there."),
}
CHECKED = 500  # chains of one press


@dataclass(frozen=True, kw_only=True)
class DutyLine:
    """One sort of duty as the page shows it."""

    name: Lazy
    by: Lazy
    duty: Duty
    waiting: int


@dataclass(frozen=True, kw_only=True)
class HeartbeatLine:
    """The signs of life to the outside: where to, what became of the last one. `host` is empty when none is set up."""

    host: str
    sent_at: datetime | None = None
    address: str = ""
    trouble: str = ""


@staff_page("operations.read")
def operations(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The watch figures, each with what it should be; asked again by the page itself, only what changes."""
    now = moment(request)
    context = _now(now)
    if request.headers.get("HX-Request"):
        return render(request, "managers/operations.html#now", context)
    context |= {
        "failed": failed_reactions(),
        "quarantined": quarantined(viewer),
        "may_mend": viewer.may("operations.mend"),
        "may_verify": viewer.may("journal.verify"),
        "may_set": viewer.may("settings.change"),
        "checked": CHECKED,
        **reckoned(),
        "unpublished": [year for year in (now.year, now.year + 1) if not is_published(year)],
    }
    return render(request, "managers/operations.html", context)


def _now(now: datetime) -> dict[str, Any]:
    """What changes from second to second."""
    owed, counts, seen = duties(now), waiting(now), watches()
    ran = last_sweep(now)
    done, _slash, wanted = next((one.progress for one in seen if one.name == "catching up"), "").partition(
        " / "
    )
    heartbeat = next((one for one in seen if one.name == "heartbeat"), None)
    return {
        "duty_seconds": max(owed[sort].seconds for sort in PROMISES),
        "waiting_seconds": owed["reaction"].seconds,
        "ran_seconds": None if ran is None else int((now - ran).total_seconds()),
        "clock_trouble": clock_trouble(now),
        "clocks": clocks_alive(now, within=limit()),
        "duties": [
            DutyLine(name=name, by=by, duty=owed[sort], waiting=counts[sort])
            for sort, (name, by) in DUTIES.items()
        ],
        "limit_seconds": int(limit().total_seconds()),
        "caught_up": (int(done), int(wanted)) if wanted else None,
        "heartbeat": _heartbeat(heartbeat.ran_at, heartbeat.progress, heartbeat.trouble)
        if heartbeat
        else _heartbeat(),
        "watches": [(SWEEPS.get(one.name, one.name), one) for one in seen if one.name not in ASIDE],
    }


def _heartbeat(sent_at: datetime | None = None, address: str = "", trouble: str = "") -> HeartbeatLine:
    host = urlsplit(settings.BIHUAN_HEARTBEAT_URL).hostname or ""  # the rest of the address may be a secret
    said = TROUBLES.get(trouble, trouble)
    if trouble.startswith("status "):
        said = _("The answer was %(status)s.") % {"status": trouble}
    return HeartbeatLine(host=host, sent_at=sent_at, address=address, trouble=str(said))


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
