"""The text form of Solomon's and of Gehring and Homberger's instances: vehicles from one depot, all customers served.

Distance is Euclid's, truncated to one decimal (the convention of the DIMACS challenge), so everything is in tenths.
"""

import math
from collections.abc import Sequence

import numpy as np

from bihuan.ground.routing.model import Job, Priority, Problem, Technician
from bihuan.ground.routing.policies import Policy
from bihuan.ground.routing.reading import BadProblem
from bihuan.ground.routing.search import Manner

TENTHS = 10
DISTANCE = Manner(hot=1_000, cold=10, string=10, everybody=128, starts=4, again=150)
ALL = Policy(name="distance", prizes=dict.fromkeys(Priority, 10_000_000), in_tiers=False)


def solomon_of(text: str) -> Problem:
    """Vehicles as technicians and customers as jobs, by the numbers of the file. Raises `BadProblem`."""
    rows = [_numbers(line) for line in text.splitlines()]
    rows = [row for row in rows if row]
    if not rows or len(rows[0]) != 2 or any(len(row) != 7 for row in rows[1:]) or len(rows) < 2:
        raise BadProblem(
            "This is no file in Solomon's form: two numbers for the fleet, seven for each customer."
        )
    (fleet, room), (depot, *customers) = rows[0], rows[1:]
    if not 0 < fleet <= 10_000:
        raise BadProblem("The fleet must have between one vehicle and ten thousand.")
    places = np.array([row[1:3] for row in rows[1:]])
    apart = np.sqrt(((places[:, None] - places[None]) ** 2).sum(-1))
    shift = round(depot[4] * TENTHS), round(depot[5] * TENTHS)
    return Problem(
        technicians=tuple(
            Technician(id=n, home=0, shift=shift, room=int(room)) for n in range(1, int(fleet) + 1)
        ),
        jobs=tuple(_customer(row, place) for place, row in enumerate(customers, start=1)),
        travel=np.floor(apart * TENTHS + 1e-9).astype(np.int32),
    )


def _customer(row: Sequence[float], place: int) -> Job:
    opens, closes = round(row[4] * TENTHS), round(row[5] * TENTHS)
    if closes < opens:
        raise BadProblem(f"The window of customer {int(row[0])} ends before it begins.")
    return Job(
        id=int(row[0]), at=place, seconds=round(row[6] * TENTHS), windows=((opens, closes),), load=int(row[3])
    )


def _numbers(line: str) -> list[float]:
    try:
        found = [float(part) for part in line.split()]
    except ValueError:
        return []
    return found if all(math.isfinite(one) and abs(one) < 1e8 for one in found) else []
