"""The text form of Solomon's and of Gehring and Homberger's instances: vehicles from one depot, all customers served.

Distance is Euclid's, truncated to one decimal (the convention of the DIMACS challenge), so everything is in tenths.
"""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from bihuan.ground.routing.model import Job, Priority, Problem, Technician, Window
from bihuan.ground.routing.policies import Policy
from bihuan.ground.routing.reading import BadProblem
from bihuan.ground.routing.search import Manner

TENTHS = 10
FARTHEST, LARGEST = 1e7, 1e8  # coordinates, and whatever else is counted
DISTANCE = Manner(hot=1_000, cold=10, string=10, everybody=128, starts=4, again=150)
ALL = Policy(name="distance", prizes=dict.fromkeys(Priority, 10_000_000), in_tiers=False)


def solomon_of(text: str) -> Problem:
    """Vehicles as technicians and customers as jobs, by the numbers of the file. Raises `BadProblem`."""
    (fleet, room), depot, *customers = _rows(text)
    if not 0 < fleet <= 10_000:
        raise BadProblem("The fleet must have between one vehicle and ten thousand.")
    counts = Counter(row[0] for row in customers)
    if twice := [number for number, count in counts.items() if count > 1]:
        raise BadProblem(f"There are two customers {twice[0]:.0f}.")
    places = np.array([row[1:3] for row in (depot, *customers)])
    apart = np.sqrt(((places[:, None] - places[None]) ** 2).sum(-1))
    shift = _window("the depot", depot)
    return Problem(
        technicians=tuple(
            Technician(id=n, home=0, shift=shift, room=int(room)) for n in range(1, int(fleet) + 1)
        ),
        jobs=tuple(_customer(row, place) for place, row in enumerate(customers, start=1)),
        travel=np.floor(apart * TENTHS + 1e-9).astype(np.int32),
    )


def _rows(text: str) -> list[list[float]]:
    """Two numbers for the fleet, then seven for the depot and for each customer. Words are titles, and stand before
    the depot."""
    found: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or (len(found) < 2 and not _is_number(line.split()[0])):
            continue
        row = [float(one) if _is_number(one) else math.nan for one in line.split()]
        if len(row) != (7 if found else 2):
            break
        where, rest = ([*row[1:3]], [row[0], *row[3:]]) if found else ([], row)
        if not (all(abs(one) < FARTHEST for one in where) and all(0 <= one < LARGEST for one in rest)):
            raise BadProblem(f"Line {number} has a number that nothing can be planned by.")
        if any(one % 1 for one in (row[0], row[3] if found else row[1])):
            raise BadProblem(f"Line {number} needs whole numbers of vehicles, customers and loads.")
        found.append(row)
    else:
        if len(found) > 1:
            return found
    raise BadProblem("This is no file in Solomon's form: two numbers for the fleet, seven for each customer.")


def _customer(row: Sequence[float], place: int) -> Job:
    window = _window(f"customer {row[0]:.0f}", row)
    return Job(id=int(row[0]), at=place, seconds=round(row[6] * TENTHS), windows=(window,), load=int(row[3]))


def _window(whose: str, row: Sequence[float]) -> Window:
    opens, closes = round(row[4] * TENTHS), round(row[5] * TENTHS)
    if closes < opens:
        raise BadProblem(f"The window of {whose} ends before it begins.")
    return opens, closes


def _is_number(told: str) -> bool:
    try:
        float(told)
    except ValueError:
        return False
    return True
