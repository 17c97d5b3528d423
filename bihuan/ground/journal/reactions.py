"""Carrying out what entries wake later. The rows are the truth; the task engine only makes it quick."""

import logging
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta
from itertools import batched
from time import monotonic, sleep
from typing import Any

from django.db import connection, transaction
from django.tasks import task

from bihuan.ground.journal.models import Reaction, Watch
from bihuan.ground.journal.queries import fact_of
from bihuan.ground.journal.story import STORY

log = logging.getLogger("bihuan.journal")

ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
URGENT = 50  # the priority of a task; others have 0
TOGETHER = 50  # reactions asked for by one task
HELD_SECONDS = 0.1  # how long reactions may share a transaction: whoever else writes waits for it
BREATH_SECONDS = 0.03  # and then lets go: SQLite's waiting writers look every 25 ms whether it is their turn

_clock: list[Callable[[], datetime]] = []


def run_by(clock: Callable[[], datetime]) -> None:
    """Told once, at start-up: the clock by which the worker runs."""
    _clock[:] = [clock]


@task()
def wake(reactions: list[int]) -> None:
    """Called by the engine, as often as it likes: a reaction that is done stays done.

    Where the database has one writer at a time those of one call share transactions, for each commit waits for the
    disk, and between two of them whoever takes a report in has a turn. Elsewhere each has its own, since they touch
    stories in any order.
    """
    held = Reaction.objects.filter(id__in=reactions, state=Reaction.WAITING).order_by("id")
    waiting = deque(held.values_list("id", flat=True))
    while waiting:
        with nullcontext() if connection.features.has_select_for_update else transaction.atomic():
            _some_of(waiting)
        if not (connection.features.has_select_for_update or connection.in_atomic_block):
            sleep(BREATH_SECONDS)


def ask_for(owed: Iterable[tuple[int, str]]) -> None:
    """Enqueue reactions, told as number and name; the urgent ones go before whatever waits already."""
    told = list(owed)
    for task_, urgent in ((wake.using(priority=URGENT), True), (wake, False)):
        ids = [number for number, name in told if STORY.is_urgent(name) is urgent]
        for some in batched(ids, TOGETHER):
            task_.enqueue(list(some))


def _some_of(waiting: deque[int]) -> None:
    """One, and as many more as may share a transaction with it."""
    ends = monotonic() + HELD_SECONDS
    while True:
        carry_out(waiting.popleft(), now=_clock[0]())
        if not waiting or monotonic() >= ends:
            return


def carry_out(reaction_id: int, *, now: datetime) -> bool:
    """Run one waiting reaction: its writes and the mark that it is done are one transaction.

    Returns False when it was not waiting, or failed (then it waits longer each time; after `ATTEMPTS` tries
    it is marked failed for a person to see and run again).
    """
    reaction = Reaction.objects.select_related("entry").get(id=reaction_id)
    try:
        with transaction.atomic():
            mine = Reaction.objects.filter(id=reaction_id, state=Reaction.WAITING).update(
                state=Reaction.DONE, done_at=now, attempts=reaction.attempts + 1, trouble=""
            )
            if mine:
                STORY.reaction(reaction.name)(fact_of(reaction.entry))
    except Exception as error:  # whatever a reaction raises is kept on its row
        _put_off(reaction, error, now=now)
        return False
    return bool(mine)


def _put_off(reaction: Reaction, error: Exception, *, now: datetime) -> None:
    tries = reaction.attempts + 1
    wait = min(FIRST_WAIT * 4**reaction.attempts, LONGEST_WAIT)
    Reaction.objects.filter(id=reaction.id, state=Reaction.WAITING).update(
        attempts=tries,
        next_at=now + wait,
        trouble=trace_of(error),
        state=Reaction.FAILED if tries >= ATTEMPTS else Reaction.WAITING,
    )


def trace_of(error: BaseException) -> str:
    """Where an error came from, without its message, which may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    lines = [f"{frame.filename.rsplit('/bihuan/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join([type(error).__qualname__, *lines])


def wake_overdue(now: datetime, *, limit: int = 500) -> int:
    """A sweep: enqueue again what should have run by now, whatever became of its task. Returns how many."""
    late = list(
        Reaction.objects.filter(state=Reaction.WAITING, next_at__lte=now - timedelta(seconds=10))
        .order_by("next_at")
        .values_list("id", "name")[:limit]
    )
    ask_for(late)
    if late:
        asked = [number for number, _ in late]
        Reaction.objects.filter(id__in=asked, state=Reaction.WAITING).update(next_at=now)
    return len(late)


def let_go(chains: Iterable[int], *, now: datetime) -> int:
    """What these stories still owe is not carried out any more: the work they told of was taken back. Returns how
    much that was."""
    owed = Reaction.objects.filter(entry__chain_id__in=list(chains)).exclude(state=Reaction.DONE)
    return owed.update(state=Reaction.DONE, done_at=now, trouble="")


def run_again(reaction_id: int, *, now: datetime) -> None:
    """A person asks for another try of a failed reaction."""
    with transaction.atomic():
        if Reaction.objects.filter(id=reaction_id, state=Reaction.FAILED).update(
            state=Reaction.WAITING, attempts=0, next_at=now
        ):
            ask_for(Reaction.objects.filter(id=reaction_id).values_list("id", "name"))


def watched(name: str, sweep: Callable[[datetime], object], *, now: datetime) -> bool:
    """Run one sweep of the clock; note that it ran, how long it took and what went wrong.

    A sweep that carries long work on may return its progress, such as "150 / 2000".
    """
    began = monotonic()
    trouble, came_to = "", None
    try:
        came_to = sweep(now)
    except Exception as error:  # one broken sweep must not stop the others
        trouble = trace_of(error)
        log.warning("The sweep %s failed: %s", name, trouble.splitlines()[0])
    seen: dict[str, Any] = {
        "ran_at": now,
        "took_ms": int((monotonic() - began) * 1000),
        "progress": came_to if isinstance(came_to, str) else "",
        "trouble": trouble,
    }
    Watch.objects.update_or_create(name=name, defaults=seen)
    return not trouble
