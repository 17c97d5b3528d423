"""What an authority's notice must say, and until when it is to be answered. Values in, values out."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta, tzinfo

FARTHEST = timedelta(days=730)  # a deadline beyond is a slip of the keyboard
LONGEST_NUMBER = 60


def end_of(day: date, zone: tzinfo) -> datetime:
    """The last second of a day in `zone`."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone)


def notice_fault(
    *,
    authority: str,
    known: Collection[str],
    number: str,
    received_on: date | None,
    answer_on: date | None,
    today: date,
) -> str:
    """What is wrong with a notice, as a code; empty when nothing is. A deadline may have passed already."""
    if authority not in known:
        return "authority"
    if len(number) > LONGEST_NUMBER:
        return "number"
    if received_on is None:
        return "received_on"
    if received_on > today or today - received_on > FARTHEST:
        return "received_when"
    if answer_on is None:
        return "answer_on"
    if answer_on < received_on:
        return "answer_before"
    return "answer_far" if answer_on - received_on > FARTHEST else ""
