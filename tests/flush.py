"""The one place where the journal is opened: emptying the database between two tests, and filling it again.

The journal refuses UPDATE, DELETE and TRUNCATE by trigger. A test that needs real commits is cleaned up by a
flush, so the flush alone gets round the triggers; nothing in `bihuan/` can. What ships is loaded once a run;
after a flush its rows are put back as they were, which takes a tenth of the time of loading them.
"""

from collections.abc import Iterable
from typing import Any

from django.core.management.commands import flush
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations

from bihuan.registers.knowledge import queries as knowledge
from bihuan.service.cases import cards_in_use
from bihuan.service.notices import wordings

FLUSHED = {"since_loading": False}
"""Whether the rows that ship with the product went with the last flush."""

SHIPPED: list[str] = []
"""A statement for each table that holds what ships, which fills it again."""

_flush_as_django_does = BaseDatabaseOperations.execute_sql_flush


def open_journal_for_flush() -> None:
    """From now on a flush of the test database also empties append-only tables, and makes nothing anew: what the
    migrations leave behind comes back with what ships."""
    BaseDatabaseOperations.execute_sql_flush = _flush_past_triggers  # type: ignore[method-assign]
    flush.emit_post_migrate_signal = lambda *_, **__: None  # type: ignore[attr-defined]


def _flush_past_triggers(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
    FLUSHED["since_loading"] = True
    connection = self.connection
    statements = list(sql_list)
    with transaction.atomic(using=connection.alias, savepoint=connection.features.can_rollback_ddl):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
                _empty(cursor)
            return
        with connection.cursor() as cursor:
            triggers = _sqlite_triggers(cursor)
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
        _flush_as_django_does(self, statements)
        with connection.cursor() as cursor:
            for _, made_by in triggers:
                cursor.execute(made_by)


def _empty(cursor: Any) -> None:
    """Delete what there is: few tables hold any rows, and truncating hundreds makes as many files anew."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM \"{name}\" LIMIT 1)" for name in tables))
    for (name,) in cursor.fetchall():
        cursor.execute(f'DELETE FROM "{name}"')


def _sqlite_triggers(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    return list(cursor.fetchall())


def remember_what_ships() -> None:
    """Keep every row there is now, as statements."""
    with connection.cursor() as cursor:
        kept = (_filling(cursor, table) for table in connection.introspection.django_table_names())
        SHIPPED[:] = [statement for statement in kept if statement]


def bring_back_what_ships() -> None:
    """Fill the emptied tables again. References are looked at when the transaction ends, so any order will do."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in SHIPPED:
            cursor.execute(statement)
    for remembered in (knowledge, cards_in_use, wordings):
        remembered.forget()


def _filling(cursor: Any, table: str) -> str:
    """One INSERT of every row of a table, each value written by the database itself; "" of an empty one."""
    names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    literal = "quote_nullable({}::text)" if connection.vendor == "postgresql" else "quote({})"
    columns = [f'"{name}"' for name in names]
    row = " || ', ' || ".join(literal.format(column) for column in columns)
    cursor.execute(f'SELECT {row} FROM "{table}"')
    rows = ", ".join(f"({values})" for (values,) in cursor.fetchall())
    return f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES {rows}' if rows else ""
