"""A few days of a company by chance and a seed: who asks when, what they could take, and how things truly go.

Seconds since midnight of the first day. What is true of a call (how long the work takes, how the drive there goes,
whether anybody is at home) is drawn with the call, so that every dispatcher meets the same days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log, sqrt

import numpy as np
import numpy.typing as npt

from bihuan.ground.routing.model import Lunch, Technician, Travel, Window

HOUR = 3_600
DAY = 24 * HOUR
SHIFT = (17 * HOUR // 2, 35 * HOUR // 2)
LUNCH = Lunch(seconds=2_700, begins=(23 * HOUR // 2, 27 * HOUR // 2))
WINDOWS = tuple((hour * HOUR, (hour + 2) * HOUR) for hour in (9, 11, 13, 15))
AHEAD = 3  # days that a customer looks ahead
MINUTES, SHARES = (30, 45, 60, 75, 90), (0.25, 0.25, 0.25, 0.15, 0.10)
SKILLS = (0.30, 0.22, 0.18, 0.13, 0.10, 0.07)  # how common each is
# a drive takes so many percent of what it takes on the whole, by the hour
TRAFFIC = {7: 115, 8: 125, 9: 110, 10: 95, 11: 95, 12: 90, 13: 90, 14: 95, 15: 100, 16: 110, 17: 130, 18: 125}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How many there are, and how far things go wrong: `work` and `road` are coefficients of variation, the others
    shares of calls, `ill` of technicians' days. Work is done from day 1 to `days`; on day 0 customers only ask."""

    technicians: int = 40
    calls: int = 200
    days: int = 5
    work: float = 0.3
    road: float = 0.15
    urgent: float = 0.10
    absent: float = 0.05
    cancelled: float = 0.04
    ill: float = 0.02
    side_km: float = 30.0
    kmh: float = 25.0


@dataclass(frozen=True, kw_only=True)
class Call:
    """A customer who asks, as the office knows it: `seconds` is what such work takes on the whole, `wishes` the windows
    that the customer could take. Of an urgent one it is the rest of this day."""

    number: int
    asks: int
    at: int
    seconds: int
    skill: str
    urgent: bool
    wishes: tuple[Window, ...]

    def later(self, days: int) -> "Call":
        """The same customer, asked again for so many days later."""
        moved = tuple((opens + days * DAY, closes + days * DAY) for opens, closes in self.wishes)
        return replace(self, wishes=moved)


@dataclass(frozen=True)
class Truth:
    """How it goes when somebody comes: seconds of work, percent of the drive, nobody at home; and when the customer
    calls it off, in percent of the time from the promise to its window."""

    takes: int
    drive: int
    absent: bool
    off: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """`ill`: from when on a technician (a number) is ill on a day. `travel` is what drives take on the whole."""

    setting: Setting
    technicians: tuple[Technician, ...]
    calls: tuple[Call, ...]
    truths: tuple[Truth, ...]
    ill: Mapping[tuple[int, int], int]
    travel: Travel

    def drive(self, a: int, b: int) -> int:
        return 0 if a == b else int(self.travel[a, b])

    def driven(self, a: int, b: int, leaves: int, call: int) -> int:
        """What the drive to a call truly takes."""
        traffic = TRAFFIC.get(leaves % DAY // HOUR, 100)
        return self.drive(a, b) * traffic * self.truths[call].drive // 10_000


def a_world(setting: Setting, *, seed: int) -> World:
    """The same seed gives the same world."""
    dice = np.random.default_rng([seed, setting.technicians, setting.calls, setting.days])
    people, count = setting.technicians, setting.calls * (setting.days + 1)
    calls = _calls(setting, dice, count)
    spread = sqrt(log(1 + setting.work**2)), sqrt(log(1 + setting.road**2))
    luck = np.exp(dice.normal(0, 1, (count, 2)) * spread - np.array(spread) ** 2 / 2)
    absent, off = dice.random(count) < setting.absent, dice.random(count) < setting.cancelled
    when = dice.integers(5, 100, count)
    truths = tuple(
        Truth(
            max(300, round(call.seconds * luck[n, 0])),
            max(50, round(100 * luck[n, 1])),
            bool(absent[n]),
            int(when[n]) if off[n] and not call.urgent else None,
        )
        for n, call in enumerate(calls)
    )
    ill = {
        (person, day): day * DAY + int(dice.integers(7 * HOUR, 15 * HOUR))
        for day in range(1, setting.days + 1)
        for person in range(people)
        if dice.random() < setting.ill
    }
    return World(
        setting=setting,
        technicians=tuple(_people(dice, people)),
        calls=calls,
        truths=truths,
        ill=ill,
        travel=_travel(setting, dice, people + count),
    )


def _calls(setting: Setting, dice: np.random.Generator, count: int) -> tuple[Call, ...]:
    """In the order in which they ask. Urgent ones ask from day 1 on, until 15:00."""
    asks = np.arange(count) // setting.calls * DAY + dice.integers(8 * HOUR, 18 * HOUR, count)
    urgent = (dice.random(count) < setting.urgent) & (asks >= DAY)
    asks[urgent] = asks[urgent] // DAY * DAY + dice.integers(8 * HOUR, 15 * HOUR, int(urgent.sum()))
    order = np.argsort(asks, kind="stable")
    asks, urgent = asks[order], urgent[order]
    minutes, skills = dice.choice(MINUTES, count, p=SHARES), dice.choice(len(SKILLS), count, p=SKILLS)
    takes = dice.random((count, AHEAD, len(WINDOWS))) < 0.4
    return tuple(
        Call(
            number=n,
            asks=int(asks[n]),
            at=setting.technicians + n,
            seconds=int(minutes[n]) * 60,
            skill=f"s{skills[n]}",
            urgent=bool(urgent[n]),
            wishes=_rest_of_day(int(asks[n])) if urgent[n] else _wishes(int(asks[n]), takes[n]),
        )
        for n in range(count)
    )


def _rest_of_day(now: int) -> tuple[Window, ...]:
    return ((now, now // DAY * DAY + WINDOWS[-1][1]),)


def _wishes(now: int, takes: npt.NDArray[np.bool_]) -> tuple[Window, ...]:
    """Some windows of the days to come, at least one of each day."""
    made = []
    for ahead, row in enumerate(takes, start=1):
        midnight = (now // DAY + ahead) * DAY
        some = [at for at, yes in enumerate(row) if yes] or [now % len(WINDOWS)]
        made += [(midnight + WINDOWS[at][0], midnight + WINDOWS[at][1]) for at in some]
    return tuple(made)


def _people(dice: np.random.Generator, count: int) -> list[Technician]:
    able = [
        {int(one) for one in dice.choice(len(SKILLS), int(many), replace=False, p=SKILLS)}
        for many in dice.choice([1, 2, 3, 4], count, p=[0.2, 0.3, 0.3, 0.2])
    ]
    for skill in range(len(SKILLS)):  # two of each at least, so that one may be ill
        for person in dice.choice(count, min(2, count), replace=False):
            able[int(person)].add(skill)
    return [
        Technician(id=n, home=n, shift=SHIFT, lunch=LUNCH, skills={f"s{skill}": 1 for skill in sorted(some)})
        for n, some in enumerate(able)
    ]


def _travel(setting: Setting, dice: np.random.Generator, places: int) -> Travel:
    """Two thirds of all places lie around eight centres."""
    side = setting.side_km
    centres = dice.uniform(4, side - 4, (8, 2))
    near = centres[dice.choice(8, places)] + dice.normal(0, 2.2, (places, 2))
    spots = np.where((dice.random(places) < 0.67)[:, None], near, dice.uniform(0, side, (places, 2)))
    spots = np.clip(spots, 0, side)
    x, y = spots[:, 0], spots[:, 1]
    km = np.hypot(x[:, None] - x[None], y[:, None] - y[None]) * 1.35
    seconds: Travel = np.rint(km / setting.kmh * HOUR + 120 * (km > 0)).astype(np.int32)
    return seconds
