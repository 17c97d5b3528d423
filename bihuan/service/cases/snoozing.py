"""Putting a case of one's list off until a moment, with a reason. It comes back by itself, and hides no danger:
lists show it all the same while a promise of it is broken or at risk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count

from bihuan.ground.journal.actions import hold_chain, record
from bihuan.ground.vault.actions import keys_for, keys_of
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.errors import SnoozeRefused
from bihuan.service.cases.events import CaseSnoozed, SnoozeEnded
from bihuan.service.cases.models import Case, Snooze

LONGEST = timedelta(days=14)
LONGEST_REASON = 200


@dataclass(frozen=True, kw_only=True)
class PutOff:
    """A case that somebody put off, until when and why (empty once the customer was forgotten)."""

    case_id: int
    until: datetime
    reason: str


@transaction.atomic
def snooze(case: Case, *, until: datetime, reason: str, viewer: Viewer, now: datetime) -> Snooze:
    """Put a case off on one's own list until a moment at most two weeks ahead; putting it off anew replaces this."""
    _refuse_unfit(case, until=until, reason=reason, now=now)
    hold_chain(case.chain_id)
    mine = Snooze.objects.filter(case=case, person_id=viewer.person_id or 0, ended_at__isnull=True)
    mine.update(ended_at=now)
    key = case.customer.key_id
    kept = Snooze.objects.create(
        case=case,
        person_id=viewer.person_id or 0,
        until=until,
        reason_sealed=keys_for([key]).seal(key, reason.strip()[:LONGEST_REASON]),
        made_at=now,
    )
    put_off = CaseSnoozed(subject_id=case.id, person_id=viewer.person_id or 0, until=int(until.timestamp()))
    record(put_off, by=viewer.actor, now=now, chain=case.chain_id)
    return kept


def _refuse_unfit(case: Case, *, until: datetime, reason: str, now: datetime) -> None:
    if not case.open:
        raise SnoozeRefused("closed")
    if len(reason.strip()) < 2:
        raise SnoozeRefused("reason")
    if not now < until <= now + LONGEST:
        raise SnoozeRefused("until")


@transaction.atomic
def end_snooze(case: Case, *, viewer: Viewer, now: datetime) -> bool:
    """Take it back: the case stands on the list again. False when it was not put off any more."""
    hold_chain(case.chain_id)
    mine = Snooze.objects.filter(
        case=case, person_id=viewer.person_id or 0, ended_at__isnull=True, until__gt=now
    )
    if not mine.update(ended_at=now):
        return False
    ended = SnoozeEnded(subject_id=case.id, person_id=viewer.person_id or 0)
    record(ended, by=viewer.actor, now=now, chain=case.chain_id)
    return True


def put_off_by(person_id: int | None, *, now: datetime) -> dict[int, PutOff]:
    """case → until when and why one person has put it off now: two statements."""
    rows = Snooze.objects.filter(person_id=person_id or 0, ended_at__isnull=True, until__gt=now)
    held = list(rows.order_by("until", "id").values_list("case_id", "until", "reason_sealed"))
    if not held:
        return {}
    hand = keys_of(sealed for _, _, sealed in held)
    return {
        case: PutOff(case_id=case, until=until, reason=hand.open(sealed) or "")
        for case, until, sealed in held
    }


def put_off_counts(viewer: Viewer, *, now: datetime) -> list[tuple[int, str, int]]:
    """Who of the viewer's nodes has put how many cases off: (person, name, count), the most first."""
    rows = Snooze.objects.filter(ended_at__isnull=True, until__gt=now)
    if viewer.nodes is not None:
        rows = rows.filter(person__node_id__in=viewer.nodes)
    told: Iterable[tuple[int, str, int]] = rows.values_list("person_id", "person__name").annotate(
        n=Count("id")
    )
    return sorted(told, key=lambda one: (-one[2], one[1]))
