"""Fills the demo company with its past: the newest cases at once, the others by the worker, chunk by chunk.

Each case is one transaction together with the mark that it is made, so a run may be cut short anywhere and go
on; a worker that died is followed by the clock, which wakes the filling again.
"""

import gc
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from math import inf
from random import Random
from time import monotonic, sleep

from django.db import transaction
from django.db.models import F
from django.tasks import task
from django.utils.timezone import localtime
from django.utils.translation import override

from bihuan.ground.journal.actions import writing
from bihuan.ground.journal.reactions import trace_of
from bihuan.ground.worktime import clock
from bihuan.management.demo import answering, visiting
from bihuan.management.demo.cast import Cast
from bihuan.management.demo.fates import CASES, ON_SITE_KINDS, Told, all_cases
from bihuan.management.demo.homes import demo_customers
from bihuan.management.demo.models import Filling, Made
from bihuan.management.demo.playing import Life, open_life, play
from bihuan.management.demo.quiet import quietly
from bihuan.management.demo.telling import tell_past

CHUNK = 8  # about two seconds: whoever waits for the worker comes in between
LOWEST = -100
LANGUAGE = "zh-hans"  # what this company writes and prints in, whoever founds it
FIRST = 64  # all that is open, and a little more
TOLD_AT_ONCE = 12
SILENT_FOR = timedelta(seconds=60)
BREATH = 0.15  # seconds between two cases: SQLite has one writer, and people are at work

ON_SITE = (
    visiting.by_phone_first,
    visiting.dispatch,
    answering.give_up,
    visiting.assign,
    visiting.book,
    visiting.visit,
    answering.ask,
)
ACTS: dict[str, tuple[Callable[[Life], None], ...]] = {
    "consultation": (answering.consult, answering.ask),
    "suggestion": (answering.suggest, answering.ask),
    "complaint": (answering.complain, answering.ask),
    "return_exchange": (answering.exchange, answering.ask),
}


def begin(*, now: datetime, cases: int = CASES) -> Filling:
    """Note that the filling begins; the newest are made first. `cases`: at most how many there will be."""
    return Filling.objects.create(founded_at=now, cases=cases, touched_at=now)


@lru_cache(maxsize=1)
def _all(founded_at: datetime) -> tuple[Told, ...]:
    local = localtime(founded_at).replace(tzinfo=None)
    return tuple(all_cases(demo_customers(now=founded_at), founded_at=founded_at, local=local))


def to_make(filling: Filling, *, limit: int) -> list[Told]:
    """The next ones that are not made yet, newest first."""
    known = set(Made.objects.values_list("number", flat=True))
    return [one for one in _all(filling.founded_at)[: filling.cases] if one.number not in known][:limit]


def make(
    filling: Filling,
    cases: Iterable[Told],
    *,
    now: datetime,
    tell: int = 0,
    breath: float = 0.0,
    until: float = inf,
) -> int:
    """Play these cases, oldest first, while `monotonic()` is below `until`. Returns how many were made.

    `tell`: how many of the newest get their messages at once; the others get theirs when all are made.
    `breath`: seconds left to others after each.
    """
    cast, made = Cast(), 0
    with quietly():
        for told in sorted(cases, key=lambda one: -one.number):
            if monotonic() > until:
                break
            made += _make_one(filling, told, cast, now=now)
            if told.number < tell:
                tell_past(told.number)
            sleep(breath)
    return made


def make_newest(filling: Filling, *, count: int, seconds: float, now: datetime) -> int:
    """What lies on the desks today, then as much of the newest past as these seconds allow, up to `count`."""
    until, gc_was_on = monotonic() + seconds, gc.isenabled()
    gc.disable()  # a tenth quicker; nothing here lives long
    try:
        made = make(
            filling, to_make(filling, limit=min(count, FIRST)), now=now, tell=TOLD_AT_ONCE, until=until
        )
        while (
            made < count
            and monotonic() < until
            and (some := to_make(filling, limit=min(CHUNK, count - made)))
        ):
            made += make(filling, some, now=now)
    finally:
        if gc_was_on:
            gc.enable()
    return made


def _make_one(filling: Filling, told: Told, cast: Cast, *, now: datetime) -> int:
    """One case with its mark, or neither. What goes wrong is noted without anybody's words."""
    trouble = ""
    try:
        with transaction.atomic():
            _refuse_when_gone(filling)
            case_id = live(told, cast, founded_at=filling.founded_at)
            Made.objects.create(number=told.number, case_id=case_id)
    except DemoGone:
        raise
    except Exception as error:  # one case of the demo less: the others are made all the same
        trouble = trace_of(error)
        Made.objects.get_or_create(number=told.number, defaults={"told": True})
    changed = {"made": F("made") + 1, "touched_at": now} | ({"trouble": trouble} if trouble else {})
    Filling.objects.filter(id=filling.id).update(**changed)
    return int(not trouble)


class DemoGone(Exception):
    """The demo company was removed while its past was being made: nothing of it may be written any more."""


def _refuse_when_gone(filling: Filling) -> None:
    if not Filling.objects.filter(id=filling.id, founded_at=filling.founded_at).exists():
        raise DemoGone


def live(told: Told, cast: Cast, *, founded_at: datetime) -> int:
    """Play one case to where its fate or the present leaves it. Returns the case's number in the table."""
    life = Life(told=told, cast=cast, founded_at=founded_at, chance=Random(f"life {told.number}"))
    with writing(), override(LANGUAGE):
        open_life(life)
        kind = life.case.kind
        acts = ON_SITE if kind in ON_SITE_KINDS else ACTS.get(kind, ())
        play(life, *acts)
    return life.case.id


@task(priority=LOWEST)
def fill() -> None:
    """Called by the engine: make a chunk, then ask for the next. Waits behind everything else."""
    go_on(now=clock.now())


def go_on(*, now: datetime, ask: bool = True) -> bool:
    """Make one chunk, or tell what was not told yet. False when nothing is left. `ask` the engine for the next."""
    filling = Filling.objects.filter(ended_at__isnull=True).first()
    if filling is None:
        return False
    cases = to_make(filling, limit=CHUNK)
    if cases:
        try:
            make(filling, cases, now=now, breath=BREATH)
        except DemoGone:
            return False
    else:
        with quietly():
            untold = list(
                Made.objects.filter(told=False).order_by("number").values_list("number", flat=True)[:CHUNK]
            )
            for number in untold:
                tell_past(number)
                sleep(BREATH / 3)
        Filling.objects.filter(id=filling.id).update(touched_at=now, ended_at=None if untold else now)
        if not untold:
            return False
    if ask:
        fill.enqueue()
    return True


def resume(now: datetime) -> str:
    """A sweep: wake the filling again when nobody has touched it for a minute. Returns how far it is, "" when full."""
    filling = Filling.objects.filter(ended_at__isnull=True).first()
    if filling is None:
        return ""
    silent = Filling.objects.filter(id=filling.id, touched_at__lt=now - SILENT_FOR)
    if silent.update(touched_at=now):
        fill.enqueue()
    return f"{filling.made} / {filling.cases}"
