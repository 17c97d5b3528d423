"""Which event tells the customer what. Each is a later reaction: safe to repeat, because a notice is unique."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bihuan.ground.journal.chain import canonical, moment
from bihuan.ground.journal.event import Event, Fact
from bihuan.ground.vault.actions import keys
from bihuan.registers.access.queries import names_of
from bihuan.service.cases.models import Case, Note
from bihuan.service.commitments.queries import promises_of
from bihuan.service.dispatch.timing.forecast import span_of
from bihuan.service.dispatch.visiting import open_visit
from bihuan.service.intake.queries import link_of
from bihuan.service.notices.actions import language_for, tell_customer
from bihuan.service.notices.rules import ANSWER
from bihuan.service.notices.texts import moment as moment_words
from bihuan.service.notices.texts import reason_words, slot_words
from bihuan.service.satisfaction.events import ConfirmAsked, SurveySent
from bihuan.service.satisfaction.queries import survey_link

type Facts = dict[str, Any]


RUNG_TOLD = (1, 3)  # after which calls in vain the customer is asked to choose a time


def _always(kind: str) -> Callable[[Facts, Case], str]:
    return lambda facts, case: kind


def _opened(facts: Facts, case: Case) -> str:
    if (
        case.kind == "maintenance" and case.channel == "callback"
    ):  # by its plan: the customer did not ask for it
        return "upkeep_due"
    return "complaint_opened" if case.kind == "complaint" else "case_opened"


def _closed(facts: Facts, case: Case) -> str:
    return "withdrawn" if facts["how"] == "withdrawn" else "closed"


def _noted(facts: Facts, case: Case) -> str:
    """Only what was written for the customer, and not by the customer."""
    note = Note.objects.filter(id=facts["note_id"]).first()
    return ANSWER if note is not None and note.public and note.by_kind != "customer" else ""


def _given_up(facts: Facts, case: Case) -> str:
    """Only when we called it off and nothing new was agreed in the same breath."""
    return "unbooked" if not facts["by_customer"] and case.stands_at == "to_book" else ""


def _finished(facts: Facts, case: Case) -> str:
    return "no_one_home" if facts["outcome"] == "customer_absent" else ""


# Kind of event → kind of notice ("" = nothing to say).
TOLD: dict[str, Callable[[Facts, Case], str]] = {
    "case.opened": _opened,
    "case.chased": _always("chased"),
    "case.closed": _closed,
    "case.rested": _always("waiting"),
    "case.resumed": _always("resumed"),
    "case.reopened": _always("reopened"),
    "case.noted": _noted,
    "dispatch.accepted": lambda facts, case: "" if facts.get("one_step") else "accepted",
    "dispatch.job_accepted": _always("assigned"),
    "dispatch.booked": _always("booked"),
    "dispatch.withdrawn": _given_up,
    "dispatch.stood_in": _always("stand_in"),
    "dispatch.late_said": _always("late"),
    "dispatch.booking_tried": lambda facts, case: "rang" if facts["times"] in RUNG_TOLD else "",
    "dispatch.reminder_due": _always("reminder"),
    "fieldwork.departed": _always("departed"),
    "fieldwork.quoted": lambda facts, case: "quote" if facts.get("total_fen") else "",
    "fieldwork.finished": _finished,
    "satisfaction.confirm_asked": _always("confirm"),
    "satisfaction.survey_sent": _always("survey"),
}


def about(fact: Fact[Any]) -> str:
    """The event's own key: the same for the same entry, however often it is carried out."""
    parts = (fact.event.kind, str(fact.chain), canonical(fact.event.facts()), moment(fact.recorded_at))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def tell_the_customer(fact: Fact[Event]) -> None:
    """Tell the customer of the case what has just happened, if it concerns them."""
    if fact.chain is None:
        return
    case = case_of(fact.chain)
    kind = TOLD[fact.event.kind](fact.event.facts(), case)
    if not kind or case.customer.forgotten_at is not None or case.merged_into_id is not None:
        return
    language, now = language_for(case), fact.recorded_at
    fill = _fill(case, fact.event.facts(), now=now, language=language)
    tell_customer(
        case,
        kind,
        about=about(fact),
        fill=fill | {"words": _written(case, fact.event.facts())} if kind == ANSWER else fill,
        link=_link(case, fact.event),
        language=language,
        now=now,
    )


def _link(case: Case, event: Event) -> str:
    """Where the message leads: to the question that is asked, else to the customer's page."""
    if isinstance(event, ConfirmAsked):
        return f"{survey_link(event.survey_id)}/solved"
    if isinstance(event, SurveySent):
        return survey_link(event.survey_id)
    return link_of(case.report)


def case_of(chain: int) -> Case:
    return Case.objects.select_related("customer__key", "report", "node").get(chain_id=chain)


def _fill(case: Case, facts: Facts, *, now: datetime, language: str) -> dict[str, str]:
    chinese = language.startswith("zh")
    who = _who(case, facts)
    told = {"number": case.number, "promise": _promise(case, now=now, language=language), "who": who}
    told["who_comes"] = "" if not who else (f"，{who}师傅" if chinese else f" with {who}")
    told["slot"] = _slot(facts, now=now, language=language)
    when = facts.get("expected_at") or 0
    at = moment_words(datetime.fromtimestamp(when, UTC), now=now, language=language) if when else ""
    told["when"] = at if not at else (f"，约{at}到" if chinese else f", expected {at}")
    if "work_id" in facts and case.stands_at == "on_the_way":
        told["when"] = _arrives(case, now=now, language=language)
    told["reason"] = reason_words(str(facts.get("reason") or case.hold_reason), language=language)
    return told


def _written(case: Case, facts: Facts) -> str:
    """What a colleague wrote to the customer."""
    sealed = Note.objects.values_list("words_sealed", flat=True).get(id=facts["note_id"])
    return keys(case.customer.key).open(sealed) or ""


def _who(case: Case, facts: Facts) -> str:
    person = facts.get("person_id") or case.technician_person_id
    return names_of({person}).get(person, "") if person else ""


def _slot(facts: Facts, *, now: datetime, language: str) -> str:
    until, since = facts.get("slot_until") or 0, facts.get("slot_from") or 0
    if not until:
        return ""
    begins = datetime.fromtimestamp(since, UTC) if since else None
    return slot_words(begins, datetime.fromtimestamp(until, UTC), now=now, language=language)


def _arrives(case: Case, *, now: datetime, language: str) -> str:
    """Between when and when the technician who set off arrives: a time only, never a place."""
    visit = open_visit(case.id)
    span = span_of(visit, now=now) if visit is not None else None
    if span is None:
        return ""
    words = slot_words(span.begins, span.ends, now=now, language=language)
    return f"，预计{words}到" if language.startswith("zh") else f", arriving {words}"


def _promise(case: Case, *, now: datetime, language: str) -> str:
    """The next thing that we promised this customer openly, with its time; a sentence that ends."""
    running = [
        one
        for one in promises_of(case.id, now=now)
        if one.public and one.open and one.due_at and one.due_at > now
    ]
    if not running:
        return ""
    soonest = min(running, key=lambda one: one.due_at or now)
    assert soonest.due_at is not None
    title, due = soonest.title.in_(language), moment_words(soonest.due_at, now=now, language=language)
    return f"{title}：最晚{due}。" if language.startswith("zh") else f"{title}: by {due}. "
