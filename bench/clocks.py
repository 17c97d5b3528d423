"""The same questions about working time, put to Bihuan and to the libraries that answer them.

A question is when a promise began and how many working seconds it allows. `businesstimedelta` says when it is
due, as we do. `business-duration` only measures how much was worked between two moments, so it has to search for
the minute, as whoever uses it would have to; and everyone is asked its own question too: how much was worked
from the beginning to the due time. What a library cannot say (a lunch break, a workday made up for on a weekend,
a rest) it is not asked.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import businesstimedelta as peer_of_moments
import pytz
from business_duration import businessDuration as worked_of_peer

from bihuan.ground.worktime.calendar import Calendar, Hours, Week, worked
from bihuan.ground.worktime.due import Rest, due
from bihuan.ground.worktime.holidays_of import days_off, makeup_workdays

ZONE = ZoneInfo("Asia/Shanghai")
PEERS_ZONE = pytz.timezone("Asia/Shanghai")
OPENS, CLOSES, WEEKDAYS = time(9), time(18), [0, 1, 2, 3, 4]
STRAIGHT: Hours = ((540, 1080),)
WITH_LUNCH: Hours = ((540, 720), (780, 1080))
HOUR = 3600
ALLOWED = (HOUR // 2, HOUR, 2 * HOUR, 4 * HOUR, 24 * HOUR, 48 * HOUR, 72 * HOUR)  # as our profiles have them
FARTHEST = 30 * 24 * HOUR  # no due time lies farther off
FIRST_DAY, DAYS = datetime(2026, 1, 1, tzinfo=ZONE), 300

type Span = tuple[datetime, datetime]
type Asked = Callable[[range], list[object]]  # the answers to these questions


@dataclass(frozen=True)
class Question:
    began: datetime
    allowed: int
    rests: list[Rest]


@dataclass
class Contest:
    """One kind of calendar and who can be asked about it: name → what answers."""

    about: str
    asked: dict[str, Asked]
    gated: bool = True


def questions(number: int, *, resting: bool = False) -> list[Question]:
    """Always the same ones: promises of one year, begun at any minute, by day and by night."""
    made, dice = [], Random(20261122)
    for at in range(number):
        began = FIRST_DAY + timedelta(minutes=dice.randrange(DAYS * 1440))
        rests: list[Rest] = []
        if resting and at % 2:
            since = began + timedelta(minutes=dice.randrange(3000))
            rests = [(since, since + timedelta(minutes=dice.randrange(1, 2000)))]
        made.append(Question(began, dice.choice(ALLOWED), rests))
    return made


def holidays() -> frozenset[date]:
    return frozenset(days_off("CN")) - makeup_workdays("CN")


def contests(number: int) -> list[Contest]:
    """The whole question first, which nobody else can answer; then what the peers can be asked."""
    asked, resting, off = questions(number), questions(number, resting=True), holidays()
    whole = calendar(WITH_LUNCH, holidays=off, workdays=makeup_workdays("CN"))
    lunch, straight = calendar(WITH_LUNCH, holidays=off), calendar(STRAIGHT, holidays=off)
    bare = calendar(STRAIGHT)
    spans = [(one.began, _due(straight, one)) for one in asked]
    return [
        Contest("due: lunch, holidays, make-up days, rests", {"bihuan": ours(whole, resting)}),
        Contest(
            "due: lunch, holidays",
            {"bihuan": ours(lunch, asked), "businesstimedelta": moments(asked, rule(lunch=True, off=off))},
        ),
        Contest(
            "due: holidays",
            {
                "bihuan": ours(straight, asked),
                "businesstimedelta": moments(asked, rule(off=off)),
                "business-duration": searched(asked, off=off),
            },
        ),
        Contest(
            "worked between: holidays",
            {
                "bihuan": our_durations(straight, spans),
                "businesstimedelta": durations(spans, rule(off=off)),
                "business-duration": wall_durations(spans, off=off),
            },
            gated=False,
        ),
        Contest(
            "due: Monday to Friday, nothing else",
            {"bihuan": ours(bare, asked), "businesstimedelta": moments(asked, rule())},
            gated=False,
        ),
    ]


def calendar(
    hours: Hours, *, holidays: frozenset[date] = frozenset(), workdays: frozenset[date] = frozenset()
) -> Calendar:
    week: Week = (hours, hours, hours, hours, hours, (), ())
    return Calendar(zone=ZONE, week=week, holidays=holidays, workdays=workdays)


def ours(hours: Calendar, asked: Sequence[Question]) -> Asked:
    return lambda part: [
        due(hours, one.began, one.allowed, one.rests) for one in asked[part.start : part.stop]
    ]


def our_durations(hours: Calendar, spans: Sequence[Span]) -> Asked:
    return lambda part: [worked(hours, *span) for span in spans[part.start : part.stop]]


def rule(*, lunch: bool = False, off: frozenset[date] = frozenset()) -> Any:
    """`businesstimedelta`'s calendar, with no more rules than the question needs."""
    work = peer_of_moments.WorkDayRule(OPENS, CLOSES, WEEKDAYS, tz=PEERS_ZONE)
    rules = [work]
    if lunch:
        rules.append(peer_of_moments.LunchTimeRule(time(12), time(13), WEEKDAYS, tz=PEERS_ZONE))
    if off:
        rules.append(peer_of_moments.HolidayRule(off, tz=PEERS_ZONE))
    return peer_of_moments.Rules(rules) if len(rules) > 1 else work


def moments(asked: Sequence[Question], hours: Any) -> Asked:
    """`businesstimedelta` when it is due; what is to be added is made beforehand."""
    told = [
        (one.began.astimezone(PEERS_ZONE), peer_of_moments.BusinessTimeDelta(hours, seconds=one.allowed))
        for one in asked
    ]
    return lambda part: [began + allowed for began, allowed in told[part.start : part.stop]]


def durations(spans: Sequence[Span], hours: Any) -> Asked:
    """`businesstimedelta` how much was worked."""
    told = [(since.astimezone(PEERS_ZONE), until.astimezone(PEERS_ZONE)) for since, until in spans]
    return lambda part: [hours.difference(*span).timedelta for span in told[part.start : part.stop]]


def searched(asked: Sequence[Question], *, off: frozenset[date]) -> Asked:
    """`business-duration` when it is due: the first minute by which it finds enough worked, by halving."""

    def reached(one: Question) -> datetime:
        began = one.began.replace(tzinfo=None)

        def worked_by(minute: int) -> int:
            until = began + timedelta(minutes=minute)
            return int(worked_of_peer(began, until, OPENS, CLOSES, holidaylist=off, unit="sec"))

        minutes = range(one.allowed // 60, FARTHEST // 60)
        at = bisect_left(minutes, one.allowed, key=worked_by)
        return one.began + timedelta(minutes=minutes[at])

    return lambda part: [reached(one) for one in asked[part.start : part.stop]]


def wall_durations(spans: Sequence[Span], *, off: frozenset[date]) -> Asked:
    """`business-duration` how much was worked, on the wall as it wants it."""
    told = [(since.replace(tzinfo=None), until.replace(tzinfo=None)) for since, until in spans]
    return lambda part: [
        timedelta(seconds=worked_of_peer(since, until, OPENS, CLOSES, holidaylist=off, unit="sec"))
        for since, until in told[part.start : part.stop]
    ]


def agreeing(contest: Contest, name: str, number: int) -> int:
    """How many of the first so many answers are ours."""
    asked = range(number)
    return sum(
        said == own
        for said, own in zip(contest.asked[name](asked), contest.asked["bihuan"](asked), strict=True)
    )


def _due(hours: Calendar, one: Question) -> datetime:
    found = due(hours, one.began, one.allowed)
    assert found is not None  # nothing rests
    return found
