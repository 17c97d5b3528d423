"""The invented people, homes, machines and past cases of the demo company.

Pure: the same seed and day give the same demo. Dates are counted back from `today`; times are local
wall time of the installation. Nothing here touches a database.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
CITY, PROVINCE = "杭州市", "浙江省"
FAMILY_WEIGHTS = {
    "air_conditioner": 34,
    "refrigerator": 17,
    "washing_machine": 18,
    "water_heater": 14,
    "range_hood": 9,
    "gas_cooker": 8,
}
SAMPLE_MODEL = "ABC123"


@dataclass(frozen=True)
class Home:
    """Where a customer lives. Position in WGS-84 degrees."""

    province: str
    city: str
    district: str
    street: str
    detail: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class DemoMachine:
    """A machine in a home. `extended_until` is None without extended cover."""

    brand: str
    family: str
    model: str
    serials: tuple[str, ...]
    fuel: str
    bought_on: date
    shop: str
    environment: str
    extended_until: date | None


@dataclass(frozen=True)
class DemoCustomer:
    """An invented customer. Phones are unique."""

    name: str
    phone: str
    home: Home
    machines: tuple[DemoMachine, ...]
    recording: bool
    marketing: bool


@dataclass(frozen=True)
class Cause:
    """What a technician found and did; `labour` and `parts` are codes of the price list."""

    zh: str
    plan: str
    fallback: str
    labour: str
    parts: tuple[str, ...]
    minutes: int


@dataclass(frozen=True)
class PastCase:
    """What to make one past case from. `ratings` are the four of the survey, () when nobody answered."""

    customer: DemoCustomer
    machine: DemoMachine
    kind: str
    channel: str
    reported_at: datetime
    words: str
    symptom: str
    problem: str
    trigger: str
    cause: Cause | None
    days_to_done: int
    ratings: tuple[int, ...]
    comment: str


@lru_cache(maxsize=16)
def demo(name: str) -> dict[str, Any]:
    """The tables of one demo file, by its name without the ending."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def customers(count: int, *, today: date, seed: int = 20231108) -> list[DemoCustomer]:
    """Invented customers with one to three machines each; a few have rare characters or foreign names."""
    chance = Random(seed)
    special = [*demo("people")["rare"], *demo("people")["foreign"]]
    made = []
    for number in range(count):
        name = special[number // 25] if number % 25 == 7 and number // 25 < len(special) else _name(chance)
        made.append(
            DemoCustomer(
                name=name,
                phone=str(demo("people")["phone_pattern"]).format(number + 1),
                home=_home(chance),
                machines=_machines(chance, today=today),
                recording=chance.random() < 0.9,
                marketing=chance.random() < 0.35,
            )
        )
    return made


def _name(chance: Random) -> str:
    people = demo("people")
    return str(chance.choice(people["surnames"]) + chance.choice(people["given"]))


def _home(chance: Random) -> Home:
    streets = demo("streets")["street"]
    street = chance.choices(streets, [s["weight"] for s in streets])[0]
    estate = chance.choice(demo("people")["estates"])
    room = f"{chance.randint(1, 26)}0{chance.randint(1, 4)}"
    detail = f"{estate}{chance.randint(1, 28)}幢{chance.randint(1, 3)}单元{room}室"
    return Home(
        province=PROVINCE,
        city=CITY,
        district=street["district"],
        street=street["name"],
        detail=detail,
        latitude=round(street["latitude"] + chance.uniform(-0.007, 0.007), 5),
        longitude=round(street["longitude"] + chance.uniform(-0.008, 0.008), 5),
    )


def _machines(chance: Random, *, today: date) -> tuple[DemoMachine, ...]:
    families = list(FAMILY_WEIGHTS)
    wanted: list[str] = []
    for _ in range(chance.choices([1, 2, 3], [35, 40, 25])[0]):
        wanted.append(chance.choices(families, list(FAMILY_WEIGHTS.values()))[0])
    return tuple(machine(chance, family, today=today) for family in wanted)


def machine(chance: Random, family: str, *, today: date) -> DemoMachine:
    """One machine of a family, bought within the last ten years, most of them within five."""
    models = [m for m in demo("catalogue")["model"] if m["family"] == family and m["model"] != SAMPLE_MODEL]
    model = chance.choice(models)
    age = min(3600, int(chance.expovariate(1 / 1100)) + 3)
    bought = today - timedelta(days=age)
    serials = tuple(
        f"{model['model'][:2]}{bought:%y%m}{chance.randint(0, 999999):06d}"
        for _ in range(2 if model["two_serials"] else 1)
    )
    people = demo("people")
    extended = bought + timedelta(days=365 * 5) if chance.random() < 0.15 else None
    return DemoMachine(
        brand=model["brand"],
        family=family,
        model=model["model"],
        serials=serials,
        fuel=model["fuel"],
        bought_on=bought,
        shop=chance.choice(people["shops"]),
        environment=chance.choice(people["environments"]),
        extended_until=extended,
    )


KIND_WEIGHTS = {
    "repair": 74,
    "consultation": 6,
    "installation": 7,
    "cleaning": 4,
    "relocation": 2,
    "complaint": 5,
    "suggestion": 2,
}
WORDS_OF_KIND = {
    "consultation": "question",
    "installation": "installation",
    "cleaning": "cleaning",
    "relocation": "relocation",
    "suggestion": "suggestion",
}
FAMILY_SAID = {
    "air_conditioner": ("空调", "挂机"),
    "refrigerator": ("冰箱",),
    "washing_machine": ("洗衣机",),
    "water_heater": ("热水器",),
    "range_hood": ("油烟机",),
    "gas_cooker": ("燃气灶", "灶", "gas cooker"),
}
PLAINLY = {
    "installation": "新买的{}到货了，约个时间安装",
    "relocation": "搬家了，{}要拆下来装到新家",
    "cleaning": "{}用了两年没洗过，约个清洗",
}


def past_cases(
    whose: list[DemoCustomer], count: int, *, now: datetime, days: int = 365, seed: int = 20231109
) -> list[PastCase]:
    """Past cases in order of time, over the last `days` days, none after `now` (local wall time).

    A symptom is commoner in its season.
    """
    chance = Random(seed)
    owners = [(one, m) for one in whose for m in one.machines]
    made = [_case(chance, owners, now=now, days=days) for _ in range(count)]
    return sorted(made, key=lambda case: case.reported_at)


def _case(
    chance: Random, owners: list[tuple[DemoCustomer, DemoMachine]], *, now: datetime, days: int
) -> PastCase:
    reported_at = datetime.combine(now.date() - timedelta(days=chance.randint(0, days - 1)), _hour(chance))
    if reported_at > now:
        reported_at -= timedelta(days=1)
    day = reported_at.date()
    kind = chance.choices(list(KIND_WEIGHTS), list(KIND_WEIGHTS.values()))[0]
    customer, thing = chance.choice([one for one in owners if one[1].bought_on <= day])
    symptom, problem, cause = "", "", None
    if kind == "repair":
        customer, thing, story = _fault(chance, owners, day=day)
        words, symptom = chance.choice(story["words"]), story["symptom"]
        found = chance.choice(story["cause"])
        cause = Cause(**{**found, "parts": tuple(found["parts"])})
    elif kind == "complaint":
        group = chance.choice(demo("voices")["complaint"])
        words, problem = chance.choice(group["words"]), group["problem"]
    else:
        words = _about(kind, thing.family, chance.choice(demo("voices")[WORDS_OF_KIND[kind]][0]["words"]))
    people = demo("people")
    ratings, comment = _opinion(chance)
    return PastCase(
        customer=customer,
        machine=thing,
        kind=kind,
        channel=chance.choices(people["channels"], people["channel_weights"])[0],
        reported_at=reported_at,
        words=words,
        symptom=symptom,
        problem=problem,
        trigger=chance.choice(people["triggers"]),
        cause=cause,
        days_to_done=chance.choices([0, 1, 2, 3, 5, 9], [18, 38, 22, 12, 7, 3])[0],
        ratings=ratings,
        comment=comment,
    )


def _about(kind: str, family: str, words: str) -> str:
    """These words when they name such an appliance, else plain ones that do."""
    names = FAMILY_SAID[family]
    fitting = kind not in PLAINLY or any(name in words for name in names)
    return words if fitting else PLAINLY[kind].format(names[0])


def _fault(
    chance: Random, owners: list[tuple[DemoCustomer, DemoMachine]], *, day: date
) -> tuple[DemoCustomer, DemoMachine, dict[str, Any]]:
    """A symptom by season, then somebody whose machine can have it."""
    stories = demo("stories")["story"]
    weights = [story["weight"] * story["months"][day.month - 1] for story in stories]
    prefix = {"ac": "air_conditioner", "fr": "refrigerator", "wm": "washing_machine"}
    prefix |= {"wh": "water_heater", "rh": "range_hood", "gc": "gas_cooker"}
    for _ in range(50):
        story = chance.choices(stories, weights)[0]
        fits = [
            (one, m)
            for one, m in owners
            if m.family == prefix[story["symptom"][:2]]
            and story.get("fuel", m.fuel) == m.fuel
            and m.bought_on <= day
        ]
        if fits:
            customer, thing = chance.choice(fits)
            return customer, thing, story
    raise ValueError("No customer has a machine that any story fits; make more customers.")


def _opinion(chance: Random) -> tuple[tuple[int, ...], str]:
    """Four ratings and perhaps a comment; four in ten do not answer."""
    if chance.random() < 0.4:
        return (), ""
    overall = chance.choices([5, 4, 3, 2, 1], [58, 24, 10, 5, 3])[0]
    ratings = tuple(max(1, min(5, overall + chance.choice([-1, 0, 0, 0, 1]))) for _ in range(3))
    group = next(g for g in demo("voices")["comment"] if g["score"] == overall)
    comment = chance.choice(group["words"]) if chance.random() < 0.5 or overall < 3 else ""
    return (*ratings, overall), comment


def _hour(chance: Random) -> time:
    hour = chance.choices(range(7, 23), [2, 5, 9, 10, 9, 6, 5, 7, 8, 8, 7, 6, 7, 6, 3, 2])[0]
    return time(hour, chance.randint(0, 59), chance.randint(0, 59))
