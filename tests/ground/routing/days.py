"""Small days to plan, drawn by chance for properties."""

from typing import Any

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
