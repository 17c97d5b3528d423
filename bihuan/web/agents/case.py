"""One case: where it stands, what happened, what may be done next, and everything known about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from bihuan.ground.journal.queries import story_of
from bihuan.ground.process.card import Card
from bihuan.ground.vault.actions import SealedBy, keys
from bihuan.registers.access.masking import Contact
from bihuan.registers.access.queries import names_of as people_named
from bihuan.registers.access.queries import people_with
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import machine_cards
from bihuan.registers.knowledge.queries import symptoms_named
from bihuan.registers.organisation.queries import names_of as nodes_named
from bihuan.service.cases.came_along import came_along
from bihuan.service.cases.merging import seem_alike
from bihuan.service.cases.queries import (
    OpenMove,
    card_of,
    case_by_number,
    contacts_of,
    may_see_full,
    notes_of,
    open_moves_of,
    visible,
)
from bihuan.service.cases.remote import comes_first, guidances_of
from bihuan.service.cases.revealing import still_needed
from bihuan.service.cases.topics import topics_told
from bihuan.service.cases.words import (
    CHANNELS,
    GRADES,
    HOLD_REASONS,
    KINDS,
    OUTCOMES,
    URGENCIES,
    WAYS,
    WISHES,
    need_words,
    said,
)
from bihuan.service.commitments.queries import promises_of
from bihuan.service.dispatch.guiding import guided_until
from bihuan.service.dispatch.words import SUITS
from bihuan.service.intake.queries import words_of
from bihuan.service.notices.answering import LONGEST_ANSWER
from bihuan.service.satisfaction.hearing import Hearing, hearing_of
from bihuan.web.agents.answering import carried, how_it_goes
from bihuan.web.agents.asking import QUESTIONS, environment_words
from bihuan.web.agents.climbing import climbs_of
from bihuan.web.agents.facts import MachineShown, cases_of, consents_shown, machine_shown
from bihuan.web.agents.official import authorities, notices_shown
from bihuan.web.agents.recordings import calls_shown
from bihuan.web.agents.rows import chip_of, departments, families, in_language
from bihuan.web.agents.talks import talks_of
from bihuan.web.agents.telling import CONTACTS, Known, line_of, nodes_in, people_in
from bihuan.web.agents.write_up import may_write
from bihuan.web.look.doors import moment, staff_page

ASIDE = frozenset(
    {"remote", "on_hold", "in_workshop", "to_call_back", "withdrawn", "turned_over", "escalated", "in_review"}
)  # places off the main way


@dataclass(frozen=True, kw_only=True)
class Told:
    """One entry of what happened: a line of the journal, or a note in somebody's words."""

    at: datetime
    who: str
    icon: str
    words: str
    note: str = ""
    quiet: bool = False
    carried: str = ""  # how it went to the customer, where it was written to them


@dataclass(frozen=True, kw_only=True)
class MoveShown:
    """A step as a button: its name, what it still needs, whether it asks why."""

    name: str
    title: str
    lacks: str
    write_ups: list[tuple[str, str]]
    asks_reason: bool
    rests: bool
    ends: bool


@staff_page("case.read")
def case(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The case page."""
    return case_page(request, viewer, case_by_number(viewer, number))


def case_page(
    request: HttpRequest, viewer: Viewer, held: Any, *, revealed: Contact | None = None
) -> HttpResponse:
    """Everything about one case; `revealed` is the customer in full for this answer only."""
    now, card, hand = moment(request), card_of(held), keys(held.customer.key)
    promises = promises_of(held.id, now=now)
    facts = story_of(held.chain_id)
    names = people_named(people_in(facts))
    clauses = {one.clause: said(one.title) for one in promises}
    nodes = nodes_named(nodes_in(facts))
    known = Known(card=card, people=names, nodes=nodes, clauses=clauses)
    full = may_see_full(viewer, held, now=now)
    hearing = hearing_of(viewer, held, hand, now=now, revealed=revealed is not None)
    words = words_of(held.report, hand)
    others, notes = cases_of(viewer, held.customer_id), list(notes_of(held.id))
    context = {
        "case": held,
        "contact": revealed or contacts_of([held], viewer, now=now, masked=not full)[held.customer_id],
        "words": hearing.told(words.words),
        "facts": facts_of(held),
        "asked": asked_of(words.asked, hearing),
        "track": track_of(card, held.stands_at),
        "place": place_of(card, held.stands_at),
        "promises": [chip_of(one, now) for one in promises if one.open],
        "climbs": climbs_of(held.id, promises, now=now),
        "ended": [chip_of(one, now) for one in promises if not one.open],
        "story": tellings(facts, notes, known, hand, hearing, carried=carried(held, facts, notes)),
        "goes_out": how_it_goes(held, viewer, now=now),
        "longest_answer": LONGEST_ANSWER,
        "moves": [_move(one, card, viewer) for one in open_moves_of(held, viewer)],
        "machine": machine_of(held, now),
        "consents": [] if viewer.partner else consents_shown(held.customer_id),
        "twins": [one for one in others if seem_alike(held, one)],
        "history": [one for one in others if one.id != held.id],
        "similar": similar_to(held, viewer),
        "talks": talks_of(held, facts) if full or revealed is not None else [],
        "calls": calls_shown(held) if viewer.may("call.hear") else [],
        "files": came_along(held),
        "mails": has_mails(held, facts),
        "sees_files": full,
        "guidances": guidances_of(held) if held.open else [],
        "guided_until": guided_until(held.id) if held.open and comes_first(held) else None,
        "hold_reasons": HOLD_REASONS,
        "urgencies": URGENCIES,
        "grades": GRADES,
        "grade": GRADES.get(held.grade, held.grade) if held.grade != "general" else "",
        "contacts": [(code, words) for code, words in CONTACTS.items() if code != "live"],
        "notices": [] if viewer.partner else notices_shown(held, hand, facts, now=now),
        "authorities": authorities(),
        "colleagues": colleagues(held, viewer),
        "links": links_of(held, viewer),
        "may": may_of(held, viewer, now=now),
        "follows": held.followed,
    }
    return render(request, "agents/case.html", context)


def may_of(held: Any, viewer: Viewer, *, now: datetime) -> dict[str, bool]:
    """What this viewer may do on the page besides the card's own steps."""
    desk = viewer.may("case.own")
    return {
        "note": viewer.may("case.note"),
        "chase": held.open and viewer.may("case.chase"),
        "claim": held.open and held.owner_id is None and desk,
        "accept": held.next_owner_id is not None and held.next_owner_id == viewer.person_id,
        "hand_over": held.open and viewer.may("case.hand_over"),
        "reveal": viewer.may("customer.reveal") and still_needed(viewer, held, now=now),
        "remote": viewer.may("case.remote"),
        "merge": held.technician_person_id is None and not held.outside_number and viewer.may("case.merge"),
        "customer": viewer.may("customer.look_up"),
        "official": viewer.may("complaint.official"),
    }


def colleagues(held: Any, viewer: Viewer) -> list[Any]:
    """To whom the case may be handed over."""
    if not viewer.may("case.hand_over"):
        return []
    return [one for one in people_with(Role.AGENT) if one.id != held.owner_id]


def track_of(card: Card, stands_at: str) -> list[dict[str, Any]]:
    """The card's main places as a track; a side place only while the case stands there."""
    shown = [place for place in card.places if place.name not in ASIDE or place.name == stands_at]
    at = next(index for index, place in enumerate(shown) if place.name == stands_at)
    ended = stands_at in card.ends
    return [
        {
            "name": said(place.title),
            "state": "done"
            if index < at or (ended and index == at)
            else "current"
            if index == at
            else "next",
            "guide": said(place.guide),
        }
        for index, place in enumerate(shown)
        if not (ended and index > at)
    ]


def has_mails(held: Any, facts: Iterable[Any]) -> bool:
    """Whether mails belong to this case: it came by one, or one was answered."""
    wrote = (fact.event for fact in facts if fact.event.kind == "case.customer_wrote")
    return held.channel == "mail" or any(event.channel == "mail" for event in wrote)


def place_of(card: Card, stands_at: str) -> dict[str, str]:
    place = card.place(stands_at)
    return {"title": said(place.title), "guide": said(place.guide), "standard": said(place.standard)}


def _move(one: OpenMove, card: Card, viewer: Viewer) -> MoveShown:
    return MoveShown(
        name=one.move.name,
        title=said(one.move.title),
        lacks=_(", ").join(need_words(one.lacks)),
        write_ups=may_write(one.lacks, viewer),
        asks_reason=one.move.asks_reason,
        rests=one.move.reaches in card.clock_rests_at,
        ends=one.move.reaches in card.ends,
    )


def tellings(
    facts: Iterable[Any],
    notes: Iterable[Any],
    known: Known,
    hand: SealedBy,
    hearing: Hearing,
    *,
    carried: Mapping[int, str],
) -> list[Told]:
    """What happened, newest first; a note stands where it was written, as this viewer may read it."""
    written = {note.id: note for note in notes}
    told: list[Told] = []
    for fact in facts:
        note = written.get(getattr(fact.event, "note_id", 0)) if fact.event.kind == "case.noted" else None
        line = line_of(fact, known)
        words = hand.open(note.words_sealed) if note else ""
        to_them = note is not None and note.public and fact.by.kind == "staff"
        told.append(
            Told(
                at=fact.happened_at,
                who=who(fact.by, known),
                icon="note" if note else line.icon,
                words=_("Written to the customer") if to_them else line.words,
                note=(hearing.told(words) if words is not None else _("(forgotten)")) or "",
                quiet=line.quiet and not note,
                carried=carried.get(note.id, "") if note else "",
            )
        )
    return told[::-1]


def who(by: Any, known: Known) -> str:
    """Who did it, by name for staff."""
    if by.kind == "staff":
        return known.people.get(by.id, _("staff"))
    return {"customer": _("customer"), "clock": _("by itself"), "token": _("program")}.get(
        by.kind, str(by.kind)
    )


def facts_of(held: Any) -> list[tuple[str, str]]:
    """The report in short lines."""
    report = held.report
    named = symptoms_named(report.symptoms)
    told = [
        (
            _("Standard symptom"),
            _(", ").join(in_language(named.get(code)) or code for code in report.symptoms),
        ),
        (_("Error code"), report.error_code),
        (_("When it began"), f"{report.began_on:%Y-%m-%d}" if report.began_on else ""),
        (_("Kind of work"), str(KINDS.get(held.kind, held.kind))),
        (_("Way of service"), str(WAYS.get(held.way, held.way))),
        (_("Wish"), str(WISHES.get(held.wish, held.wish))),
        (_("Came in by"), str(CHANNELS.get(held.channel, held.channel))),
        (_("Department"), departments().get(held.department, held.department)),
        (_("Order number elsewhere"), held.outside_number),
        (_("Answers for it"), held.owner.name if held.owner else _("nobody yet")),
        (_("Hand-over proposed to"), held.next_owner.name if held.next_owner else ""),
        (_("Works on it"), held.node.name),
        (_("Technician"), held.technician_person.name if held.technician_person else ""),
        (_("On hold"), str(HOLD_REASONS.get(held.hold_reason, held.hold_reason))),
    ]
    return [(name, value) for name, value in told if value]


def asked_of(asked: Mapping[str, str], hearing: Hearing) -> list[tuple[str, str]]:
    """What was asked and answered, where it is used, what went before."""
    told = [(str(words), hearing.told(asked.get(code, ""))) for code, words in QUESTIONS.items()]
    told.append((_("Where it is used"), environment_words(asked.get("environment", ""))))
    told += topics_told(asked)
    told.append((_("When it suits best"), str(SUITS.get(asked.get("suits", ""), ""))))
    told.append((_("Wished time"), asked.get("wished", "")))
    told.append((_("Code scanned at"), hearing.told(asked.get("scanned", ""))))
    return [(name, value) for name, value in told if value]


def machine_of(held: Any, now: datetime) -> MachineShown | None:
    """The machine with the cover it has today."""
    if held.machine is None:
        return None
    card = machine_cards([held.machine], day=localdate(now))[0]
    return machine_shown(card, families())


def similar_to(held: Any, viewer: Viewer) -> list[dict[str, str]]:
    """Finished cases with the same symptom on the same sort of machine, and how they ended."""
    if not held.symptom:
        return []
    alike = (
        visible(viewer).filter(symptom=held.symptom, category=held.category, open=False).exclude(id=held.id)
    )
    found = alike.order_by("-opened_at", "-id")[:4]
    return [
        {"number": one.number, "brand": one.brand, "outcome": str(OUTCOMES.get(one.outcome, one.outcome))}
        for one in found
    ]


def links_of(held: Any, viewer: Viewer) -> list[tuple[str, str, str]]:
    """Pages of other rooms about this case, for those who may open them: title, address, icon. A case that goes on in
    another offers no step of its own."""
    at = held.stands_at if held.merged_into_id is None else ""
    wanted = (
        (True, _("Customer problem record"), "agents:record_table", "printer"),
        (True, _("Forms of this case"), "agents:case_papers", "file-text"),
        (True, _("How it was sorted"), "agents:sorting", "filter"),
        (
            viewer.may("support.ask") or viewer.may("support.answer"),
            _("Technical support"),
            "agents:support",
            "help",
        ),
        (
            at == "to_accept" and viewer.may("offer.make"),
            _("Choose a service point"),
            "dispatchers:offer",
            "route",
        ),
        (
            at == "to_assign" and viewer.may("visit.assign"),
            _("Choose a technician"),
            "dispatchers:assign",
            "user",
        ),
        (
            at == "to_book" and viewer.may("visit.book"),
            _("Agree a time"),
            "dispatchers:book",
            "calendar-event",
        ),
        (
            held.technician_person_id is not None and viewer.may("visit.read"),
            _("Job order"),
            "dispatchers:job_order",
            "file-text",
        ),
        (
            held.done_at is not None and viewer.may("sheet.read"),
            _("Service sheet"),
            "technicians:sheet",
            "receipt",
        ),
    )
    return [
        (title, address, icon)
        for there, title, name, icon in wanted
        if there and (address := _address(name, held.number))
    ]


def _address(name: str, number: str) -> str:
    """The address of a page, or nothing while there is no such page."""
    try:
        return reverse(name, args=[number])
    except NoReverseMatch:
        return ""
