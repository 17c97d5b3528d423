"""Which clocks run, and whose turn it is when only one of them may do a thing.

Moments are those of the installation's clock. It may be put back in a demo, so a moment that lies ahead is taken
for one that is long past: nothing waits for it.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from bihuan.ground.journal.models import RunningClock, Watch

FORGOTTEN_AFTER = timedelta(days=1)


def say_running(name: str, *, began_at: datetime, now: datetime) -> None:
    """A clock begins a round. Those that have been silent for a day are forgotten."""
    RunningClock.objects.update_or_create(name=name, defaults={"began_at": began_at, "seen_at": now})
    RunningClock.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()


def say_stopped(name: str) -> None:
    """A clock was told to stop: nobody has to miss it."""
    RunningClock.objects.filter(name=name).delete()


def clocks_alive(now: datetime, *, within: timedelta) -> list[RunningClock]:
    """Those that began a round within this time, the longest-running first."""
    return list(RunningClock.objects.filter(seen_at__gt=now - within).order_by("began_at", "name"))


def last_sweep(now: datetime) -> datetime | None:
    """When any sweep last ran; None before the first."""
    ran = Watch.objects.filter(ran_at__lte=now).order_by("-ran_at").values_list("ran_at", flat=True)
    return ran.first()


def take_turn(name: str, *, every: timedelta, now: datetime) -> bool:
    """Whether it is this caller's turn: true for one of all that ask within `every`. The row of the watch decides."""
    mine = Watch.objects.filter(Q(ran_at__lte=now - every) | Q(ran_at__gt=now), name=name)
    if mine.update(ran_at=now):
        return True
    return Watch.objects.get_or_create(name=name, defaults={"ran_at": now})[1]


def note_turn(name: str, *, took_ms: int, progress: str, trouble: str) -> None:
    """What became of the last turn."""
    seen = {"took_ms": took_ms, "progress": progress[:40], "trouble": trouble}
    Watch.objects.filter(name=name).update(**seen)
