"""The history of every register: each write is noted in the same transaction, with what it was and became."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.registers.access.errors import NotAllowed
from bihuan.registers.access.events import RegisterChanged
from bihuan.registers.access.models import Change
from bihuan.registers.access.viewer import Viewer


@transaction.atomic
def noted[T](
    viewer: Viewer,
    *,
    register: str,
    deed: str,
    before: Mapping[str, Any],
    write: Callable[[], T],
    read: Callable[[T], tuple[str, Mapping[str, Any]]],
    now: datetime,
) -> T:
    """Carry out `write` and keep who did it and what changed; both or neither.

    `read` tells the row's name in its register and its facts afterwards: codes and figures, nothing personal.
    A write that changed nothing leaves no trace.
    """
    viewer.must("settings.change")
    written = write()
    row, after = read(written)
    if dict(before) != dict(after) or deed not in ("added", "changed"):
        note_change(viewer, register=register, row=row, deed=deed, before=before, after=after, now=now)
    return written


def note_change(
    viewer: Viewer,
    *,
    register: str,
    row: str,
    deed: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
) -> Change:
    """Write one change down: in its history and, by number only, in the journal."""
    if viewer.person_id is None:
        raise NotAllowed("settings.change")
    return _kept(
        viewer.person_id,
        by=viewer.actor,
        register=register,
        row=row,
        deed=deed,
        before=before,
        after=after,
        now=now,
    )


def note_by_itself(*, register: str, row: str, deed: str, now: datetime) -> Change:
    """Write down what the house did by itself, because its time had come."""
    return _kept(None, by=CLOCK, register=register, row=row, deed=deed, before={}, after={}, now=now)


def _kept(
    person_id: int | None,
    *,
    by: Actor,
    register: str,
    row: str,
    deed: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
) -> Change:
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    with transaction.atomic():
        kept = Change.objects.create(
            register=register,
            row=row[:160],
            person_id=person_id,
            at=now,
            deed=deed,
            before={name: value for name, value in before.items() if name in changed},
            after={name: value for name, value in after.items() if name in changed},
        )
        event = RegisterChanged(subject_id=kept.id, register=register, deed=deed)
        record(event, by=by, now=now)
    return kept
