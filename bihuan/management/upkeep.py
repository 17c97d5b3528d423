"""Upkeep that no database server does for us: the statistics by which SQLite plans its queries."""

from datetime import datetime, timedelta

from django.db import connection

EVERY = timedelta(hours=1)
ROWS_LOOKED_AT = 400  # of each index: enough to choose by, and milliseconds however long the table

_looked: dict[str, datetime] = {}


def keep_statistics(now: datetime) -> None:
    """A sweep. PostgreSQL does this by itself; without it SQLite chooses its indexes blindly."""
    if connection.vendor != "sqlite" or now - _looked.get("at", now - EVERY) < EVERY:
        return
    _looked["at"] = now
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
        cursor.execute("ANALYZE")
