"""How the mailbox stands: whether mail comes in, and since when not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bihuan.registers.channels.mail.account import NotSetUp, account
from bihuan.registers.channels.mail.fetching import mailbox_of

LATE = timedelta(minutes=15)  # the longest wait between two looks is five minutes


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`fetched_at`: the last look that came to its end; `trouble` of the last one, in a word; `left`: mails that could
    not be kept yet; `answers_to`: the address that customers answer to, empty when nobody says it."""

    fetched_at: datetime | None
    is_late: bool
    trouble: str
    left: int
    answers_to: str


def mailbox_stands(now: datetime) -> Standing | None:
    """How the mailbox of this installation stands; None without one."""
    try:
        held = account()
    except NotSetUp:
        return None
    row = mailbox_of(held)
    if row is None:
        return Standing(fetched_at=None, is_late=True, trouble="", left=0, answers_to=held.address)
    return Standing(
        fetched_at=row.fetched_at,
        is_late=row.fetched_at is None or now - row.fetched_at > LATE,
        trouble=row.trouble,
        left=sum(tries > 0 for tries in row.left.values()),
        answers_to=held.address,
    )
