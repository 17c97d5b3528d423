"""How somebody is reached, how long to wait, how many messages a text is. Values in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from string import Formatter

ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
HOUR = timedelta(hours=1)

# Direct answers to what the customer has just done or agreed to: these go out at any hour.
DIRECT = frozenset(
    {
        "case_opened",
        "booked",
        "chased",
        "withdrawn",
        "departed",
        "late",
        "quote",
        "sign_in_code",
        "complaint_opened",
    }
)


def way_to(reach: Mapping[str, str]) -> tuple[str, str]:
    """Channel and address by which a customer is told: the mobile by SMS, else mail; else somebody must call."""
    if reach.get("mobile"):
        return "sms", reach["mobile"]
    if reach.get("email"):
        return "mail", reach["email"]
    return "call", reach.get("landline", "")


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: half a minute, then four times longer each, at most an hour."""
    longer: int = 4 ** min(max(attempts - 1, 0), 10)
    return min(FIRST_WAIT * longer, LONGEST_WAIT)


def segments(text: str) -> int:
    """How many messages an SMS of this text is billed as: 70 signs, or 67 each when it is split; 160 and 153
    when all of it is plain ASCII."""
    one, many = (160, 153) if text.isascii() else (70, 67)
    return 1 if len(text) <= one else -(-len(text) // many)


@dataclass(frozen=True, kw_only=True)
class Blanks:
    """The placeholders of a message: which its subject needs, which its words; any of them may stand in both."""

    subject: frozenset[str]
    words: frozenset[str]

    @property
    def any(self) -> frozenset[str]:
        return self.subject | self.words


class Unreadable(ValueError):
    """Braces that hold no plain name, or stand alone."""


def blanks_of(text: str) -> frozenset[str]:
    """The names in braces. Nothing but a name may stand there: no index, no attribute, no width."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as fault:
        raise Unreadable from fault
    found = [(name, shape, turned) for _said, name, shape, turned in parts if name is not None]
    if any(shape or turned or not (name.isascii() and name.isidentifier()) for name, shape, turned in found):
        raise Unreadable
    return frozenset(name for name, _shape, _turned in found)
