"""Cases as dispatchers see them in lists: what, where, the soonest promise, and how the search for hands stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bihuan.registers.knowledge.queries import knowledge, symptoms_named
from bihuan.service.cases.words import HOLD_REASONS, KINDS, said
from bihuan.service.commitments.queries import PromiseView, open_promises
from bihuan.service.dispatch.queries import Standing
from bihuan.service.dispatch.rules import Candidate, RuledOut
from bihuan.service.dispatch.words import OFFER_REASONS, sentence, slot_words
from bihuan.web.look.naming import machine_name
from bihuan.web.look.words import due_time, local_time, words_left


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A promise as a chip: how it stands, and that in words."""

    state: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One case in a list; `stands` says how far the search for a service point, technician or time is."""

    case: Any
    what: str
    kind: str
    area: str
    chip: Chip | None
    stands: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Option:
    """A service point or technician on the page where one is chosen: in its place, or ruled out by `why`."""

    id: int
    name: str
    reasons: tuple[str, ...]
    why: str = ""
    may_still: bool = False


def rows_of(
    cases: Iterable[Any],
    standings: Mapping[int, Standing],
    *,
    now: datetime,
    notes: Mapping[int, str] | None = None,
) -> list[Row]:
    """These cases as rows, in one statement more; `notes` adds a line to each (the best candidate)."""
    held = list(cases)
    promises = open_promises([case.id for case in held], now=now)
    said_more = notes or {}
    return [
        Row(
            case=case,
            what=what_of(case),
            kind=str(KINDS.get(case.kind, case.kind)),
            area=area_of(case),
            chip=next((chip_of(one, now) for one in promises.get(case.id, ())), None),
            stands=stands_of(case, standings.get(case.id), now),
            note=said_more.get(case.id, ""),
        )
        for case in held
    ]


def stands_of(case: Any, standing: Standing | None, now: datetime) -> str:
    """How dispatch stands, in one line."""
    if standing is None:
        return ""
    if case.stands_at == "on_hold":
        return str(HOLD_REASONS.get(case.hold_reason, case.hold_reason))
    if case.stands_at == "to_accept":
        return _asked(standing, now)
    if standing.assignment is not None:
        name = standing.assignment.technician.person.name
        if standing.assignment.state == "offered":
            by = local_time(standing.assignment.answer_by, now)
            return _("%(name)s · answer due: %(time)s") % {"name": name, "time": by}
        return _("%(name)s is on it") % {"name": name}
    return str(case.node.name)


def _asked(standing: Standing, now: datetime) -> str:
    if standing.offer is not None:
        return _("%(node)s · answer due: %(time)s") % {
            "node": standing.offer.node.name,
            "time": local_time(standing.offer.answer_by, now),
        }
    if standing.returns:
        last = standing.returns[0]
        return _("%(node)s: %(reason)s") % {
            "node": last.node.name,
            "reason": str(OFFER_REASONS.get(last.reason, last.reason)),
        }
    return _("Nobody asked yet")


def what_of(case: Any) -> str:
    """Brand, appliance and standard symptom in one line."""
    chinese = (get_language() or "en").startswith("zh")
    named = {one.code: one.zh if chinese else one.en for one in knowledge().families}
    symptom = symptoms_named([case.symptom]).get(case.symptom) if case.symptom else None
    machine = machine_name(case, named)
    told = (symptom.zh if chinese else symptom.en) if symptom else ""
    return " · ".join(part for part in (machine, told) if part) or str(KINDS.get(case.kind, case.kind))


def area_of(case: Any) -> str:
    return " ".join(part for part in (case.district, case.street) if part) or case.city


def chip_of(promise: PromiseView, now: datetime) -> Chip:
    """What a promise says, with the time left in words."""
    title = said(promise.title)
    if promise.left is None or promise.due_at is None:
        return Chip(state="resting", words=f"{title} · {_('paused')}")
    return Chip(
        state=str(promise.light),
        words=f"{title} · {words_left(promise.left)} · {due_time(promise.due_at, now)}",
    )


def option_of(one: Candidate, *, categories: Mapping[str, str]) -> Option:
    return Option(
        id=one.id,
        name=one.name,
        reasons=tuple(sentence(reason, categories_named=categories) for reason in one.reasons),
    )


def ruled_out_of(one: RuledOut, *, categories: Mapping[str, str]) -> Option:
    return Option(
        id=one.id,
        name=one.name,
        reasons=(),
        why=sentence(one.rule, categories_named=categories),
        may_still=one.a_person_may,
    )


def family_names() -> dict[str, str]:
    """Appliance family → its name in the reader's language, without a statement."""
    chinese = (get_language() or "en").startswith("zh")
    return {one.code: one.zh if chinese else one.en for one in knowledge().families}


def slot_of(visit: Any) -> str:
    """The agreed slot in words; empty while there is none."""
    return slot_words(visit.slot_from, visit.slot_until) if visit is not None and visit.slot_from else ""
