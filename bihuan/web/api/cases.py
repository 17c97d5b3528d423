"""Cases: lists, one with its open moves, and what may be done with it."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router
from ninja.responses import Status
from pydantic import Field

from bihuan.ground.vault.actions import keys
from bihuan.registers.access.masking import Contact
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases import talking
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.queries import (
    Case,
    card_of,
    case_by_number,
    contacts_of,
    open_moves_of,
    visible,
)
from bihuan.service.cases.words import GRADES, KINDS, NEEDS, URGENCIES, WAYS, move_title, place_title
from bihuan.service.commitments.queries import PromiseView, promises_of
from bihuan.service.intake.queries import words_of
from bihuan.service.satisfaction.hearing import hearing_of
from bihuan.web.api.door import viewer_at
from bihuan.web.api.shapes import (
    CaseLine,
    CaseList,
    CaseOut,
    ChasedOut,
    ContactOut,
    MoveIn,
    MoveOut,
    NoteIn,
    PromiseLine,
    Titled,
    everywhere,
)
from bihuan.web.look.doors import moment
from bihuan.web.look.listing import page
from bihuan.web.look.words import local_time

router = Router(tags=["cases"])
NO_YEAR = 9999  # a case without a running promise is due then


@router.get("/cases", response={200: CaseList, **everywhere(422)}, summary="Cases that this token may see")
def cases(
    request: HttpRequest,
    state: Literal["open", "closed", "all"] = "open",
    after: Annotated[str, Field(max_length=600)] = "",
    size: Annotated[int, Field(ge=1, le=200)] = 25,
) -> CaseList:
    """Newest first, masked, page by page: `next` and `previous` are tokens for `after`."""
    viewer = viewer_at(request)
    found = visible(viewer).select_related("customer__key", "node")
    if state != "all":
        found = found.filter(open=state == "open")
    shown = page(found, key=("-opened_at", "-id"), after=after or None, size=size)
    contacts = contacts_of(shown.rows, viewer, now=moment(request))
    lines = [line(case, contacts[case.customer_id]) for case in shown.rows]
    return CaseList(cases=lines, next=shown.next, previous=shown.previous)


@router.get(
    "/cases/{number}", response={200: CaseOut, **everywhere()}, summary="One case, with its open moves"
)
def one(request: HttpRequest, number: str) -> CaseOut:
    """In full for whoever may see it in full; each open move says what it still lacks."""
    viewer = viewer_at(request)
    return whole(case_by_number(viewer, number), viewer, request)


@router.post("/cases/{number}/moves", response={200: CaseOut, **everywhere(409, 422)}, summary="Move a case")
def move(request: HttpRequest, number: str, step: MoveIn) -> CaseOut:
    """One step on the card, or what is missing."""
    viewer = viewer_at(request)
    case = case_by_number(viewer, number)
    if viewer.is_staff:
        viewer.must("case.move")
    talking.move_saying(case, step.move, doer=Doer.of(viewer), now=moment(request), reason=step.reason)
    return whole(case_by_number(viewer, number), viewer, request)


@router.post("/cases/{number}/notes", response={201: CaseOut, **everywhere(422)}, summary="Write a note")
def note(request: HttpRequest, number: str, written: NoteIn) -> Status[CaseOut]:
    """`contact` says how the customer was spoken to; a customer's own note is never a contact of ours."""
    viewer = viewer_at(request)
    case = case_by_number(viewer, number)
    if viewer.is_staff:
        viewer.must("case.note")
    contact = written.contact if viewer.is_staff and written.contact.isidentifier() else ""
    public = written.public or not viewer.is_staff
    talking.note(case, written.words, by=viewer.actor, now=moment(request), contact=contact, public=public)
    return Status(201, whole(case, viewer, request))


@router.post(
    "/cases/{number}/chase", response={200: ChasedOut, **everywhere(409)}, summary="The customer asks again"
)
def chase(request: HttpRequest, number: str) -> ChasedOut:
    """A promise of its own, never a second case."""
    viewer = viewer_at(request)
    viewer.must("case.chase")
    case = case_by_number(viewer, number)
    return ChasedOut(number=case.number, chases=talking.chase(case, by=viewer.actor, now=moment(request)))


@router.get(
    "/cases/{number}/promises", response={200: list[PromiseLine], **everywhere()}, summary="What was promised"
)
def promises(request: HttpRequest, number: str) -> list[PromiseLine]:
    """Every promise of a case; to its customer only those made to them."""
    viewer = viewer_at(request)
    return promise_lines(case_by_number(viewer, number), viewer, request)


def titled(code: str, words: object = None) -> Titled:
    return Titled(code=code, title=str(words or code))


def line(case: Case, contact: Contact) -> CaseLine:
    return CaseLine(**_line(case, contact))


def _line(case: Case, contact: Contact) -> dict[str, Any]:
    card = card_of(case)
    return {
        "number": case.number,
        "kind": titled(case.kind, KINDS.get(case.kind)),
        "urgency": titled(case.urgency, URGENCIES.get(case.urgency)),
        "grade": titled(case.grade, GRADES.get(case.grade)),
        "place": titled(case.stands_at, place_title(card, case.stands_at)),
        "stage": card.place(case.stands_at).stage,
        "open": case.open,
        "category": case.category,
        "brand": case.brand,
        "symptom": case.symptom,
        "district": case.district,
        "node": case.node.name,
        "chases": case.chases,
        "opened_at": case.opened_at,
        "done_at": case.done_at,
        "closed_at": case.closed_at,
        "next_due_at": case.next_due_at if case.open and case.next_due_at.year < NO_YEAR else None,
        "customer": ContactOut(
            name=contact.name, phone=contact.phone, address=contact.address, full=contact.full
        ),
    }


def whole(case: Case, viewer: Viewer, request: HttpRequest) -> CaseOut:
    """One case as its page shows it, the customer masked unless this viewer works for them."""
    now = moment(request)
    contact = contacts_of([case], viewer, now=now, masked=False)[case.customer_id]
    hand = keys(case.customer.key)
    hearing = hearing_of(viewer, case, hand, now=now)
    return CaseOut(
        **_line(case, contact),
        way=titled(case.way, WAYS.get(case.way)),
        wish=case.wish,
        outcome=case.outcome,
        channel=case.channel,
        outside_number=case.outside_number,
        owner=case.owner.name if case.owner and viewer.is_staff else "",
        words=hearing.told(words_of(case.report, hand).words),
        words_are=hearing.heard.value,
        moves=moves_of(case, viewer),
        promises=promise_lines(case, viewer, request),
    )


def moves_of(case: Case, viewer: Viewer) -> list[MoveOut]:
    card = card_of(case)
    return [
        MoveOut(
            name=each.move.name,
            title=move_title(card, each.move.name),
            reaches=each.move.reaches,
            asks_reason=each.move.asks_reason,
            lacks=[titled(need, NEEDS.get(need)) for need in sorted(each.lacks)],
        )
        for each in open_moves_of(case, viewer)
    ]


def promise_lines(case: Case, viewer: Viewer, request: HttpRequest) -> list[PromiseLine]:
    now = moment(request)
    made: Sequence[PromiseView] = promises_of(case.id, now=now)
    return [
        PromiseLine(
            about=each.about,
            title=each.title.in_(get_language() or "en"),
            state=str(each.light),
            public=each.public,
            began_at=each.began_at,
            due_at=localtime(each.due_at) if each.due_at else None,
            ended_at=each.ended_at,
            broken_at=each.broken_at,
            words=local_time(each.due_at, now) if each.due_at else _("The clock rests."),
        )
        for each in made
        if each.public or viewer.is_staff
    ]
