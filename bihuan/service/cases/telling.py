"""A case's journal in words: one line for each thing that happened. Says who by role or number, never by name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bihuan.ground.journal.event import Actor, Event, Fact
from bihuan.ground.journal.queries import faults_of, story_of
from bihuan.ground.process.card import Card
from bihuan.service.cases import words
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.events import (
    CaseChased,
    CaseClosed,
    CaseContacted,
    CaseDone,
    CaseMoved,
    CaseNoted,
    CaseOpened,
    CaseReopened,
    CaseRested,
    CaseResumed,
    NeedTicked,
    OwnerChanged,
    OwnerProposed,
    UrgencyChanged,
)
from bihuan.service.cases.models import Case
from bihuan.service.intake.events import ReportReceived

type Teller = Callable[[Any, Card], str]

QUIET = frozenset(
    {"report.understood", "promise.made", "case.need_ticked", "case.needs_unticked", "case.given_to"}
)
"""Kinds that a person need not read: they follow from the line beside them. `explain` shows them all."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened, as a page shows it."""

    kind: str
    words: str
    by: Actor
    at: datetime
    written_at: datetime
    event: Event


def lines_of(case: Case, *, quiet: bool = True) -> list[Line]:
    """What happened in a case, oldest first; without what only machines need when `quiet`."""
    card = card_at(case.card, case.card_version)
    return [
        Line(
            kind=fact.event.kind,
            words=tell(fact, card),
            by=fact.by,
            at=fact.happened_at,
            written_at=fact.recorded_at,
            event=fact.event,
        )
        for fact in story_of(case.chain_id)
        if not (quiet and fact.event.kind in QUIET)
    ]


def tell(fact: Fact[Any], card: Card) -> str:
    """One event in words; a kind nobody wrote words for is told by its name."""
    teller = TELLERS.get(fact.event.kind)
    return teller(fact.event, card) if teller else fact.event.kind.replace("_", " ").replace(".", ": ")


def teller(kind: str, says: Teller) -> None:
    """Rooms above give words to their own events."""
    TELLERS[kind] = says


def tell_story(case: Case) -> list[str]:
    """The whole story as lines of text, then whether the chain is as it was written."""
    told = [_("Case %(number)s") % {"number": case.number}]
    for line in lines_of(case, quiet=False):
        late = (
            "" if line.at == line.written_at else _(" (written %(when)s)") % {"when": when(line.written_at)}
        )
        told.append(f"{when(line.at)}  {actor(line.by):<14} {line.words}{late}")
    faults = faults_of(case.chain_id)
    told += faults or [_("The chain of this story is as it was written.")]
    return told


def when(moment: datetime) -> str:
    return date_format(localtime(moment), "Y-m-d H:i:s")


def actor(by: Actor) -> str:
    known = {"clock": _("clock"), "customer": _("customer"), "token": _("program"), "staff": _("staff")}
    return known.get(by.kind, by.kind) + (f" {by.id}" if by.id else "")


def _moved(event: CaseMoved, card: Card) -> str:
    told = _("%(move)s: from “%(left)s” to “%(reached)s”") % {
        "move": words.move_title(card, event.move),
        "left": words.place_title(card, event.left),
        "reached": words.place_title(card, event.reached),
    }
    reason = words.HOLD_REASONS.get(event.reason)
    return f"{told} ({reason})" if reason else told


def _opened(event: CaseOpened, card: Card) -> str:
    return _("Case opened: %(kind)s, %(urgency)s, card version %(version)s") % {
        "kind": words.KINDS.get(event.work, event.work),
        "urgency": words.URGENCIES.get(event.urgency, event.urgency),
        "version": event.card_version,
    }


def _received(event: ReportReceived, card: Card) -> str:
    return _("Report received: %(channel)s") % {"channel": words.CHANNELS.get(event.channel, event.channel)}


def _done(event: CaseDone, card: Card) -> str:
    return _("Work done: %(outcome)s") % {"outcome": words.OUTCOMES.get(event.outcome, event.outcome or "–")}


def _closed(event: CaseClosed, card: Card) -> str:
    return _("Case closed: %(how)s") % {"how": words.CLOSED_HOW.get(event.how, event.how)}


def _urgency(event: UrgencyChanged, card: Card) -> str:
    return _("Urgency is now %(urgency)s") % {"urgency": words.URGENCIES.get(event.urgency, event.urgency)}


def _need(event: NeedTicked, card: Card) -> str:
    return _("Now there: %(need)s") % {"need": words.NEEDS.get(event.need, event.need)}


TELLERS: dict[str, Teller] = {
    ReportReceived.kind: _received,
    CaseOpened.kind: _opened,
    CaseMoved.kind: _moved,
    CaseDone.kind: _done,
    CaseClosed.kind: _closed,
    CaseReopened.kind: lambda event, card: _("Case opened again"),
    CaseRested.kind: lambda event, card: (
        _("The clocks rest: %(why)s") % {"why": words.HOLD_REASONS.get(event.reason, event.reason)}
    ),
    CaseResumed.kind: lambda event, card: _("The clocks run again"),
    CaseContacted.kind: lambda event, card: _("Spoke with the customer"),
    CaseChased.kind: lambda event, card: (
        _("The customer asked again, time %(times)s") % {"times": event.times}
    ),
    CaseNoted.kind: lambda event, card: _("Note written"),
    OwnerProposed.kind: lambda event, card: _("Hand-over proposed"),
    OwnerChanged.kind: lambda event, card: _("New owner"),
    UrgencyChanged.kind: _urgency,
    NeedTicked.kind: _need,
}
