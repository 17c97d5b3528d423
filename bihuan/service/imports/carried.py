"""What a row about a case of another system says, held against our cards, service points and technicians."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from bihuan.ground.process.card import Card
from bihuan.registers.organisation.models import Node
from bihuan.registers.organisation.queries import head_office, service_points
from bihuan.registers.staff.models import Technician
from bihuan.registers.staff.queries import technicians_at_work
from bihuan.service.cases.cards_in_use import active_card
from bihuan.service.cases.needs import Need
from bihuan.service.cases.rules import kind_of
from bihuan.service.imports.case_words import (
    GONE,
    HOLD_WORDS,
    ON_HOLD,
    OUTCOME_WORDS,
    OVER,
    STATE_WORDS,
    TO_ASSIGN,
    TO_BOOK,
    lies_open,
)
from bihuan.service.imports.households import WORDS
from bihuan.service.imports.reading import plain
from bihuan.service.imports.target import Trouble

CASE_WORDS: dict[str, Promise] = WORDS | {
    "no_score": _("%(field)s is no score from 1 to 5."),
    "here_already": _("This case is here already."),
    "point_unknown": _("“%(told)s” is no service point here. Bring in the service points first."),
    "point_past": _("“%(told)s” is no service point here any more; the case stays with the head office."),
    "technician_unknown": _("“%(told)s” is no technician here; the case waits for one."),
    "technician_past": _("“%(told)s” is no technician here any more."),
    "state_unknown": _("“%(told)s” is no state that is known here for this kind of work."),
    "stands_earlier": _(
        "A time agreed elsewhere or a visit under way cannot be carried on: a time is agreed anew here."
    ),
    "finished_already": _("This case is finished: bring it in with the past cases."),
    "still_open": _("This case is not finished: bring it in with the open cases."),
    "end_unknown": _("The day on which it ended is not told; the day on which it began stands for it."),
    "ahead": _("%(field)s lies in the future."),
    "backwards": _("It ended before it began."),
}
FATAL = frozenset(
    {
        "point_unknown",
        "state_unknown",
        "finished_already",
        "still_open",
        "ahead",
        "backwards",
        "day_ahead",
    }
)


@dataclass(kw_only=True)
class Judged:
    """A row as one of our cases would have it."""

    card: Card
    stands_at: str = ""
    node_id: int = 0
    technician: Technician | None = None
    ticks: tuple[Need, ...] = ()
    hold_reason: str = ""
    words: str = ""
    outcome: str = ""
    closed_how: str = ""
    opened_at: datetime
    done_at: datetime | None = None
    closed_at: datetime | None = None
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return any(trouble.code in FATAL for trouble in self.troubles)

    def say(self, code: str, field: str = "", **params: Any) -> None:
        self.troubles.append(Trouble(code=code, field=field, params=params))


class House:
    """Whom cases may belong to: read once for many rows."""

    def __init__(self) -> None:
        self.head: Node = head_office()
        self.points: dict[str, Node] = {}
        for node in service_points():
            for word in (node.name, node.code):
                self.points[plain(word)] = node
        self.technicians: dict[str, list[Technician]] = {}
        for one in technicians_at_work():
            for word in (one.person.name, one.number, one.person.phone, one.person.phone.removeprefix("+86")):
                if word:
                    self.technicians.setdefault(plain(word), []).append(one)

    def technician(self, word: str, *, node_id: int | None) -> Technician | None:
        """The one technician of this name, number or phone, at this service point when one is named."""
        found = [
            one for one in self.technicians.get(plain(word), ()) if node_id is None or one.node_id == node_id
        ]
        return found[0] if len({one.id for one in found}) == 1 else None

    def open_case(self, values: Mapping[str, Any], *, now: datetime) -> Judged:
        """An open case: where it stands here, with whom."""
        judged = _begun(values, now=now)
        point = self._point(values, judged, unknown="point_unknown")
        named = values.get("technician", "")
        found = self.technician(named, node_id=point.id if point else None) if named else None
        if named and found is None:
            judged.say("technician_unknown", "technician", told=named)
        node_id = point.id if point else found.node_id if found else self.head.id
        judged.node_id, judged.technician = node_id, found
        state, _colon, waits_for = _state(values.get("state", ""), judged).partition(":")
        if state in {OVER, GONE} or _is_over(judged.card, state):
            judged.say("finished_already", "state")
            return judged
        with_point = node_id != self.head.id
        judged.stands_at, earlier = lies_open(
            judged.card, state, with_point=with_point, with_technician=found is not None
        )
        if earlier:
            judged.say("stands_earlier", "state")
        if judged.stands_at == ON_HOLD:
            judged.hold_reason = _hold_reason(values.get("hold", ""), waits_for, judged)
        judged.ticks = _ticks(judged, with_point=with_point)
        if judged.technician is not None and Need.TECHNICIAN_ASSIGNED not in judged.ticks:
            judged.technician = None
        return judged

    def past_case(self, values: Mapping[str, Any], *, now: datetime) -> Judged:
        """A past case: how and when it ended, and who did it."""
        judged = _begun(values, now=now)
        point = self._point(values, judged, unknown="point_past")
        named = values.get("technician", "")
        judged.technician = self.technician(named, node_id=point.id if point else None) if named else None
        if named and judged.technician is None:
            judged.say("technician_past", "technician", told=named)
        done_by = judged.technician.node_id if judged.technician else self.head.id
        judged.node_id = point.id if point else done_by
        outcome = values.get("outcome", "")
        if outcome and outcome not in OUTCOME_WORDS:
            judged.words = "\n".join(part for part in (judged.words, outcome) if part)
            outcome = ""
        state = _state(values.get("state", ""), judged)
        withdrawn = state == GONE or outcome == "withdrawn"
        told = (values.get("done_at"), values.get("closed_at"))
        over = state == OVER or _is_over(judged.card, state) or (not state and any(told)) or bool(outcome)
        if not withdrawn and not over:
            judged.say("still_open", "state")
            return judged
        _ended(judged, *told, withdrawn=withdrawn, outcome=outcome, now=now)
        return judged

    def _point(self, values: Mapping[str, Any], judged: Judged, *, unknown: str) -> Node | None:
        word = values.get("point", "")
        found = self.points.get(plain(word)) if word else None
        if word and found is None and plain(word) != plain(self.head.name):
            judged.say(unknown, "point", told=word)
        return found


def _begun(values: Mapping[str, Any], *, now: datetime) -> Judged:
    words = values.get("words", "")
    kind = kind_of(words, told=values.get("kind", ""), symptoms=())
    judged = Judged(card=active_card(kind), opened_at=values["opened_at"], words=words)
    if judged.opened_at > now:
        judged.say("ahead", "opened_at")
    return judged


def _state(told: str, judged: Judged) -> str:
    """One of our states, or a place of the card by its own name."""
    if not told:
        return told
    by_title = {
        plain(title): place.name
        for place in judged.card.places
        for title in (place.name, place.title.zh, place.title.en)
    }
    if told.partition(":")[0] in STATE_WORDS:
        return told
    found = by_title.get(plain(told))
    if found is None:
        judged.say("state_unknown", "state", told=told)
        return ""
    return found


def _is_over(card: Card, state: str) -> bool:
    return state in card.place_names and card.place(state).stage in {"done", "closed"}


def _hold_reason(told: str, waits_for: str, judged: Judged) -> str:
    """What is waited for: told as a reason, or by the state itself (待配件); the customer where nothing is told."""
    if told in HOLD_WORDS:
        return told
    if told:
        judged.words = "\n".join(part for part in (judged.words, told) if part)
    return waits_for or "customer"


def _ticks(judged: Judged, *, with_point: bool) -> tuple[Need, ...]:
    """What is so already for a case that stands there."""
    reached = {TO_ASSIGN: 1, TO_BOOK: 2, ON_HOLD: 2}.get(judged.stands_at, 0)
    if all(move.name != "accept" for move in judged.card.moves):
        return ()
    ticks: list[Need] = []
    if reached and with_point:
        ticks.append(Need.SERVICE_POINT_ACCEPTED)
        if reached == 2 and judged.technician is not None:
            ticks += [Need.TECHNICIAN_ASSIGNED, Need.TECHNICIAN_ACCEPTED]
    return tuple(ticks)


def _ended(
    judged: Judged,
    done_at: datetime | None,
    closed_at: datetime | None,
    *,
    withdrawn: bool,
    outcome: str,
    now: datetime,
) -> None:
    began = judged.opened_at
    done, closed = _not_before(done_at, began), _not_before(closed_at, began)
    if done is None and closed is None:
        judged.say("end_unknown")
        closed = began
    ended = closed or done
    if any(moment is not None and moment < began for moment in (done, closed)):
        judged.say("backwards")
    if any(moment is not None and moment > now for moment in (done, closed)):
        judged.say("ahead", "done_at")
    gone = withdrawn and "withdrawn" in judged.card.ends
    judged.stands_at = "withdrawn" if gone else "closed"
    judged.closed_how = "withdrawn" if gone else ""
    judged.done_at = None if gone else done or closed
    judged.closed_at = max(moment for moment in (ended, judged.done_at) if moment is not None)
    judged.outcome = "withdrawn" if gone else outcome or _usual_outcome(judged.card)


def _not_before(moment: datetime | None, began: datetime) -> datetime | None:
    """A day without a time, on which the case also began, is the moment when it began."""
    if moment is None:
        return None
    local, first = localtime(moment), localtime(began)
    only_day = local.time() == time() and local.date() == first.date()
    return max(moment, began) if only_day else moment


def _usual_outcome(card: Card) -> str:
    declared = {move.outcome for move in card.moves}
    return next((name for name in ("finished", "answered") if name in declared), "")
