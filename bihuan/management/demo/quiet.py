"""The past is told quietly: what happened long ago wakes nobody now, and no message goes out twice."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.tasks import task_backends
from django.tasks.backends.dummy import DummyBackend

from bihuan.flow import LINES
from bihuan.ground.journal.story import STORY, Line, Wakes

AT_ONCE = tuple(Line(line.event, Wakes(at_once=line.wakes.at_once)) for line in LINES)
"""The story without what it wakes later: promises start and stop, surveys are planned, nobody is told."""


@contextmanager
def quietly() -> Iterator[None]:
    """Inside, nothing is woken later and no task is handed to the engine. For one process and one thread."""
    engine = task_backends["default"]
    task_backends["default"] = DummyBackend("default", {})
    STORY.follow(AT_ONCE)
    try:
        yield
    finally:
        STORY.follow(LINES)
        task_backends["default"] = engine
