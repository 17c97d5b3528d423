"""Days of field service as a city has them, by chance and a seed: a problem as `manage.py plan` reads it.

Thirty kilometres square with eight centres; 25 km/h with a detour of 1.35 and two minutes to park; six skills of which
somebody has one to four; homes; 08:30 to 17:30 with 45 minutes of lunch that begins from 11:30 to 13:30; windows of two
hours (a few of a whole day); 30 to 90 minutes of work; 5 % safety, 20 % high.
"""

from typing import Any

import numpy as np

HOUR = 3_600
WINDOWS = ((9, 11), (11, 13), (13, 15), (15, 17), (8.5, 17))


def a_day(jobs: int, people: int, seed: int, *, side_km: float = 30.0, kmh: float = 25.0) -> dict[str, Any]:
    """So many jobs and technicians. The same seed gives the same day."""
    dice = np.random.default_rng([seed, jobs, people])
    spots = np.vstack([_spots(dice, people, 0.5, side_km), _spots(dice, jobs, 0.7, side_km)])
    km = np.sqrt(((spots[:, None] - spots[None]) ** 2).sum(-1)) * 1.35
    seconds = np.rint(km / kmh * HOUR + 120 * (km > 0)).astype(int)
    common = np.array([0.30, 0.22, 0.18, 0.13, 0.10, 0.07])
    able = [
        sorted(int(one) for one in dice.choice(6, int(count), replace=False, p=common))
        for count in dice.choice([1, 2, 3, 4], people, p=[0.25, 0.35, 0.25, 0.15])
    ]
    for skill in set(range(6)) - {one for some in able for one in some}:
        able[int(dice.integers(people))].append(skill)
    needs = dice.choice(6, jobs, p=common)
    window = dice.choice(5, jobs, p=[0.27, 0.18, 0.25, 0.22, 0.08])
    minutes = dice.choice([30, 45, 60, 75, 90], jobs, p=[0.25, 0.25, 0.25, 0.15, 0.10])
    priority = dice.choice(["safety", "high", "normal"], jobs, p=[0.05, 0.20, 0.75])
    return {
        "technicians": [_technician(n, some) for n, some in enumerate(able)],
        "jobs": [
            {
                "id": f"J{n}",
                "at": people + n,
                "seconds": int(minutes[n]) * 60,
                "windows": [[int(hour * HOUR) for hour in WINDOWS[window[n]]]],
                "skills": {f"s{needs[n]}": 1},
                "priority": str(priority[n]),
                "technician": None,
            }
            for n in range(jobs)
        ],
        "travel_seconds": seconds.tolist(),
    }


def _technician(number: int, skills: list[int]) -> dict[str, Any]:
    return {
        "id": f"T{number}",
        "home": number,
        "shift": [int(8.5 * HOUR), int(17.5 * HOUR)],
        "lunch": {"seconds": 2_700, "start": [int(11.5 * HOUR), int(13.5 * HOUR)]},
        "skills": {f"s{skill}": 1 for skill in skills},
        "max_jobs": None,
    }


def _spots(dice: np.random.Generator, count: int, crowded: float, side: float) -> Any:
    """Points, so large a share of them around a centre."""
    centres, weights = dice.uniform(4, side - 4, (8, 2)), dice.dirichlet(np.ones(8) * 2)
    near = centres[dice.choice(8, count, p=weights)] + dice.normal(0, 2.2, (count, 2))
    anywhere = dice.uniform(0, side, (count, 2))
    return np.clip(np.where((dice.random(count) < crowded)[:, None], near, anywhere), 0, side)
