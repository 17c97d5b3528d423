"""The service point's desk (网点工作台): accept or return, assign, and how my technicians' day looks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.queries import case_by_number
from bihuan.service.dispatch import assigning, offering
from bihuan.service.dispatch.choosing import crew_of, workers_for, workers_for_all
from bihuan.service.dispatch.deciding.overriding import refuse_unsaid
from bihuan.service.dispatch.deciding.suggesting import open_suggestions
from bihuan.service.dispatch.queries import (
    KEY,
    TO_ASSIGN,
    TO_BOOK,
    UP_FOR_GRABS,
    WAITING,
    answers_due,
    day_of,
    lane,
    lane_counts,
    standings,
    to_assign,
)
from bihuan.service.dispatch.words import OVERRIDE_REASONS, RETURN_REASONS
from bihuan.web.dispatchers.rows import Option, Row, family_names, option_of, rows_of
from bihuan.web.dispatchers.told import Told, told_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of

SHOWN = 3  # suggestions beside a case; the page of the case has them all


@dataclass(frozen=True, kw_only=True)
class ToAnswer:
    """A case offered to us, with what the customer said and the time left to answer."""

    row: Row
    told: Told
    left: timedelta


@dataclass(frozen=True, kw_only=True)
class ToAssign:
    """An accepted case with the technicians that fit best, and who is proposed by name."""

    row: Row
    options: tuple[Option, ...]
    proposed: str


@staff_page("offer.answer")
@require_GET
def service_point(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What waits for our answer, what waits for a technician, and the day."""
    now = moment(request)
    day = day_asked(request.GET.get("day", ""), today=localdate(now))
    offers = answers_due(viewer)
    waiting = to_assign(viewer)
    to_book = list(lane(viewer, TO_BOOK).order_by(*KEY)[:20])
    crew = crew_of(viewer.nodes, now=now)
    cases = [offer.case for offer in offers] + waiting + to_book
    rows = {row.case.id: row for row in rows_of(cases, standings(case.id for case in cases), now=now)}
    counts = lane_counts(viewer)
    told = told_of(offer.case for offer in offers)
    context = {
        "to_answer": [
            ToAnswer(row=rows[offer.case_id], told=told[offer.case_id], left=offer.answer_by - now)
            for offer in offers
        ],
        "to_assign": _suggested(waiting, rows, crew),
        "to_book": [rows[case.id] for case in to_book],
        "day": day,
        "days": [localdate(now) + timedelta(days=ahead) for ahead in range(7)],
        "crew": day_of(crew, day),
        "counts": {name: counts[name] for name in (WAITING, TO_ASSIGN, TO_BOOK)},
        "reasons": RETURN_REASONS,
        "override_reasons": OVERRIDE_REASONS,
        "grabs": counts[UP_FOR_GRABS],
        "may_sign_out": viewer.may("device.revoke"),
    }
    return render(request, "dispatchers/service_point.html", context)


def day_asked(told: str, *, today: date) -> date:
    """The day in the address; today for what is none, or lies more than a year away."""
    try:
        day = parse_date(told) or today
    except ValueError:
        return today
    return day if abs(day - today) < timedelta(days=366) else today


def _suggested(waiting: list[Any], rows: dict[int, Row], crew: Any) -> list[ToAssign]:
    choices, families = workers_for_all(waiting, crew=crew), family_names()
    proposed = open_suggestions(case.id for case in waiting)
    return [
        ToAssign(
            row=rows[case.id],
            options=tuple(option_of(one, categories=families) for one in choices[case.id].candidates[:SHOWN]),
            proposed=proposed[case.id].technician.person.name if case.id in proposed else "",
        )
        for case in waiting
    ]


@staff_page("offer.answer")
@require_POST
def answer(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """接单 or 退单. A refusal is said on the desk; nothing is lost."""
    case, doer, now = case_by_number(viewer, number), Doer.of(viewer), moment(request)
    try:
        if request.POST.get("answer") == "accept":
            offering.accept_offer(case, doer=doer, now=now)
            messages.success(
                request, _("Case %(number)s is yours. Choose a technician.") % {"number": number}
            )
        else:
            _give_back(request, case, doer, now)
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("dispatchers:service_point")


def _give_back(request: HttpRequest, case: Any, doer: Doer, now: datetime) -> None:
    reason, words = request.POST.get("reason", ""), request.POST.get("words", "")[:2000]
    offering.return_offer(case, reason=reason, words=words, doer=doer, now=now)
    messages.success(request, _("Case %(number)s was returned to head office.") % {"number": case.number})


@staff_page("visit.assign")
@require_POST
def assign_quickly(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """One of the suggested technicians, from the desk."""
    case = case_by_number(viewer, number)
    technician_id = row_of(request.POST.get("technician", ""))
    try:
        made = _give(request, viewer, case, technician_id)
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        told = {"name": made.technician.person.name, "number": number}
        messages.success(request, _("%(name)s is asked to take case %(number)s.") % told)
    return redirect("dispatchers:service_point")


def _give(request: HttpRequest, viewer: Viewer, case: Any, technician_id: int) -> Any:
    doer, now, why = Doer.of(viewer), moment(request), request.POST.get("why_not_best", "")
    if request.POST.get("step") == "agree":
        return assigning.agree(case, doer=doer, now=now)
    if assigning.standing_assignment(case.id) is None:
        refuse_unsaid(workers_for(case, now=now), technician_id, why=why)
    return assigning.assign(case, technician_id=technician_id, doer=doer, now=now, why_not_best=why)
