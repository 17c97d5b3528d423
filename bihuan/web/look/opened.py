"""Counting how often pages for customers are opened: in this process first, written down now and then, so that looking
at a page costs no write. What a process that is killed has not written down is lost; nobody is followed."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock

from django.db import DatabaseError
from django.utils.timezone import localdate

from bihuan.registers.customers.opened import add_opened

EVERY = timedelta(seconds=30)


@dataclass
class _Counting:
    pages: Counter[tuple[date, str]] = field(default_factory=Counter)
    written_at: datetime | None = None
    lock: Lock = field(default_factory=Lock)


_counting = _Counting()


def counted(page: str, now: datetime, *, write: bool = True) -> None:
    """Count one look at a page. `write=False`: a page on which looking changes nothing leaves the writing to others."""
    with _counting.lock:
        _counting.pages[(localdate(now), page)] += 1
        due = _counting.written_at is None or not timedelta() <= now - _counting.written_at < EVERY
        if not write or not due:
            return
        counted_now, _counting.pages = _counting.pages, Counter()
        _counting.written_at = now
    _write(counted_now)


def write_down() -> None:
    """Write down what was counted here and is not yet written."""
    with _counting.lock:
        counted_now, _counting.pages = _counting.pages, Counter()
    _write(counted_now)


def _write(counted_now: Counter[tuple[date, str]]) -> None:
    try:
        add_opened(counted_now)
    except DatabaseError:  # a figure is not worth a customer's page
        with _counting.lock:
            _counting.pages.update(counted_now)
