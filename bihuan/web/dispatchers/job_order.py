"""The job order (派工单) on paper: what the technician takes along. Masked, as everything that is printed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from bihuan.ground.vault.actions import keys
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import machine_cards
from bihuan.registers.parts.queries import certificates_for_all
from bihuan.service.cases.queries import case_by_number, contacts_of
from bihuan.service.cases.words import KINDS, URGENCIES, WAYS, WISHES, said
from bihuan.service.commitments.queries import open_promises
from bihuan.service.dispatch.choosing import permits_for
from bihuan.service.dispatch.queries import standings
from bihuan.service.dispatch.words import permit_name
from bihuan.service.intake.queries import words_of
from bihuan.service.satisfaction.hearing import hearing_of
from bihuan.web.dispatchers.rows import rows_of, slot_of
from bihuan.web.look.doors import moment, staff_page


@staff_page("visit.read")
@require_GET
def job_order(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """One case on one sheet: who goes, when, where, what it is about, what to bring. Paper keeps: days, no "today"."""
    case, now = case_by_number(viewer, number), moment(request)
    held = standings([case.id])
    standing = held[case.id]
    machines = machine_cards([case.machine], day=localdate(now)) if case.machine else []
    permits = permits_for(certificates_for_all(), category=case.category, kind=case.kind)
    hand = keys(case.customer.key)
    words = hearing_of(viewer, case, hand, now=now).on_paper(words_of(case.report, hand).words)
    context = {
        "case": case,
        "row": rows_of([case], held, now=now)[0],
        "contact": contacts_of([case], viewer, now=now).get(case.customer_id),
        "assignment": standing.assignment,
        "slot": slot_of(standing.visit),
        "visit": standing.visit,
        "machine": machines[0] if machines else None,
        "kind": KINDS.get(case.kind, case.kind),
        "way": WAYS.get(case.way, case.way),
        "wish": WISHES.get(case.wish, ""),
        "urgency": URGENCIES.get(case.urgency, case.urgency),
        "promised": [
            (said(one.title), one.due_at)
            for one in open_promises([case.id], now=now).get(case.id, [])
            if one.due_at
        ],
        "permits": [permit_name(one) for one in sorted(permits)],
        "words": words,
        "tried": case.report.tried,
    }
    return render(request, "dispatchers/job_order.html", context)
