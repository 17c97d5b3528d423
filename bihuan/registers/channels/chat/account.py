"""How a company chats that has not said so itself (`service/intake/chats/limits`), as the environment tells it:
`BIHUAN_CHAT_CALENDAR` (when agents answer), `…_AT_ONCE` (chats that one agent has at a time), `…_ANSWER_SECONDS` (how
long a customer waits before somebody is told) and `…_SILENT_MINUTES` (how long a customer who waits may say nothing
before their words go on without them)."""

import os
from dataclasses import dataclass
from datetime import timedelta

USUAL_CALENDAR = "cn-contact"


@dataclass(frozen=True, kw_only=True)
class Account:
    calendar: str
    at_once: int
    answer_within: timedelta
    silent_for: timedelta


def account() -> Account:
    """What holds now; what is no number is as if nothing were said."""
    return Account(
        calendar=os.environ.get("BIHUAN_CHAT_CALENDAR", "").strip() or USUAL_CALENDAR,
        at_once=_number("AT_ONCE", 5, most=50),
        answer_within=timedelta(seconds=_number("ANSWER_SECONDS", 60, most=3600)),
        silent_for=timedelta(minutes=_number("SILENT_MINUTES", 10, most=1440)),
    )


def _number(name: str, usual: int, *, most: int) -> int:
    told = os.environ.get(f"BIHUAN_CHAT_{name}", "").strip()
    if not (told.isascii() and told.isdecimal() and len(told) < 6):
        return usual
    return min(max(int(told), 1), most)
