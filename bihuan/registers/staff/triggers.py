"""No technician is in two places at once, held by the database itself.

PostgreSQL: one exclusion constraint over numbers (no extension is needed). SQLite: triggers, made after every
migration because a remade table loses them.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "staff_busy"
SAYS = "The technician is busy then."
WIDTH = 8589934592  # 2^33: more seconds than any date here has, so that technicians never share a range

_OVERLAP = (
    f"SELECT RAISE(ABORT, '{SAYS}') FROM {TABLE} WHERE technician_id = NEW.technician_id AND id IS NOT NEW.id "
    "AND begins < NEW.ends AND NEW.begins < ends"
)
SQLITE = tuple(
    f"CREATE TRIGGER IF NOT EXISTS staff_busy_{verb} BEFORE {verb.upper()} ON {TABLE} BEGIN {_OVERLAP}; END"
    for verb in ("insert", "update")
)
POSTGRESQL = (
    (
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'staff_busy_once' "
        f"AND conrelid = to_regclass('{TABLE}')) THEN "
        f"ALTER TABLE {TABLE} ADD CONSTRAINT staff_busy_once EXCLUDE USING gist "
        f"(int8range(technician_id * {WIDTH} + begins, technician_id * {WIDTH} + ends) WITH &&); END IF; END $$"
    ),
)


def make(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        for statement in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The guards that should be there and are not."""
    if connection.vendor == "sqlite":
        wanted, sql = (
            {"staff_busy_insert", "staff_busy_update"},
            "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        )
    else:
        wanted = {"staff_busy_once"}
        sql = f"SELECT conname FROM pg_constraint WHERE conrelid = to_regclass('{TABLE}')"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(wanted - {row[0] for row in cursor.fetchall()})
