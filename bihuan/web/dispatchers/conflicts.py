"""Agreed visits that a rule forbids since: each with the rule, and the way to another time or technician."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bihuan.registers.access.viewer import Viewer
from bihuan.service.dispatch.conflicts import conflicts_at
from bihuan.service.dispatch.words import sentence, slot_words
from bihuan.web.dispatchers.rows import family_names
from bihuan.web.look.doors import moment, staff_page


@staff_page("visit.assign")
def conflicts(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The coming week, soonest first."""
    named = family_names()
    lines = [
        {
            "number": one.visit.case.number,
            "district": one.visit.case.district,
            "slot": slot_words(one.visit.slot_from, one.visit.slot_until)
            if one.visit.slot_from and one.visit.slot_until
            else "",
            "name": one.name,
            "why": sentence(one.rule, categories_named=named),
        }
        for one in conflicts_at(viewer.nodes, now=moment(request))
    ]
    return render(request, "dispatchers/conflicts.html", {"lines": lines})
