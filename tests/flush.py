"""The one place where the journal is opened: emptying the database between two tests.

The journal refuses UPDATE, DELETE and TRUNCATE by trigger. A test that needs real commits is cleaned up by a
flush, so the flush alone gets round the triggers; nothing in `bihuan/` can.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.backends.base.operations import BaseDatabaseOperations

FLUSHED = {"since_loading": False}
"""Whether the rows that ship with the product went with the last flush."""

_flush_as_django_does = BaseDatabaseOperations.execute_sql_flush


def open_journal_for_flush() -> None:
    """From now on a flush of the test database also empties append-only tables."""
    BaseDatabaseOperations.execute_sql_flush = _flush_past_triggers  # type: ignore[method-assign]


def _flush_past_triggers(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
    FLUSHED["since_loading"] = True
    connection = self.connection
    statements = list(sql_list)
    with transaction.atomic(using=connection.alias, savepoint=connection.features.can_rollback_ddl):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
            _flush_as_django_does(self, statements)
            return
        with connection.cursor() as cursor:
            triggers = _sqlite_triggers(cursor)
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
        _flush_as_django_does(self, statements)
        with connection.cursor() as cursor:
            for _, made_by in triggers:
                cursor.execute(made_by)


def _sqlite_triggers(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    return list(cursor.fetchall())
