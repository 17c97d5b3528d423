"""The calls of a case and their recordings: who opens one is written down before it is shown where it lies."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.on_the_phone import CallOf, Recording, calls_of, hear_of_call, hear_of_case
from bihuan.service.cases.queries import case_by_number
from bihuan.web.agents.hotline_words import STATES, put_through_to
from bihuan.web.look.doors import moment, staff_page


@dataclass(frozen=True, kw_only=True)
class CallShown:
    """One call in the list of its case."""

    id: int
    state: str
    rang_at: datetime
    agent: str
    spoke: timedelta | None
    recorded: bool
    notice: bool
    transfer_to: str


def calls_shown(case: Any) -> list[CallShown]:
    """The calls of a case in the reader's language."""
    return [_shown(one) for one in calls_of(case)]


def _shown(one: CallOf) -> CallShown:
    return CallShown(
        id=one.id,
        state=str(STATES[one.state]),
        rang_at=one.rang_at,
        agent=one.agent,
        spoke=None if one.seconds is None else timedelta(seconds=one.seconds),
        recorded=one.recorded,
        notice=one.notice,
        transfer_to=put_through_to(one.transfer_to),
    )


@require_POST
@staff_page("call.hear")
def of_case(request: HttpRequest, viewer: Viewer, number: str, call_id: int) -> HttpResponse:
    """The recording of a call of a case, for who may see the case."""
    case = case_by_number(viewer, number)
    heard = hear_of_case(case, call_id, viewer=viewer, now=moment(request))
    return _page(request, heard, back=reverse("agents:case", args=[case.number]))


@require_POST
@staff_page("call.take")
def of_call(request: HttpRequest, viewer: Viewer, call_id: int) -> HttpResponse:
    """The recording of a call, for whoever took it, and for supervisors."""
    heard = hear_of_call(call_id, viewer=viewer, now=moment(request))
    return _page(request, heard, back=reverse("agents:call", args=[call_id]))


def _page(request: HttpRequest, heard: Recording, *, back: str) -> HttpResponse:
    answer = render(
        request, "agents/recording.html", {"call": heard.call, "address": heard.address, "back": back}
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
