"""Counting the statements of an action, the same whenever it is counted."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

TRIES = 3


def statements(asked: Callable[[], object]) -> list[str]:
    """The SQL of the cheapest of three runs of something that only reads.

    The first run warms what is remembered, and what is remembered is compared with its rows every few seconds:
    a run that meets that moment costs one statement more, whatever the page shows.
    """
    runs = []
    for _ in range(TRIES):
        with CaptureQueriesContext(connection) as seen:
            asked()
        runs.append([one["sql"] for one in seen.captured_queries])
    return min(runs, key=len)
