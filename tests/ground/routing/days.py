"""Small days to plan, drawn by chance for properties."""

from random import Random
from typing import Any

from hypothesis import strategies as st

from bench.dispatch.days import a_day

HOUR = 3_600
SKILLS = ("gas", "cooling", "height")


@st.composite
def problems(draw: st.DrawFn, *, most_jobs: int = 8, most_people: int = 3) -> dict[str, Any]:
    """A problem as JSON: any travel table, metric or not, with places that cannot be reached."""
    jobs, people = draw(st.integers(0, most_jobs)), draw(st.integers(0, most_people))
    places = draw(st.integers(1, 6))
    seconds = st.one_of(st.integers(0, 5_400), st.none())
    return {
        "technicians": [draw(technicians(f"T{number}", places)) for number in range(people)],
        "jobs": [draw(works(f"J{number}", places, people)) for number in range(jobs)],
        "travel_seconds": [[draw(seconds) for _ in range(places)] for _ in range(places)],
    }


@st.composite
def technicians(draw: st.DrawFn, name: str, places: int) -> dict[str, Any]:
    begins = draw(st.integers(7, 10)) * HOUR
    opens = draw(st.integers(10, 13)) * HOUR
    lunch = {
        "seconds": draw(st.sampled_from([0, 1_800, 2_700])),
        "start": [opens, opens + draw(st.integers(0, 7_200))],
    }
    return {
        "id": name,
        "home": draw(st.integers(0, places - 1)),
        "shift": [begins, begins + draw(st.integers(0, 10)) * HOUR],
        "lunch": draw(st.sampled_from([lunch, lunch, None])),
        "skills": {skill: draw(st.integers(0, 2)) for skill in SKILLS},
        "max_jobs": draw(st.sampled_from([None, None, 0, 2])),
        "overtime_seconds": draw(st.sampled_from([None, 1_800])),
    }


@st.composite
def works(draw: st.DrawFn, name: str, places: int, people: int) -> dict[str, Any]:
    windows = []
    for _ in range(draw(st.integers(0, 2))):
        opens = draw(st.integers(7, 18)) * HOUR
        windows.append([opens, opens + draw(st.sampled_from([0, 1_800, 7_200]))])
    return {
        "id": name,
        "at": draw(st.integers(0, places - 1)),
        "seconds": draw(st.sampled_from([0, 1_200, 3_600])),
        "windows": windows,
        "skills": {draw(st.sampled_from(SKILLS)): draw(st.integers(0, 2))},
        "priority": draw(st.sampled_from(["safety", "high", "normal", "normal"])),
        "technician": draw(st.sampled_from([None, None, f"T{max(0, people - 1)}"])),
    }


@st.composite
def demanding(draw: st.DrawFn, *, most_jobs: int = 8, most_people: int = 3) -> dict[str, Any]:
    """A problem with all that a day can ask for: certificates, parts, a store, pairs, heat, wishes, a plan before."""
    told = draw(problems(most_jobs=most_jobs, most_people=most_people))
    places, people, jobs = len(told["travel_seconds"]), told["technicians"], told["jobs"]
    anywhere = st.integers(0, places - 1)
    names = st.sampled_from([person["id"] for person in people] or ["T0"])
    told["day"] = "2026-11-22"
    if draw(st.booleans()):
        told["store"] = {
            "at": draw(anywhere),
            "seconds": draw(st.sampled_from([0, 600])),
            "parts": {"pump": draw(st.integers(0, 2)), "board": draw(st.integers(0, 2))},
            "ready": draw(st.sampled_from([{}, {"pump": 10 * HOUR}])),
        }
    for person in people:
        person["start"] = draw(st.one_of(st.none(), anywhere))
        person["certificates"] = draw(
            st.sampled_from([{}, {"height": "2026-11-21"}, {"height": "2026-11-22"}])
        )
        person["parts"] = draw(st.sampled_from([{}, {"pump": 1}, {"pump": 2, "board": 1}]))
        person["outdoors_seconds"] = draw(st.sampled_from([None, 3_600]))
    for job in jobs:
        job["certificates"] = draw(st.sampled_from([[], [], ["height"]]))
        job["parts"] = draw(st.sampled_from([{}, {}, {"pump": 1}, {"pump": 1, "board": 1}]))
        job["outdoors"] = draw(st.booleans())
        job["promised"], job["age"] = draw(st.booleans()), draw(st.integers(0, 40))
        job["was"] = draw(st.one_of(st.none(), names))
        job["preferred"], job["excluded"] = (draw(st.lists(names, max_size=1)) for _ in range(2))
    for first, second in zip(jobs[::2], jobs[1::2], strict=False):
        if draw(st.integers(0, 3)) == 0:
            first["together"], second["together"] = second["id"], first["id"]
    return told


def a_full_day(seed: int) -> dict[str, Any]:
    """A day in a city, where nearly everything can be done, with all that `demanding` asks for."""
    dice, told = Random(seed), a_day(14, 4, seed)
    names = [person["id"] for person in told["technicians"]]
    told["day"] = "2026-11-22"
    told["store"] = {"at": 5, "seconds": 600, "parts": {"pump": 2}, "ready": {"pump": 10 * HOUR}}
    for person in told["technicians"]:
        person["skills"] = {f"s{skill}": 1 for skill in range(6) if dice.random() < 0.8}
        person["certificates"] = {"height": dice.choice(["2026-11-21", "2026-12-31"])}
        person["parts"] = {"pump": dice.choice([0, 1])}
        person["outdoors_seconds"] = dice.choice([None, 2 * HOUR])
        person["start"] = dice.choice([None, 6])
        person["overtime_seconds"] = dice.choice([None, HOUR])
    for job in told["jobs"]:
        job["certificates"] = ["height"] if dice.random() < 0.1 else []
        job["parts"] = {"pump": 1} if dice.random() < 0.3 else {}
        job["outdoors"], job["promised"] = dice.random() < 0.2, dice.random() < 0.3
        job["age"], job["was"] = dice.randrange(9), dice.choice([None, *names])
        job["preferred"], job["excluded"] = dice.sample(names, 1), dice.sample(names, dice.randrange(2))
    for first, second in zip(told["jobs"][:4:2], told["jobs"][1:4:2], strict=True):
        first["together"], second["together"] = second["id"], first["id"]
        second["windows"] = first["windows"]
    return told
