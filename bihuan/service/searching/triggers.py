"""What carries the tokens into the index itself, on both databases.

SQLite: an FTS5 table that holds no text of its own, kept by triggers, which are made after every migration because a
remade table loses them. PostgreSQL: an index over the column.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE, FOUND = "searching_words", "searching_found"
NAMES = ("searching_added", "searching_changed", "searching_gone")

_ADD = f"INSERT INTO {FOUND} (rowid, tokens) VALUES (NEW.case_id, NEW.tokens);"  # noqa: S608 (names of our own)
_DROP = f"INSERT INTO {FOUND} ({FOUND}, rowid, tokens) VALUES ('delete', OLD.case_id, OLD.tokens);"  # noqa: S608

SQLITE_TABLE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {FOUND} USING fts5(tokens, content='', detail=none, columnsize=0, "
    "tokenize=\"ascii tokenchars '-/*'\")"
)
SQLITE = (
    f"CREATE TRIGGER IF NOT EXISTS searching_added AFTER INSERT ON {TABLE} BEGIN {_ADD} END",
    f"CREATE TRIGGER IF NOT EXISTS searching_changed AFTER UPDATE OF tokens ON {TABLE} BEGIN {_DROP} {_ADD} END",
    f"CREATE TRIGGER IF NOT EXISTS searching_gone AFTER DELETE ON {TABLE} BEGIN {_DROP} END",
)
POSTGRESQL = (
    f"CREATE INDEX IF NOT EXISTS searching_tokens ON {TABLE} USING gin (tokens) WITH (gin_pending_list_limit = 1024)",
)


def make(connection: BaseDatabaseWrapper) -> None:
    """Create whatever is missing; harmless when all is there."""
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        for statement in (SQLITE_TABLE, *SQLITE) if connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """What should be there and is not."""
    if connection.vendor == "sqlite":
        wanted, sql = {FOUND, *NAMES}, "SELECT name FROM sqlite_master WHERE name LIKE 'searching_%%'"
    else:
        wanted, sql = {"searching_tokens"}, f"SELECT indexname FROM pg_indexes WHERE tablename = '{TABLE}'"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("%%", "%"))
        return sorted(wanted - {row[0] for row in cursor.fetchall()})
