"""The instances of Gehring and Homberger: where they are, what stands in them, and whether routes keep to it.

The files are not part of this repository. Whatever is checked here shares no code with the search: the file is read
anew, distances are whole numbers (the root of a sum of squares, in tenths), and every rule is looked at.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from pathlib import Path

FOLDER = "BIHUAN_GEHRING_HOMBERGER"
MISSING = (
    "The instances of Gehring and Homberger are not here. They are public: get the archives of 200 and 400 customers "
    'from SINTEF\'s page on the VRPTW (its "TOP" benchmark pages) or from CVRPLIB, unpack them into one folder so '
    f"that c1_2_1.txt and its like lie in it, and name that folder by --instances or {FOLDER}."
)


class Wrong(Exception):
    """What is wrong with routes, in one sentence."""


@dataclass(frozen=True)
class Instance:
    """`customers[0]` is the depot; a row is x, y, demand, opens, closes, service. Times are tenths."""

    name: str
    vehicles: int
    capacity: int
    customers: tuple[tuple[int, ...], ...]

    def apart(self, a: int, b: int) -> int:
        """Tenths from one to another, truncated."""
        (x, y), (u, v) = self.customers[a][:2], self.customers[b][:2]
        return isqrt(100 * ((x - u) ** 2 + (y - v) ** 2))


def folder_of(asked: str | None) -> Path | None:
    """The folder that was named, if there is anything in it."""
    told = asked or os.environ.get(FOLDER, "")
    folder = Path(told) if told else None
    return folder if folder is not None and any(folder.glob("*_[24]_*.[tT][xX][tT]")) else None


def files_in(folder: Path, *, everything: bool) -> list[Path]:
    """All of 200 and 400 customers; or of each of the twelve classes and sizes one, from the middle of its list."""
    groups: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir(), key=lambda one: (len(one.stem), one.stem)):
        kind, _, number = path.stem.lower().rpartition("_")
        if path.suffix.lower() == ".txt" and number.isdigit() and kind[-2:] in ("_2", "_4"):
            groups.setdefault(kind, []).append(path)
    kinds = sorted(groups, key=lambda kind: (kind[-1], kind))
    return [
        path
        for kind in kinds
        for path in (groups[kind] if everything else [groups[kind][len(groups[kind]) // 2]])
    ]


def read(path: Path) -> Instance:
    """What stands in a file."""
    rows = [line.split() for line in path.read_text("ascii").splitlines()]
    numbers = [[int(part) for part in row] for row in rows if row and row[0].isdigit()]
    (vehicles, capacity), *customers = numbers
    if [row[0] for row in customers] != list(range(len(customers))):
        raise Wrong(f"{path.name} does not count its customers from 0.")
    told = tuple((x, y, demand, 10 * a, 10 * b, 10 * work) for _, x, y, demand, a, b, work in customers)
    return Instance(path.stem.lower(), vehicles, capacity, told)


def distance_of(instance: Instance, routes: Sequence[Sequence[int]]) -> int:
    """Tenths that all routes have together. Raises `Wrong` if anything at all is not kept."""
    driven = [route for route in routes if route]
    if len(driven) > instance.vehicles:
        raise Wrong(f"{len(driven)} vehicles drive, and there are {instance.vehicles}.")
    seen = [one for route in driven for one in route]
    if sorted(seen) != list(range(1, len(instance.customers))):
        raise Wrong(
            f"{len(set(seen))} of {len(instance.customers) - 1} customers are served, {len(seen)} times."
        )
    return sum(_driven(instance, route) for route in driven)


def _driven(instance: Instance, route: Sequence[int]) -> int:
    place, total, now = 0, 0, instance.customers[0][3]
    if sum(instance.customers[one][2] for one in route) > instance.capacity:
        raise Wrong(f"The route of {route[0]} carries more than {instance.capacity}.")
    for one in (*route, 0):
        _, _, _, opens, closes, service = instance.customers[one]
        total += instance.apart(place, one)
        now += instance.apart(place, one)
        if now > closes:
            raise Wrong(f"{one} is reached {now - closes} tenths late.")
        place, now = one, max(now, opens) + service
    return total
