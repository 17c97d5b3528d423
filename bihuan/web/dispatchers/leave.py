"""Leave with stand-ins: the agreed visits that fall into it, who could take each over, and one button for all."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.history import note_change
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.keeping import take_leave_back
from bihuan.registers.staff.queries import leave_between, technicians_at_work
from bihuan.service.cases.actions import Doer
from bihuan.service.dispatch import standing_in
from bihuan.service.dispatch.queries import visit_of
from bihuan.service.dispatch.words import sentence, slot_words
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of

LONGEST = timedelta(days=120)


@staff_page("visit.assign")
def leave(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who is away from when until when; a POST gives one visit to another, enters the leave with all it asks
    for, or takes one back."""
    now = moment(request)
    asked = request.POST if request.method == "POST" else request.GET
    mine = [one for one in technicians_at_work() if viewer.nodes is None or one.node_id in viewer.nodes]
    technician = next((one for one in mine if one.id == row_of(asked.get("technician", ""))), None)
    begins, ends = _moment_of(asked.get("begins", "")), _moment_of(asked.get("ends", ""))
    sound = begins is not None and ends is not None and begins < ends <= begins + LONGEST
    told = {
        "technicians": mine,
        "technician": technician,
        "begins": asked.get("begins", ""),
        "ends": asked.get("ends", ""),
        "wrong": bool(asked.get("technician")) and (technician is None or not sound),
        "away": (away := _away(mine, now)),
    }
    if request.method == "POST" and asked.get("step") == "back":
        return _take_back(request, viewer, away, now)
    if technician is None or begins is None or ends is None or not sound:
        return render(request, "dispatchers/leave.html", told)
    if request.method == "POST":
        return _carry_out(request, viewer, technician, begins, ends, now)
    found = standing_in.affected_by(technician.id, begins=begins, ends=ends, now=now)
    return render(request, "dispatchers/leave.html", told | {"asked": True, "affected": _shown(found)})


def _carry_out(
    request: HttpRequest, viewer: Viewer, technician: Any, begins: datetime, ends: datetime, now: datetime
) -> HttpResponse:
    doer, asked = Doer.of(viewer), request.POST
    try:
        if asked.get("step") == "all":
            done = standing_in.go_on_leave(technician.id, begins=begins, ends=ends, doer=doer, now=now)
            _note(viewer, technician, begins, ends, done.leave_id, now)
            _say(request, done)
            return redirect("dispatchers:leave")
        visit = visit_of(viewer, row_of(asked.get("visit", "")))
        chosen = row_of(asked.get("stand_in", ""))
        standing_in.stand_in(visit, absent_id=technician.id, technician_id=chosen, doer=doer, now=now)
        messages.success(request, _("Taken over. The customer is told who comes."))
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    where = {"technician": technician.id, "begins": asked["begins"], "ends": asked["ends"]}
    return redirect(f"{reverse('dispatchers:leave')}?{urlencode(where)}")


@dataclass(frozen=True)
class Away:
    """A leave that goes on or is to come."""

    id: int
    technician: Any
    begins: datetime
    ends: datetime


def _away(technicians: list[Any], now: datetime) -> list[Away]:
    by_id = {one.id: one for one in technicians}
    return [
        Away(
            row.id,
            by_id[row.technician_id],
            datetime.fromtimestamp(row.begins, UTC),
            datetime.fromtimestamp(row.ends, UTC),
        )
        for row in leave_between(list(by_id), now, now + LONGEST)
    ]


def _take_back(request: HttpRequest, viewer: Viewer, away: list[Away], now: datetime) -> HttpResponse:
    """Visits that were handed over stay where they are; from now on the technician gets new ones."""
    found = next((one for one in away if one.id == row_of(request.POST.get("leave", ""))), None)
    if found is None:
        raise NotFound
    take_leave_back(found.id)
    told = _told(found.technician, found.begins, found.ends)
    note_change(viewer, register="leave", row=str(found.id), deed="removed", before=told, after={}, now=now)
    said = _("The leave is taken back: %(name)s gets visits again. What was handed over stays handed over.")
    messages.success(request, said % {"name": found.technician.person.name})
    return redirect("dispatchers:leave")


def _note(
    viewer: Viewer, technician: Any, begins: datetime, ends: datetime, leave_id: int, now: datetime
) -> None:
    """The register of leave keeps who entered it."""
    after = _told(technician, begins, ends)
    note_change(viewer, register="leave", row=str(leave_id), deed="added", before={}, after=after, now=now)


def _told(technician: Any, begins: datetime, ends: datetime) -> dict[str, Any]:
    return {"technician_id": technician.id, "begins": begins.isoformat(), "ends": ends.isoformat()}


def _say(request: HttpRequest, done: standing_in.Settled) -> None:
    words = [_("The leave is entered.")]
    if done.taken_over:
        words.append(
            ngettext("%(count)d visit was taken over.", "%(count)d visits were taken over.", done.taken_over)
            % {"count": done.taken_over}
        )
    if done.given_up:
        words.append(
            ngettext(
                "%(count)d customer is asked to choose another time.",
                "%(count)d customers are asked to choose another time.",
                done.given_up,
            )
            % {"count": done.given_up}
        )
    messages.success(request, " ".join(words))


def _shown(found: list[standing_in.Affected]) -> list[dict[str, Any]]:
    return [
        {
            "visit": one.visit,
            "number": one.visit.case.number,
            "district": one.visit.case.district,
            "slot": slot_words(one.visit.slot_from, one.visit.slot_until)
            if one.visit.slot_from and one.visit.slot_until
            else "",
            "second": one.second,
            "options": [(each.id, each.name) for each in one.choice.candidates],
            "ruled_out": [(each.name, sentence(each.rule)) for each in one.choice.ruled_out],
        }
        for one in found
    ]


def _moment_of(told: str) -> datetime | None:
    try:
        read = parse_datetime(told)
        if read is None:
            return None
        return (make_aware(read) if is_naive(read) else read).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
