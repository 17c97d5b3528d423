"""How many customer-service messages WeChat still lets us send to somebody. Values in, values out.

What they did opens a window: five messages within 48 hours of a message of theirs, three within a minute of a tap, of
following us, of scanning our code. Windows do not add up: the wider one counts.
https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

MESSAGE = "message"
MANY, LONG = 5, timedelta(hours=48)
FEW, SHORT = 3, timedelta(minutes=1)
SAFE = timedelta(minutes=5)  # nothing is begun so shortly before the long window ends


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """How many are left, of how many, and until when."""

    left: int
    most: int
    until: datetime | None


def most_of(how: str) -> int:
    """How many messages what they did allows."""
    return MANY if how == MESSAGE else FEW


def allowance(*, heard_at: datetime | None, how: str, told: int, now: datetime) -> Allowance:
    """What is left now of what they did at `heard_at`, after `told` messages of ours."""
    if heard_at is None or not how:
        return Allowance(left=0, most=0, until=None)
    most = most_of(how)
    until = heard_at + (LONG - SAFE if how == MESSAGE else SHORT)
    left = max(0, most - told) if now < until else 0
    return Allowance(left=left, most=most, until=until)


def opens_anew(*, heard_at: datetime | None, held: str, told: int, how: str, now: datetime) -> bool:
    """Whether what they do now replaces the window that stands open: a message always does, a tap only a window that
    is closed or used up."""
    return how == MESSAGE or allowance(heard_at=heard_at, how=held, told=told, now=now).left == 0
