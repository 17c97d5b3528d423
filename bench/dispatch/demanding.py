"""Days that ask for everything, by chance and a seed: certificates, parts, a store, pairs, heat, wishes, several
windows, a plan before, and now and then roads that are one-way or closed."""

from random import Random
from typing import Any

from bench.dispatch.days import HOUR, a_day

DAY, DAY_BEFORE = "2026-11-22", "2026-11-21"


def a_demanding_day(seed: int) -> dict[str, Any]:
    """From 4 to 40 jobs for one to six technicians. The same seed gives the same day."""
    dice = Random(seed)
    people = dice.choice([1, 2, 3, 4, 6])
    told = a_day(dice.randint(2, 8) * people, people, seed)
    told["day"] = DAY
    much = dice.choice([0.1, 0.3, 0.6])  # how much is asked for
    names = [person["id"] for person in told["technicians"]]
    if dice.random() < 0.7:
        told["store"] = {
            "at": dice.randrange(people * 2),
            "seconds": dice.choice([0, 600]),
            "parts": {"pump": dice.randrange(4), "board": dice.randrange(2)},
            "ready": dice.choice([{}, {"pump": 10 * HOUR}, {"board": 16 * HOUR}]),
        }
    for person in told["technicians"]:
        _technician(person, dice, len(told["travel_seconds"]), much)
    for job in told["jobs"]:
        _job(job, dice, names, much)
    for first, second in zip(told["jobs"][::2], told["jobs"][1::2], strict=False):
        if dice.random() < much / 2:
            first["together"], second["together"] = second["id"], first["id"]
            second["windows"] = dice.choice([first["windows"], first["windows"], second["windows"]])
    if dice.random() < 0.2:
        _close_roads(told["travel_seconds"], dice)
    return told


def _technician(person: dict[str, Any], dice: Random, places: int, much: float) -> None:
    begins = dice.choice([7, 8.5, 8.5, 10])
    person["shift"] = [int(begins * HOUR), int((begins + dice.choice([4, 8, 9, 9, 9])) * HOUR)]
    opens = int(dice.choice([11, 11.5, 11.5, 12]) * HOUR)
    lunch = {
        "seconds": dice.choice([1_800, 2_700, 3_600]),
        "start": [opens, opens + dice.choice([0, 1_800, 7_200])],
    }
    person["lunch"] = None if dice.random() < 0.1 else lunch
    person["skills"] = {f"s{skill}": dice.choice([1, 1, 2]) for skill in range(6) if dice.random() > much / 2}
    person["certificates"] = dice.choice([{}, {"height": DAY_BEFORE}, {"height": DAY}])
    person["parts"] = {"pump": dice.randrange(3), "board": dice.randrange(2)}
    person["outdoors_seconds"] = dice.choice([None, None, 0, 2 * HOUR])
    person["overtime_seconds"] = dice.choice([None, None, 1_800, 2 * HOUR])
    person["max_jobs"] = dice.choice([None, None, None, 0, 3, 5])
    person["start"] = dice.choice([None, None, dice.randrange(places)])


def _job(job: dict[str, Any], dice: Random, names: list[str], much: float) -> None:
    def asks(share: float = 1.0) -> bool:
        return dice.random() < much * share

    job["skills"] = {skill: dice.choice([0, 1, 1, 2]) for skill in job["skills"]}
    if asks():
        job["windows"] = [job["windows"][0], [17 * HOUR, 17 * HOUR + 1_800]]
    elif asks(0.5):
        job["windows"] = []
    elif asks(0.5):
        job["windows"] = [[at := dice.randrange(6 * HOUR, 20 * HOUR), at + dice.choice([0, 600])]]
    job["seconds"] = (
        dice.choice([job["seconds"], job["seconds"], 0, 3 * HOUR, 6 * HOUR]) if asks() else job["seconds"]
    )
    job["certificates"] = ["height"] if asks(0.4) else []
    job["parts"] = dice.choice([{"pump": 1}, {"pump": 2}, {"pump": 1, "board": 1}]) if asks(0.8) else {}
    job["outdoors"], job["promised"] = asks(), dice.random() < 0.3
    job["age"], job["was"] = dice.randrange(9), dice.choice([None, *names])
    job["preferred"] = dice.sample(names, 1) if asks() else []
    job["excluded"] = dice.sample(names, 1) if asks(0.5) else []
    job["technician"] = dice.choice(names) if asks(0.3) else None


def _close_roads(travel: list[list[Any]], dice: Random) -> None:
    for row in travel:
        for there in range(len(row)):
            if dice.random() < 0.1:
                row[there] = dice.choice([None, dice.randrange(5_400)])
