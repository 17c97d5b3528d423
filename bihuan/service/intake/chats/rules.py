"""What a chat does next, and what a waiting visitor is told. Values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

LONGEST_LINE = 4000  # characters
MOST_LINES, MOST_FILES = 500, 20
LARGEST_FILE = 10 * 1024 * 1024
ASKED_FOR = timedelta(minutes=2)  # a colleague answers within, or it lies in the queue again
FORSAKEN = timedelta(hours=12)  # nobody wrote for so long: it is over, whoever has it
TYPES_FOR = timedelta(seconds=6)
PRESENT_FOR = timedelta(seconds=90)
USUAL_TALK = 300.0  # seconds, while too few chats tell another mean
LEAST_TALKS = 5
REPORT, QUARANTINE, WAIT, CLOSE = "report", "quarantine", "wait", "close"


@dataclass(frozen=True, kw_only=True)
class Stands:
    """What of a chat decides about its end."""

    queued: bool
    reachable: bool
    left: bool
    reported: bool
    wrote_at: datetime
    moved_at: datetime  # anybody wrote


def left_alone(stands: Stands, *, silent_for: timedelta, now: datetime) -> str:
    """What becomes of a chat whose customer cannot be answered in it any more: its words go on as a report where
    somebody can be reached, else a person looks. A chat with a report already is only closed."""
    forsaken = now - stands.moved_at >= FORSAKEN
    silent = stands.queued and now - stands.wrote_at >= silent_for
    if not (stands.left or silent or forsaken):
        return WAIT
    if stands.reported:
        return CLOSE
    return REPORT if stands.reachable else QUARANTINE


def minutes_until_answered(
    *, ahead: int, talks: Sequence[float], agents: int, at_once: int, free: int
) -> int | None:
    """Whole minutes that the visitor with `ahead` others before them waits, as they are told; None when nobody is
    there. `talks` are seconds from taken to ended; `free` how many more chats those present may take now."""
    if agents < 1:
        return None
    if ahead < free:
        return 1
    mean = sum(talks) / len(talks) if len(talks) >= LEAST_TALKS else USUAL_TALK
    rounds = ceil((ahead - free + 1) / max(1, agents * at_once))
    spread = mean / max(1, agents * at_once) * (ahead - free + 1)
    return max(1, ceil(max(spread, mean * (rounds - 1)) / 60))


def is_typing(at: datetime | None, *, now: datetime) -> bool:
    """Whether somebody is writing just now."""
    return at is not None and timedelta(0) <= now - at < TYPES_FOR


def transcript(lines: Sequence[tuple[str, str, str]], *, longest: int) -> str:
    """The words of a chat as a report holds them: one line each of (clock time, who, words). Where it is too long the
    middle is left out: how it began and how it ended stay."""
    whole = "\n".join(f"[{at}] {who}: {words}" for at, who, words in lines)
    if len(whole) <= longest:
        return whole
    half = (longest - 10) // 2
    return f"{whole[:half]}\n…\n{whole[-half:]}"
