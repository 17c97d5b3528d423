"""A technician's day: jobs to answer, visits in time order, the coming days, the van, and who I am."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from bihuan.registers.access.queries import person as person_at
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.parts.queries import van_of
from bihuan.registers.staff.queries import certificates_of, technician_of
from bihuan.service.dispatch.words import PERMITS, REFUSE_REASONS
from bihuan.service.fieldwork import queries
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.technicians.cards import card_of_job, opening_hours
from bihuan.web.technicians.grabs import saw
from bihuan.web.technicians.late import delays_today


@staff_page("visit.work")
def today(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What must be done next: first the jobs that wait for an answer, then the day in time order."""
    now = moment(request)
    jobs = queries.day_of(viewer, localdate(now), now=now)
    cards = [card_of_job(job, now=now) for job in jobs]
    following = next((card for card in cards if not card.over), None)
    grabs = queries.up_for_grabs(viewer, now=now)
    if grabs:
        saw(viewer, now=now)
    shown = {
        "offers": [card_of_job(job, now=now) for job in queries.offered_to(viewer, now=now)],
        "grabs": [card_of_job(job, now=now) for job in grabs],
        "cards": cards,
        "following": following,
        "refuse_reasons": REFUSE_REASONS,
        "delays": delays_today(viewer, now=now),
    }
    return render(request, "technicians/today.html", shown)


@staff_page("visit.work")
def coming(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The next seven days."""
    now = moment(request)
    found = queries.coming(viewer, now=now)
    days = [(day, [card_of_job(job, now=now) for job in jobs]) for day, jobs in found.items()]
    return render(request, "technicians/coming.html", {"days": days, "refuse_reasons": REFUSE_REASONS})


@staff_page("visit.work")
def van(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The parts that lie in my van."""
    technician = technician_of(viewer.person_id or 0)
    stock = van_of(technician.id) if technician else []
    return render(request, "technicians/van.html", {"stock": stock})


@staff_page("visit.work")
def me(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """My service point, hours and certificates, with those that end soon."""
    technician = technician_of(viewer.person_id or 0)
    shown = {
        "person": person_at(viewer.person_id or 0),
        "technician": technician,
        "certificates": [
            (PERMITS.get(held.kind, held.kind), held)
            for held in (certificates_of(technician.id) if technician else [])
        ],
        "hours": opening_hours(technician.id) if technician else [],
        "today": localdate(moment(request)),
    }
    return render(request, "technicians/me.html", shown)
