"""What time it is. Read at the edges (a request, a command) and passed on from there.

In the demo and in tests a file may hold an offset in seconds, so that a story of two days takes a minute.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings


def now() -> datetime:
    """The present moment, aware, in UTC; shifted by `BIHUAN_CLOCK` where that is honoured."""
    return datetime.now(UTC) + offset()


def offset() -> timedelta:
    path: str = settings.BIHUAN_CLOCK
    if not path:
        return timedelta()
    try:
        return timedelta(seconds=int(Path(path).read_text("utf-8").strip() or "0"))
    except (FileNotFoundError, ValueError):
        return timedelta()


def set_offset(shift: timedelta) -> None:
    """Move the demo's clock; refused where none was configured."""
    if not settings.BIHUAN_CLOCK:
        raise RuntimeError("BIHUAN_CLOCK names no file: this installation runs on the real clock.")
    Path(settings.BIHUAN_CLOCK).write_text(str(int(shift.total_seconds())), "utf-8")
