"""/my: my machines with their cover, my cases with where they stand and when what is expected, and what I may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bihuan.registers.customers.queries import machines_of, shown
from bihuan.service.cases.queries import Case, card_of, visible
from bihuan.service.cases.words import HOLD_REASONS, KINDS
from bihuan.service.commitments.queries import PromiseView, open_promises
from bihuan.service.dispatch.first_sent import first_sent
from bihuan.service.dispatch.queries import open_visit_of
from bihuan.service.dispatch.words import slot_words
from bihuan.service.fieldwork.queries import sheets_of
from bihuan.service.intake.queries import link_of
from bihuan.web.customers.my_door import Owner, own_page
from bihuan.web.customers.words import COVERS, STAGES, STAGES_WITHOUT_VISIT
from bihuan.web.look.naming import family_name
from bihuan.web.look.opened import counted
from bihuan.web.look.words import due_time

ENDED_SHOWN = 20
SAID = {
    "reported": gettext_lazy("Your report is written down. Its progress stands here."),
    "registered": gettext_lazy("Your machine is registered."),
}


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """One case in the customer's table of progress."""

    number: str
    link: str
    kind: Any
    machine: str
    symptom: str
    opened_at: datetime
    first_sent: datetime | None
    state: Any
    open: bool
    expected: str
    sheets: int


@require_safe
@own_page
def my(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Looking changes nothing."""
    counted("my", owner.now, write=False)
    contact = shown([owner.customer], full=frozenset({owner.customer.id}))[owner.customer.id]
    cases = visible(owner.viewer).select_related("report", "machine").order_by("-id")
    running = list(cases.filter(open=True)[:50])
    ended = list(cases.filter(open=False)[: ENDED_SHOWN + 1])
    machines = machines_of(owner.customer.id, day=localdate(owner.now))
    context = {
        "owner": owner,
        "name": contact.name,
        "running": lines_of(running, now=owner.now),
        "ended": lines_of(ended[:ENDED_SHOWN], now=owner.now),
        "more": len(ended) > ENDED_SHOWN,
        "machines": [(one, family_name(one.category), COVERS[one.cover]) for one in machines],
        "said": SAID.get(request.GET.get("said", ""), ""),
    }
    return render(request, "customers/my.html", context)


def lines_of(cases: Sequence[Case], *, now: datetime) -> list[CaseLine]:
    """These cases as lines: where each stands, when somebody was first asked to do it, what is expected when."""
    ids = [case.id for case in cases]
    sent, promises = first_sent(ids), open_promises(ids, now=now)
    return [
        CaseLine(
            number=case.number,
            link=link_of(case.report),
            kind=KINDS.get(case.kind, case.kind),
            machine=" ".join(part for part in (case.brand, family_name(case.category)) if part),
            symptom=case.symptom,
            opened_at=case.opened_at,
            first_sent=sent.get(case.id),
            state=state_of(case),
            open=case.open,
            expected=expected(case, promises.get(case.id, []), now=now) if case.open else "",
            sheets=0 if case.open else len(sheets_of(case.id)),
        )
        for case in cases
    ]


def state_of(case: Case) -> Any:
    """Where it stands, in a customer's words."""
    if case.closed_how == "withdrawn":
        return _("Cancelled")
    card = card_of(case)
    words = STAGES
    if all(place.stage != "on_the_way" for place in card.places):
        words = STAGES | STAGES_WITHOUT_VISIT
    return words[card.place(case.stands_at).stage]


def expected(case: Case, promises: Sequence[PromiseView], *, now: datetime) -> str:
    """The agreed visit, else the last moment that we promised openly, in words; while it rests, what it
    waits for; empty when there is none."""
    visit = open_visit_of(case.id)
    if visit is not None and visit.slot_from is not None and visit.slot_until is not None:
        return _("Visit %(slot)s") % {"slot": slot_words(visit.slot_from, visit.slot_until)}
    dated = [one for one in promises if one.public and one.due_at is not None and one.due_at > now]
    if not dated:
        return str(HOLD_REASONS.get(case.hold_reason, "")) if case.hold_reason else ""
    last = max(dated, key=lambda one: one.due_at or now)
    assert last.due_at is not None
    told = {"promise": last.title.in_(get_language() or "en"), "when": due_time(last.due_at, now)}
    return _("%(promise)s: %(when)s at the latest") % told
