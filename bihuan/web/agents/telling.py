"""A case's story as its page tells it: an icon, a sentence with names, whichever room recorded the event.

Where no sentence stands here the event's name is shown, so that nothing that happened is hidden.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.ground.journal.event import Event, Fact
from bihuan.ground.process.card import Card
from bihuan.service.cases.words import (
    CHANNELS,
    CLOSED_HOW,
    GRADES,
    HOLD_REASONS,
    NEEDS,
    OUTCOMES,
    SUPPORT_WAYS,
    URGENCIES,
    move_title,
    place_title,
)
from bihuan.service.complaints.words import AUTHORITIES
from bihuan.service.dispatch.words import REFUSE_REASONS
from bihuan.web.look.words import date_words

CONTACTS: dict[str, Lazy] = {
    "live": gettext_lazy("at once, as the customer asked"),
    "phone": gettext_lazy("by phone"),
    "sms": gettext_lazy("by SMS"),
    "mail": gettext_lazy("by e-mail"),
    "chat": gettext_lazy("by chat"),
    "visit": gettext_lazy("on site"),
}
STEP_ANSWERS: dict[str, Lazy] = {
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "skipped": gettext_lazy("skipped"),
    "solved": gettext_lazy("solved"),
    "stopped": gettext_lazy("stopped for safety"),
}


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a teller may look up: the case's card, and names by number or code."""

    card: Card
    people: Mapping[int, str] = field(default_factory=dict)
    nodes: Mapping[int, str] = field(default_factory=dict)
    clauses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a story. `quiet` lines are bookkeeping: shown small."""

    icon: str
    words: str
    quiet: bool = False


type Teller = Callable[[Any, Known], str]


def line_of(fact: Fact[Event], known: Known) -> Line:
    """The sentence for one fact."""
    icon, tell, quiet = TELLERS.get(fact.event.kind, ("info-circle", _unknown, True))
    return Line(icon=icon, words=str(tell(fact.event, known)), quiet=quiet)


def people_in(facts: list[Fact[Event]]) -> set[int]:
    """The numbers of the people these facts name, so that their names can be read in one query."""
    found = {fact.by.id for fact in facts if fact.by.kind == "staff"}
    for fact in facts:
        told = fact.event.facts()
        found |= {told[name] for name in ("owner_id", "person_id", "technician_person_id") if told.get(name)}
    return found


def nodes_in(facts: list[Fact[Event]]) -> set[int]:
    """The numbers of the nodes these facts name."""
    return {told["node_id"] for fact in facts if (told := fact.event.facts()).get("node_id")}


def _unknown(event: Event, known: Known) -> str:
    return _("Recorded: %(what)s") % {"what": event.kind.replace(".", " · ").replace("_", " ")}


def _is(sentence: Lazy) -> Teller:
    return lambda event, known: str(sentence)


def _word(words: Mapping[str, Any], code: str) -> str:
    return str(words.get(code, code))


def _opened(event: Any, known: Known) -> str:
    return _("Case opened; urgency %(urgency)s") % {"urgency": _word(URGENCIES, event.urgency)}


def _brought_in(event: Any, known: Known) -> str:
    try:
        place = place_title(known.card, event.stands_at)
    except KeyError:  # a card edited beyond what this case began under
        place = event.stands_at
    told = {"run": event.run_id, "place": place}
    return _("Brought in from another system (import %(run)s); it goes on at: %(place)s") % told


def _past_brought_in(event: Any, known: Known) -> str:
    said = [_("Brought in from another system as a past case (import %(run)s)") % {"run": event.run_id}]
    if event.fee_fen:
        said.append(_("paid there: %(yuan)s yuan") % {"yuan": f"{event.fee_fen / 100:.2f}"})
    if event.score:
        said.append(_("scored there: %(score)s of 5") % {"score": event.score})
    return _(", ").join(said)


def _received(event: Any, known: Known) -> str:
    return _("The customer told us (%(channel)s)") % {"channel": _word(CHANNELS, event.channel)}


def _moved(event: Any, known: Known) -> str:
    try:
        move, reached = move_title(known.card, event.move), place_title(known.card, event.reached)
    except KeyError:  # a card edited beyond what this case began under
        move, reached = event.move, event.reached
    return _("%(move)s → %(place)s") % {"move": move, "place": reached}


def _ticked(event: Any, known: Known) -> str:
    return _("Now there: %(need)s") % {"need": _word(NEEDS, event.need)}


def _unticked(event: Any, known: Known) -> str:
    needs = _(", ").join(_word(NEEDS, need) for need in event.needs)
    return _("No longer there: %(needs)s") % {"needs": needs}


def _rested(event: Any, known: Known) -> str:
    return _("The clocks rest: %(reason)s") % {"reason": _word(HOLD_REASONS, event.reason)}


def _done(event: Any, known: Known) -> str:
    return _("Work done: %(outcome)s") % {"outcome": _word(OUTCOMES, event.outcome) or _("no outcome given")}


def _closed(event: Any, known: Known) -> str:
    return _("Case closed: %(how)s") % {"how": _word(CLOSED_HOW, event.how)}


def _proposed(event: Any, known: Known) -> str:
    name = known.people.get(event.owner_id, "–")
    if event.live:
        return _("Hand-over proposed to %(name)s; the customer waits on the line") % {"name": name}
    return _("Hand-over proposed to %(name)s") % {"name": name}


def _owned(event: Any, known: Known) -> str:
    return _("%(name)s answers for the case now") % {"name": known.people.get(event.owner_id, "–")}


def _given(event: Any, known: Known) -> str:
    return _("%(node)s does the work now") % {"node": known.nodes.get(event.node_id, "–")}


def _contacted(event: Any, known: Known) -> str:
    return _("Spoke with the customer %(how)s") % {"how": _word(CONTACTS, event.how)}


def _chased(event: Any, known: Known) -> str:
    return _("The customer asked again (%(times)s)") % {"times": event.times}


def _mentioned(event: Any, known: Known) -> str:
    return _("%(name)s was asked to read the note") % {"name": known.people.get(event.person_id, "–")}


def _snoozed(event: Any, known: Known) -> str:
    at = localtime(datetime.fromtimestamp(event.until, UTC))
    name = known.people.get(event.person_id, "–")
    return _("%(name)s put this off until %(until)s") % {"name": name, "until": f"{at:%Y-%m-%d %H:%M}"}


def _urgency(event: Any, known: Known) -> str:
    return _("Urgency is %(urgency)s now") % {"urgency": _word(URGENCIES, event.urgency)}


def _graded(event: Any, known: Known) -> str:
    return _("Graded as %(grade)s") % {"grade": _word(GRADES, event.grade)}


def _tried(event: Any, known: Known) -> str:
    return _("Phone guidance, step %(step)s: %(answer)s") % {
        "step": event.step,
        "answer": _word(STEP_ANSWERS, event.answer),
    }


def _written_up(event: Any, known: Known) -> str:
    return _("Written down: %(need)s") % {"need": _word(NEEDS, event.need)}


def _supported(event: Any, known: Known) -> str:
    return _("Technical support answered: %(way)s") % {"way": _word(SUPPORT_WAYS, event.way)}


def _official(event: Any, known: Known) -> str:
    by = localtime(datetime.fromtimestamp(event.answer_by, UTC))
    told = {"authority": _word(AUTHORITIES, event.authority), "day": date_words(by.date())}
    return _("%(authority)s wants an answer by %(day)s") % told


def _officially_answered(event: Any, known: Known) -> str:
    return _("Answered to: %(authority)s") % {"authority": _word(AUTHORITIES, event.authority)}


def _clause(known: Known, code: str) -> str:
    return known.clauses.get(code, code)


def _promised(event: Any, known: Known) -> str:
    return _("Promised: %(what)s") % {"what": _(", ").join(_clause(known, code) for code in event.clauses)}


def _kept(event: Any, known: Known) -> str:
    said = _("Kept late: %(what)s") if event.late else _("Kept in time: %(what)s")
    return said % {"what": _clause(known, event.clause)}


def _at_risk(event: Any, known: Known) -> str:
    return _("At risk: %(what)s") % {"what": _clause(known, event.clause)}


def _broken(event: Any, known: Known) -> str:
    return _("Broken: %(what)s") % {"what": _clause(known, event.clause)}


def _escalated(event: Any, known: Known) -> str:
    told = {"level": event.level, "what": _clause(known, event.clause)}
    return _("Escalated, step %(level)s: %(what)s") % told


def _offered(event: Any, known: Known) -> str:
    return _("Offered to %(node)s") % {"node": known.nodes.get(getattr(event, "node_id", 0), "–")}


def _assigned(event: Any, known: Known) -> str:
    name = known.people.get(getattr(event, "technician_person_id", 0) or getattr(event, "person_id", 0), "")
    return _("Technician assigned: %(name)s") % {"name": name} if name else _("Technician assigned")


def _goes_along(event: Any, known: Known) -> str:
    name = known.people.get(getattr(event, "person_id", 0), "")
    return _("Goes along as the second technician: %(name)s") % {"name": name}


def _not_along(event: Any, known: Known) -> str:
    told = {
        "name": known.people.get(getattr(event, "person_id", 0), ""),
        "why": _word(REFUSE_REASONS, getattr(event, "reason", "")),
    }
    return _("%(name)s cannot go along: %(why)s") % told


TELLERS: dict[str, tuple[str, Teller, bool]] = {
    "report.received": ("message", _received, False),
    "report.understood": ("message", _is(gettext_lazy("Read and understood")), True),
    "report.quarantined": (
        "alert-triangle",
        _is(gettext_lazy("Kept aside: no case could be opened by itself")),
        False,
    ),
    "case.opened": ("plus", _opened, False),
    "case.brought_in": ("transfer", _brought_in, False),
    "case.past_brought_in": ("archive", _past_brought_in, False),
    "case.import_undone": ("arrow-back-up", _is(gettext_lazy("The import of this case was undone")), False),
    "case.moved": ("arrow-right", _moved, False),
    "case.need_ticked": ("check", _ticked, True),
    "case.needs_unticked": ("x", _unticked, True),
    "case.rested": ("player-pause", _rested, False),
    "case.resumed": ("player-play", _is(gettext_lazy("The clocks run again")), False),
    "case.done": ("circle-check", _done, False),
    "case.closed": ("circle-check", _closed, False),
    "case.reopened": ("refresh", _is(gettext_lazy("Opened again")), False),
    "case.owner_proposed": ("user", _proposed, False),
    "case.owner_changed": ("user", _owned, False),
    "case.given_to": ("building-store", _given, False),
    "case.contacted": ("phone", _contacted, False),
    "case.chased": ("alert-triangle", _chased, False),
    "case.noted": ("message", _is(gettext_lazy("Note written")), True),
    "case.customer_wrote": ("message", _is(gettext_lazy("The customer wrote again")), False),
    "case.mentioned": ("user", _mentioned, True),
    "case.followed_moved": ("eye", _is(gettext_lazy("Told to those who follow this case")), True),
    "case.snoozed": ("clock", _snoozed, True),
    "case.snooze_ended": ("clock", _is(gettext_lazy("Back on the list before its time")), True),
    "case.urgency_changed": ("flame", _urgency, False),
    "case.graded": ("gauge", _graded, False),
    "case.sorted": ("filter", _is(gettext_lazy("Sorted otherwise by a person")), False),
    "case.danger_heard": ("flame", _is(gettext_lazy("The customer's words tell of danger")), False),
    "case.merged": ("link", _is(gettext_lazy("The same as another case: goes on there")), False),
    "case.took_in": ("link", _is(gettext_lazy("Another report of the same goes on in this case")), False),
    "case.unmerged": (
        "arrow-back-up",
        _is(gettext_lazy("A matter of its own after all: goes on here")),
        False,
    ),
    "case.let_go": (
        "arrow-back-up",
        _is(gettext_lazy("A case that was merged into this one left it")),
        False,
    ),
    "case.report_parted": (
        "arrow-back-up",
        _is(gettext_lazy("Words of the customer became a case of their own")),
        False,
    ),
    "case.call_connected": ("phone", _is(gettext_lazy("The call was taken")), True),
    "case.call_greeted": ("phone", _is(gettext_lazy("The greeting was said, as the agent notes")), True),
    "case.chat_connected": ("message", _is(gettext_lazy("An agent took the chat")), True),
    "case.chat_greeted": ("message", _is(gettext_lazy("The agent's first line stood in the chat")), True),
    "case.call_put_through": (
        "phone",
        _is(gettext_lazy("The caller was put through to somebody else")),
        True,
    ),
    "case.call_taken_over": ("phone", _is(gettext_lazy("The call was taken over")), True),
    "case.call_given_up": ("phone", _is(gettext_lazy("The caller hung up before anybody took over")), False),
    "call.recording_heard": ("microphone", _is(gettext_lazy("The recording of the call was opened")), True),
    "case.plan_told": ("message", _is(gettext_lazy("The customer knows the plan")), False),
    "case.written_up": ("note", _written_up, False),
    "case.step_tried": ("headset", _tried, False),
    "case.support_asked": ("help", _is(gettext_lazy("Technical support was asked")), False),
    "case.support_answered": ("tools", _supported, False),
    "complaint.official_notice": ("building", _official, False),
    "complaint.official_answered": ("mail-forward", _officially_answered, False),
    "complaint.linked": ("link", _is(gettext_lazy("This complaint is about another case")), True),
    "complaint.opened_about": (
        "alert-triangle",
        _is(gettext_lazy("The customer complained about this case")),
        False,
    ),
    "promise.made": ("clock", _promised, True),
    "promise.kept": ("circle-check", _kept, True),
    "promise.at_risk": ("alert-triangle", _at_risk, False),
    "promise.broken": ("alert-octagon", _broken, False),
    "promise.escalated": ("arrow-up", _escalated, False),
    "promise.rederived": (
        "calendar-time",
        _is(gettext_lazy("Days off were published: a due time was worked out anew")),
        True,
    ),
    "promise.mended": (
        "refresh",
        _is(gettext_lazy("The row of a promise was written anew from the journal")),
        True,
    ),
    "promise.breach_withdrawn": (
        "circle-check",
        _is(gettext_lazy("A breach was taken back: it had been in time")),
        False,
    ),
    "promise.restored": ("refresh", _is(gettext_lazy("A promise is asked for again")), True),
    "promise.voided": ("x", _is(gettext_lazy("A promise is not asked for any more")), True),
    "dispatch.offered": ("building-store", _offered, False),
    "dispatch.accepted": ("circle-check", _is(gettext_lazy("The service point accepted the job")), False),
    "dispatch.returned": ("arrow-back-up", _is(gettext_lazy("The service point returned the job")), False),
    "dispatch.offer_withdrawn": ("arrow-back-up", _is(gettext_lazy("The offer was taken back")), False),
    "dispatch.resent": ("arrow-right", _is(gettext_lazy("Sent on to a service point anew")), True),
    "dispatch.assigned": ("user", _assigned, False),
    "dispatch.job_accepted": ("circle-check", _is(gettext_lazy("The technician accepted the job")), False),
    "dispatch.job_refused": ("x", _is(gettext_lazy("The technician refused the job")), False),
    "dispatch.released": (
        "arrow-back-up",
        _is(gettext_lazy("The technician was released from the job")),
        False,
    ),
    "dispatch.up_for_grabs": ("users", _is(gettext_lazy("The job is up for grabs")), False),
    "dispatch.grab_ended": ("users", _is(gettext_lazy("The job is not up for grabs any more")), True),
    "dispatch.proposed": ("user-question", _is(gettext_lazy("A technician is proposed")), True),
    "dispatch.proposal_refused": ("user-x", _is(gettext_lazy("The proposed technician was refused")), True),
    "dispatch.best_passed_over": (
        "user-check",
        _is(gettext_lazy("Somebody else than the first was chosen, with a reason")),
        True,
    ),
    "dispatch.change_refused": (
        "user-x",
        _is(gettext_lazy("What was proposed for the plan of the day was refused")),
        True,
    ),
    "dispatch.mate_chosen": ("users", _goes_along, False),
    "dispatch.mate_released": (
        "arrow-back-up",
        _is(gettext_lazy("The second technician does not go along any more")),
        False,
    ),
    "dispatch.mate_refused": ("user-x", _not_along, False),
    "dispatch.stood_in": (
        "users",
        _is(gettext_lazy("Another technician comes instead, at the same time")),
        False,
    ),
    "dispatch.booked": ("calendar-event", _is(gettext_lazy("A time was agreed")), False),
    "dispatch.withdrawn": ("x", _is(gettext_lazy("The visit was taken back")), False),
    "dispatch.late_said": (
        "clock",
        _is(gettext_lazy("The technician said that the visit will be late")),
        False,
    ),
    "dispatch.late_foreseen": (
        "clock",
        _is(gettext_lazy("It was foreseen that the visit will be late")),
        False,
    ),
    "dispatch.late_accepted": ("clock", _is(gettext_lazy("The customer waits for the later time")), False),
    "dispatch.booking_tried": (
        "phone",
        _is(gettext_lazy("The technician rang about a time; nobody answered")),
        False,
    ),
    "dispatch.reminder_due": ("bell", _is(gettext_lazy("The customer is reminded of the visit")), True),
    "fieldwork.confirmed": (
        "phone",
        _is(gettext_lazy("The technician confirmed the visit before leaving")),
        False,
    ),
    "fieldwork.departed": ("truck", _is(gettext_lazy("The technician is on the way")), False),
    "fieldwork.arrived": ("map-pin", _is(gettext_lazy("The technician arrived")), False),
    "fieldwork.machine_received": ("package", _is(gettext_lazy("The machine was taken in")), False),
    "fieldwork.diagnosed": ("clipboard-check", _is(gettext_lazy("The diagnosis was written")), False),
    "fieldwork.quoted": ("receipt", _is(gettext_lazy("A quote was made")), False),
    "fieldwork.quote_consented": (
        "circle-check",
        _is(gettext_lazy("The customer agreed to the quote")),
        False,
    ),
    "fieldwork.quote_refused": ("x", _is(gettext_lazy("The customer declined the quote")), False),
    "fieldwork.functions_tested": ("checks", _is(gettext_lazy("Every complained point was tested")), False),
    "fieldwork.signed": ("signature", _is(gettext_lazy("The customer signed the service sheet")), False),
    "fieldwork.sheet_printed": ("printer", _is(gettext_lazy("The service sheet was printed")), True),
    "fieldwork.opinion_given": (
        "message",
        _is(gettext_lazy("The customer gave an opinion on the sheet")),
        False,
    ),
    "fieldwork.finished": ("circle-check", _is(gettext_lazy("The visit was finished")), False),
    "satisfaction.confirm_asked": (
        "send",
        _is(gettext_lazy("The customer was asked whether it is solved")),
        False,
    ),
    "satisfaction.confirmed": (
        "circle-check",
        _is(gettext_lazy("The customer says that it is solved")),
        False,
    ),
    "satisfaction.not_solved": (
        "alert-triangle",
        _is(gettext_lazy("The customer says that it is not solved")),
        False,
    ),
    "satisfaction.survey_sent": ("send", _is(gettext_lazy("The survey was sent")), False),
    "satisfaction.survey_answered": ("star", _is(gettext_lazy("The survey was answered")), False),
    "satisfaction.callback_opened": ("phone-calling", _is(gettext_lazy("A callback is due")), False),
    "satisfaction.callback_attempted": ("phone", _is(gettext_lazy("A callback was tried")), False),
    "satisfaction.callback_done": ("circle-check", _is(gettext_lazy("The callback was done")), False),
    "order.promised": (
        "calendar-event",
        _is(gettext_lazy("The platform promised a day to its buyer")),
        False,
    ),
    "order.changed": ("edit", _is(gettext_lazy("The platform told the order otherwise")), False),
    "order.cancelled": ("circle-x", _is(gettext_lazy("The platform took its order back")), False),
    "notice.given_up": (
        "alert-triangle",
        _is(gettext_lazy("A message could not be delivered")),
        False,
    ),
    "notice.sent": ("send", _is(gettext_lazy("A message was sent to the customer")), True),
}
