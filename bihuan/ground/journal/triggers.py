"""What makes the journal append-only, on both databases.

Created after every migration, because SQLite drops a table's triggers whenever Django remakes the table.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "journal_entry"
NAMES = ("journal_entry_no_update", "journal_entry_no_delete")
SAYS = "The journal is append-only."

SQLITE = tuple(
    f"CREATE TRIGGER IF NOT EXISTS journal_entry_no_{verb} BEFORE {verb.upper()} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    for verb in ("update", "delete")
)
POSTGRESQL = (
    (
        f"CREATE OR REPLACE FUNCTION journal_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SAYS}'; END $$"
    ),
    *(
        f"CREATE OR REPLACE TRIGGER journal_entry_no_{verb} BEFORE {verb.upper()} ON {TABLE} "
        f"FOR EACH {each} EXECUTE FUNCTION journal_entry_refuse()"
        for verb, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT"))
    ),
)


def make(connection: BaseDatabaseWrapper) -> None:
    """Create whichever trigger is missing; harmless when all are there."""
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        for statement in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The triggers that should be there and are not."""
    wanted = set(NAMES)
    if connection.vendor == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
    else:
        wanted.add("journal_entry_no_truncate")
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = to_regclass(%s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [TABLE])
        return sorted(wanted - {row[0] for row in cursor.fetchall()})
