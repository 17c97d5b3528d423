"""交接班: a note from one shift to the next, with the cases that press; whoever comes reads it and takes it."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from bihuan.ground.journal.actions import record
from bihuan.ground.vault.actions import destroy_all, keys, keys_of, new_key
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.models import Person
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.errors import HandOverEmpty, HandOverOwn, HandOverPersonal, HandOverTaken
from bihuan.service.cases.events import ShiftHandedOver, ShiftTaken
from bihuan.service.cases.models import NO_DUTY, HandedItem, HandOver

LONGEST = 5000
AT_ONCE = 500  # notes that are opened together
_PHONE = re.compile(
    r"(?<!\d)(?:86)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"
)  # a mobile number, together or in groups
JOINED = ("by", "to", "taken_by", "node", "key")


@dataclass(frozen=True, kw_only=True)
class Handed:
    """One case for the note: why it presses, and until when it has time."""

    case_id: int
    why: str
    due_at: datetime | None = None


@transaction.atomic
def hand_over_shift(
    words: str, *, items: Sequence[Handed], to: int | None, viewer: Viewer, now: datetime
) -> HandOver:
    """Write the note of one's shift. `items` are what presses at this moment; `to` a colleague, or whoever comes.

    Words may not say nothing about nothing: without cases there must be words. A phone number in them is refused.
    """
    if not words.strip() and not items:
        raise HandOverEmpty
    if _PHONE.search(words):
        raise HandOverPersonal
    key = new_key(now=now)
    kept = HandOver.objects.create(
        node_id=viewer.node_id or 0,
        by_id=viewer.person_id or 0,
        to_id=to,
        day=localdate(now),
        key=key,
        words_sealed=keys(key).seal(key.id, words.strip()[:LONGEST]),
        made_at=now,
    )
    rows = [HandedItem(hand_over=kept, case_id=one.case_id, why=one.why, due_at=one.due_at) for one in items]
    HandedItem.objects.bulk_create(rows)
    written = ShiftHandedOver(subject_id=kept.id, node_id=kept.node_id, cases=len(rows))
    record(written, by=viewer.actor, now=now)
    return kept


@transaction.atomic
def take_shift(hand_over_id: int, *, viewer: Viewer, now: datetime) -> HandOver:
    """Sign that one has read it and takes it. Of two at once one wins; one's own note is for somebody else."""
    found = hand_over(viewer, hand_over_id)
    if found.by_id == viewer.person_id:
        raise HandOverOwn
    open_one = HandOver.objects.filter(id=found.id, taken_at__isnull=True)
    if not open_one.update(taken_by_id=viewer.person_id, taken_at=now):
        raise HandOverTaken
    record(ShiftTaken(subject_id=found.id, person_id=viewer.person_id or 0), by=viewer.actor, now=now)
    return hand_over(viewer, hand_over_id)


def _seen(viewer: Viewer) -> QuerySet[HandOver]:
    """The notes of one's own node and those to or from oneself; of all nodes below for whoever sees those."""
    found = HandOver.objects.select_related(*JOINED)
    if viewer.person_id is None:
        return found.none()
    mine = Q(by_id=viewer.person_id) | Q(to_id=viewer.person_id) | Q(node_id=viewer.node_id)
    return found.filter(mine if viewer.nodes is None else mine | Q(node_id__in=viewer.nodes))


def hand_over(viewer: Viewer, hand_over_id: int) -> HandOver:
    found = _seen(viewer).filter(id=hand_over_id).first()
    if found is None:
        raise NotFound
    return found


def hand_overs(viewer: Viewer) -> QuerySet[HandOver]:
    """The notes that one may read, for a list by `-id`."""
    return _seen(viewer)


def to_take(viewer: Viewer) -> QuerySet[HandOver]:
    """The notes that wait for this person: to them by name, or to whoever comes next at their node."""
    for_me = Q(to_id=viewer.person_id) | Q(to__isnull=True, node_id=viewer.node_id)
    waiting = _seen(viewer).filter(for_me, taken_at__isnull=True).exclude(by_id=viewer.person_id)
    return waiting.order_by("made_at", "id")


def items_of(hand_over_id: int) -> list[HandedItem]:
    """Its cases, the least time left first."""
    order = {why: at for at, why in enumerate(HandedItem.WHY)}
    rows = HandedItem.objects.filter(hand_over_id=hand_over_id).select_related(
        "case__owner", "case__technician_person", "case__node"
    )
    return sorted(rows, key=lambda row: (order.get(row.why, 9), row.due_at or NO_DUTY))


def words_of(found: HandOver) -> str:
    """What was written; empty once its key is gone."""
    return keys(found.key).open(found.words_sealed) or ""


def forget_words(case_ids: Collection[int], told: Collection[str], *, now: datetime) -> int:
    """A customer was forgotten: destroy the words of every note on which one of their cases stands or that names one
    of `told` (their name, the numbers of their cases). Who handed what to whom stays. Returns how many went."""
    on = set(HandedItem.objects.filter(case_id__in=case_ids).values_list("hand_over_id", flat=True))
    gone: dict[int, int] = {}
    rows = (
        HandOver.objects.exclude(words_sealed="").order_by("id").values_list("id", "key_id", "words_sealed")
    )
    for some in batched(rows.iterator(chunk_size=AT_ONCE), AT_ONCE):
        hand = keys_of(sealed for _id, _key, sealed in some)
        for row_id, key_id, sealed in some:
            words = hand.open(sealed) or ""
            if row_id in on or any(one in words for one in told):
                gone[row_id] = key_id
    destroy_all(gone.values(), now=now)
    HandOver.objects.filter(id__in=list(gone)).update(words_sealed="")
    return len(gone)


def successors(viewer: Viewer) -> list[Person]:
    """Colleagues of one's own node to whom a shift may be handed by name."""
    found = Person.objects.filter(is_active=True, node_id=viewer.node_id or 0).exclude(
        id=viewer.person_id or 0
    )
    return list(found.order_by("name", "id"))
