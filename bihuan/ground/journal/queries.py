"""Reading the journal: facts, whole stories, and whether they are as they were written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min

from bihuan.ground.journal.chain import faults
from bihuan.ground.journal.entries import link_of
from bihuan.ground.journal.event import KINDS, Actor, Event, Fact
from bihuan.ground.journal.models import Chain, Entry, Reaction, Watch


def fact_of(entry: Entry) -> Fact[Any]:
    """An entry as the event it was, in today's shape."""
    return Fact(
        event=event_of(entry),
        by=Actor(kind=entry.actor_kind, id=entry.actor_id),
        chain=entry.chain_id,
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
    )


def event_of(entry: Entry) -> Event:
    facts = json.loads(entry.body)["facts"]
    return KINDS[entry.kind].read(facts, version=entry.version)


def story_of(chain: int) -> list[Fact[Any]]:
    """Everything that happened in one chain, in the order it was written."""
    return [fact_of(entry) for entry in Entry.objects.filter(chain_id=chain).order_by("seq")]


def faults_of(chain: int) -> list[str]:
    """What is wrong with one chain; empty when nothing is."""
    head = Chain.objects.get(id=chain)
    entries = Entry.objects.filter(chain_id=chain).order_by("seq")
    return faults(
        ((link_of(entry), entry.hash) for entry in entries.iterator()), length=head.length, last=head.last
    )


def all_faults() -> Iterator[str]:
    for chain in Chain.objects.order_by("id").values_list("id", flat=True).iterator():
        yield from faults_of(chain)


@dataclass(frozen=True, kw_only=True)
class FailedReaction:
    id: int
    name: str
    kind: str
    subject_id: int
    attempts: int
    trouble: str
    since: datetime


def failed_reactions(limit: int = 100) -> list[FailedReaction]:
    """Those that were given up, oldest first: findings for a person."""
    rows = Reaction.objects.filter(state=Reaction.FAILED).select_related("entry").order_by("id")[:limit]
    return [
        FailedReaction(
            id=row.id,
            name=row.name,
            kind=row.entry.kind,
            subject_id=row.entry.subject_id,
            attempts=row.attempts,
            trouble=row.trouble,
            since=row.entry.recorded_at,
        )
        for row in rows
    ]


def oldest_reaction_owed(now: datetime) -> datetime | None:
    """Since when the oldest reaction is owed: one never tried since its entry was written, however often it was
    handed to the engine again; one that failed since its next try is due."""
    owed = Reaction.objects.filter(state=Reaction.WAITING, next_at__lte=now)
    told = (
        owed.filter(attempts=0).aggregate(since=Min("entry__recorded_at")),
        owed.filter(attempts__gt=0).aggregate(since=Min("next_at")),
    )
    return min((one["since"] for one in told if one["since"] is not None), default=None)


def reactions_owed(now: datetime) -> int:
    """How many reactions are due and not carried out."""
    return Reaction.objects.filter(state=Reaction.WAITING, next_at__lte=now).count()


def watches() -> list[Watch]:
    return list(Watch.objects.order_by("name"))
