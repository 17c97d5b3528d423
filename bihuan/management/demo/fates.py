"""What became of each of the demo's two thousand cases. Pure: the same moment of founding, the same fates."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from bihuan.management.demo.names import DemoCustomer, PastCase, past_cases

CASES = 2000
ON_SITE_KINDS = frozenset({"repair", "installation", "relocation", "cleaning"})
SAMPLE = "sample"
OUT_OF_WARRANTY = timedelta(days=3000)


@dataclass(frozen=True, kw_only=True)
class Fate:
    """How far a case gets (`until`: a place, or "closed") and what befalls it on the way.

    `hurried` ones take place today, at whatever hour the company is founded; the others keep office hours.
    """

    until: str = "closed"
    hurried: bool = False
    ending: str = "confirmed"  # confirmed, silent, low_score, not_solved, withdrawn
    returned: int = 0  # service points that gave it back
    refused: bool = False  # a technician said no first
    chases: int = 0
    waits_for_part: bool = False
    absent: bool = False
    late_visit: bool = False
    slow: bool = False  # everybody takes their time: promises are broken
    remotely: bool = False
    declined: bool = False
    exchange: bool = False
    no_fault: bool = False
    unanswered: bool = False  # the technician has not said yes yet
    unowned: bool = False


@dataclass(frozen=True)
class Told:
    """One case to make: number 0 is the newest."""

    number: int
    past: PastCase
    fate: Fate


# kind of work, reported how many minutes ago, fate: what lies on the desks on the day of founding.
TODAY: tuple[tuple[str, int, Fate], ...] = (
    ("repair", 4, Fate(until="to_accept", hurried=True)),
    ("repair", 11, Fate(until="to_accept", hurried=True)),
    ("repair", 19, Fate(until="to_accept", hurried=True, unowned=True)),
    ("repair", 33, Fate(until="to_accept", hurried=True, returned=1)),
    ("repair", 52, Fate(until="to_accept", hurried=True, returned=1, chases=1)),
    ("installation", 24, Fate(until="to_accept", hurried=True)),
    ("repair", 41, Fate(until="to_assign", hurried=True)),
    ("repair", 63, Fate(until="to_assign", hurried=True)),
    ("repair", 112, Fate(until="to_assign", hurried=True, slow=True)),
    ("repair", 205, Fate(until="to_assign", hurried=True, slow=True, chases=1)),
    ("cleaning", 88, Fate(until="to_assign", hurried=True)),
    ("repair", 58, Fate(until="to_book", hurried=True, unanswered=True)),
    ("repair", 96, Fate(until="to_book", hurried=True)),
    ("repair", 130, Fate(until="to_book", hurried=True, refused=True)),
    ("installation", 150, Fate(until="to_book", hurried=True)),
    ("repair", 260, Fate(until="to_book", hurried=True, slow=True, chases=2)),
    ("repair", 175, Fate(until="booked", hurried=True)),
    ("repair", 240, Fate(until="booked", hurried=True)),
    ("repair", 330, Fate(until="booked", hurried=True)),
    ("installation", 400, Fate(until="booked", hurried=True)),
    ("relocation", 520, Fate(until="booked", hurried=True)),
    ("repair", 900, Fate(until="booked", hurried=True)),
    ("cleaning", 1100, Fate(until="booked", hurried=True)),
    ("repair", 1500, Fate(until="booked", hurried=True)),
    ("repair", 1700, Fate(until="on_the_way", hurried=True)),
    ("repair", 1640, Fate(until="on_site", hurried=True)),
    ("repair", 1900, Fate(until="on_site", hurried=True)),
    ("installation", 2100, Fate(until="on_site", hurried=True)),
    ("repair", 1560, Fate(until="quoted", hurried=True)),
    ("repair", 2800, Fate(until="on_hold", waits_for_part=True)),
    ("repair", 4100, Fate(until="on_hold", waits_for_part=True, chases=1)),
    ("repair", 5600, Fate(until="on_hold", waits_for_part=True)),
    ("repair", 7200, Fate(until="on_hold", waits_for_part=True, slow=True)),
    ("repair", 1800, Fate(until="done")),
    ("repair", 2300, Fate(until="done")),
    ("installation", 2600, Fate(until="done")),
    ("repair", 3100, Fate(until="done")),
    ("repair", 3500, Fate(until="to_call_back", ending="low_score")),
    ("repair", 4600, Fate(until="to_call_back", ending="not_solved")),
    ("repair", 5100, Fate(until="to_call_back", ending="low_score", slow=True)),
    ("cleaning", 4300, Fate(until="to_call_back", ending="low_score")),
    ("repair", 36, Fate(until="remote", hurried=True, remotely=True)),
    ("consultation", 15, Fate(until="to_answer", hurried=True)),
    ("consultation", 300, Fate(until="to_answer", hurried=True, unowned=True, slow=True)),
    ("complaint", 50, Fate(until="to_take", hurried=True)),
    ("complaint", 700, Fate(until="investigating", hurried=True)),
    ("complaint", 1900, Fate(until="approving")),
    ("complaint", 2700, Fate(until="awaiting_customer", chases=1)),
    ("suggestion", 420, Fate(until="in_review", hurried=True)),
)


def all_cases(whose: list[DemoCustomer], *, founded_at: datetime, local: datetime) -> list[Told]:
    """Every case of the demo, newest first. `local` is the founding on the wall clock of the installation."""
    made = past_cases(whose, CASES - 1, now=local - timedelta(minutes=90))
    made.reverse()
    todays, rest = _todays(made, local=local)
    told = sorted(
        [*todays, *((one, None) for one in rest)], key=lambda pair: pair[0].reported_at, reverse=True
    )
    return [Told(0, _sample(made[0], local=local), Fate(until="to_accept", hurried=True))] + [
        Told(number, past, fate or _fate(Random(f"{SAMPLE}{number}"), past))
        for number, (past, fate) in enumerate(told, start=1)
    ]


def _todays(
    made: list[PastCase], *, local: datetime
) -> tuple[list[tuple[PastCase, Fate | None]], list[PastCase]]:
    """The newest past cases of the wanted kinds, moved to where the desk of today needs them."""
    rest = list(made)
    found: list[tuple[PastCase, Fate | None]] = []
    for kind, minutes, fate in TODAY:
        past = next(one for one in rest if one.kind == kind and _fits(one, fate))
        rest.remove(past)
        moved = replace(past, reported_at=local - timedelta(minutes=minutes))
        found.append((_with_opinion(moved, fate), fate))
    return found, rest


def _fits(one: PastCase, fate: Fate) -> bool:
    """Phone guidance begins with a call, and with a fault that a checklist knows; a quote that waits for its answer
    asks for money, so the machine's warranty has long run out."""
    if fate.until == "quoted":
        old = one.machine.bought_on < one.reported_at.date() - OUT_OF_WARRANTY
        return old and not one.machine.extended_until and one.cause is not None and one.cause.parts != ()
    if one.problem == "return_exchange":
        return False
    if fate.remotely:
        return one.channel == "phone" and one.symptom in {"ac_no_cooling", "fr_no_cooling", "wm_no_drain"}
    return True


def _with_opinion(past: PastCase, fate: Fate) -> PastCase:
    if fate.ending != "low_score":
        return past
    return replace(past, ratings=(2, 3, 2, 2), comment=past.comment or "等了几天，修完还是有响声")


def _sample(like: PastCase, *, local: datetime) -> PastCase:
    """The record of the sources' own example, as a case of today: an air conditioner by phone, urgency high."""
    thing = replace(
        like.machine,
        brand="chengchuan",
        family="air_conditioner",
        model="ABC123",
        serials=("SN98765",),
        fuel="electric",
        bought_on=date(2023, 5, 15),
        shop="湖墅门店",
        environment="客厅，独立插座",
        extended_until=None,
    )
    return replace(
        like,
        machine=thing,
        kind="repair",
        channel="phone",
        reported_at=local - timedelta(minutes=2),
        words="机器突然不制冷了",
        symptom="ac_no_cooling",
        problem="",
        trigger="",
    )


def _fate(chance: Random, past: PastCase) -> Fate:
    """By chance, as often as it is so in the trade."""
    ending = chance.choices(("confirmed", "silent", "not_solved"), (66, 31, 3))[0]
    if past.ratings and min(past.ratings) < 4 and ending != "not_solved":
        ending = "low_score"
    if chance.random() < 0.06:
        ending = "withdrawn"
    on_site = past.kind in ON_SITE_KINDS
    repair = past.kind == "repair"
    return Fate(
        ending=ending,
        returned=int(on_site and chance.random() < 0.06),
        refused=on_site and chance.random() < 0.05,
        chases=chance.choices((0, 1, 2), (90, 8, 2))[0],
        waits_for_part=repair and chance.random() < 0.09,
        absent=on_site and chance.random() < 0.04,
        late_visit=on_site and chance.random() < 0.07,
        slow=chance.random() < 0.12,
        remotely=repair and past.channel == "phone" and chance.random() < 0.3,
        declined=repair and chance.random() < 0.03,
        exchange=repair and chance.random() < 0.02,
        no_fault=repair and chance.random() < 0.04,
    )
