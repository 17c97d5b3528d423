"""What an authority wrote about a case, on its page: the notice with its last day, and that it was answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bihuan.ground.journal.event import Fact
from bihuan.ground.vault.actions import SealedBy
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import Case, case_by_number
from bihuan.service.complaints.events import OfficialNotice
from bihuan.service.complaints.official import answer_notice, take_notice
from bihuan.service.complaints.queries import notices_of
from bihuan.service.complaints.rules import LONGEST_NUMBER
from bihuan.service.complaints.words import AUTHORITIES
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.words import date_words, words_left


@dataclass(frozen=True, kw_only=True)
class NoticeShown:
    """One notice as the page shows it; `left` is empty once it was answered, `late` while it is overdue."""

    id: int
    authority: str
    number: str
    received: str
    answer_on: str
    left: str
    late: bool
    answered_at: datetime | None


def notices_shown(
    case: Case, hand: SealedBy, story: Iterable[Fact[Any]], *, now: datetime
) -> list[NoticeShown]:
    """Every notice about a case, the most pressing first; the rows are asked for only where the story has one."""
    if not any(fact.event.kind == OfficialNotice.kind for fact in story):
        return []
    return [
        NoticeShown(
            id=one.id,
            authority=str(AUTHORITIES.get(one.authority, one.authority)),
            number=(hand.open(one.number_sealed) or "") if one.number_sealed else "",
            received=date_words(one.received_on),
            answer_on=date_words(localtime(one.answer_by).date()),
            left="" if one.answered_at else words_left(one.answer_by - now),
            late=one.answered_at is None and one.answer_by < now,
            answered_at=one.answered_at,
        )
        for one in notices_of(case.id)
    ]


def authorities() -> list[tuple[str, str]]:
    return [(code, str(words)) for code, words in AUTHORITIES.items()]


@require_POST
@staff_page("complaint.official")
def take(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Write down a notice."""
    held, sent = case_by_number(viewer, number), request.POST
    take_notice(
        held,
        authority=sent.get("authority", ""),
        number=sent.get("official_number", "")[: LONGEST_NUMBER + 1],
        received_on=_day(sent.get("received_on", "")),
        answer_on=_day(sent.get("answer_on", "")),
        viewer=viewer,
        now=moment(request),
    )
    messages.success(request, _("The notice is written down; its clock runs."))
    return redirect("agents:case", held.number)


@require_POST
@staff_page("complaint.official")
def answered(request: HttpRequest, viewer: Viewer, number: str, notice_id: int) -> HttpResponse:
    """Note that the authority has its answer."""
    held = case_by_number(viewer, number)
    answer_notice(held, notice_id, viewer=viewer, now=moment(request))
    messages.success(request, _("Written down: the authority was answered."))
    return redirect("agents:case", held.number)


def _day(told: str) -> date | None:
    try:
        return parse_date(told.strip())
    except ValueError:  # a day that no calendar has
        return None
