"""Days to plan, drawn by chance: small ones for properties, and larger ones as a city would have them."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

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


def a_day(jobs: int, people: int, seed: int) -> dict[str, Any]:
    """A working day in a city of thirty kilometres: homes and customers around a few centres, two-hour windows."""
    dice = np.random.default_rng(seed)
    centres = dice.uniform(4, 26, (6, 2))
    spots = np.clip(
        centres[dice.integers(0, 6, jobs + people)] + dice.normal(0, 4, (jobs + people, 2)), 0, 30
    )
    apart = np.sqrt(((spots[:, None] - spots[None]) ** 2).sum(-1))
    slots = [[[h * HOUR, (h + 2) * HOUR]] for h in (9, 11, 13, 15)] + [[[9 * HOUR, 17 * HOUR]]]
    return {
        "technicians": [
            {
                "id": f"T{n}",
                "home": n,
                "shift": [30_600, 63_000],
                "lunch": {"seconds": 2_700, "start": [41_400, 48_600]},
                "skills": {skill: 1 for skill in SKILLS if dice.random() < 0.6},
                "max_jobs": None,
            }
            for n in range(people)
        ],
        "jobs": [
            {
                "id": f"J{n}",
                "at": people + n,
                "seconds": int(dice.choice([1_800, 2_700, 3_600, 5_400])),
                "windows": slots[int(dice.integers(0, 5))],
                "skills": {SKILLS[int(dice.integers(0, 3))]: 1},
                "priority": str(dice.choice(["safety", "high", "normal"], p=[0.05, 0.2, 0.75])),
                "technician": None,
            }
            for n in range(jobs)
        ],
        "travel_seconds": np.rint(apart * 1.35 / 25 * HOUR + 120).astype(int).tolist(),
    }
