"""The journal refuses to be changed, and yet each test begins with an empty one."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from bihuan.ground.journal import triggers
from bihuan.ground.journal.models import Entry

WHEN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def write_one_entry() -> Entry:
    return Entry.objects.create(
        previous="", hash="0" * 64, kind="tried", version=1, subject_id=1, body="{}",
        actor_kind="clock", actor_id=0, happened_at=WHEN, recorded_at=WHEN,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second", "third"])
def test_a_committed_entry_does_not_reach_the_next_test(turn: str) -> None:
    before = Entry.objects.count()
    write_one_entry()
    assert (before, Entry.objects.count(), triggers.missing(connection)) == (0, 1, [])


@pytest.mark.django_db
def test_an_entry_can_be_neither_changed_nor_deleted() -> None:
    entry = write_one_entry()
    refused = []
    for attempt in (Entry.objects.filter(pk=entry.pk).delete, lambda: Entry.objects.update(version=2)):
        try:
            with transaction.atomic():
                attempt()
        except DatabaseError as error:
            refused.append(triggers.SAYS in str(error))
    assert (refused, Entry.objects.get().version) == ([True, True], 1)
