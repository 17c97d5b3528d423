"""Keeping free what was named on the phone: the same part of a page for everybody who agrees on a time."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bihuan.registers.access.errors import Refusal
from bihuan.service.dispatch.errors import NobodyAssigned
from bihuan.service.dispatch.keeping_free import keep_free
from bihuan.service.dispatch.queries import open_visit_of
from bihuan.service.dispatch.slots import read_slot
from bihuan.web.look.doors import moment


def kept_free(request: HttpRequest, case: Any) -> HttpResponse:
    """While the customer thinks, the slot that was posted is offered to nobody else; a refusal is a sentence."""
    visit, told = open_visit_of(case.id), dict[str, Any]()
    try:
        if visit is None:
            raise NobodyAssigned(case.number)
        told["until"] = keep_free(visit, read_slot(request.POST.get("slot", "")), now=moment(request))
    except Refusal as refusal:
        told["refused"] = str(refusal)
    return render(request, "look/parts/kept_free.html", told)
