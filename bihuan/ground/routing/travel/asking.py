"""A server of travel times is asked block by block; whatever goes wrong with a block leaves it `UNKNOWN`.

Who really asks is given from outside (`Ask`), and looks at the address first.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import sleep
from typing import Any

import numpy as np

from bihuan.ground.routing.model import UNREACHABLE, Travel
from bihuan.ground.routing.travel.coordinates import Point
from bihuan.ground.routing.travel.provider import LONGEST, UNKNOWN, Table, nothing

type Ask = Callable[[str, bytes | None, float], bytes]
"""Address, JSON to send (None: only get) and seconds to wait; the body of the answer, or `NoAnswer`."""

type Points = Sequence[Point]
type Block = Callable[[Points, Points], Table]

PAUSE = 0.2  # seconds before a second try, twice as long before a third


class NoAnswer(Exception):
    """Nothing to be used came back; the first argument says why in a word, the second whether to try again."""

    def __init__(self, word: str, again: bool = False) -> None:
        super().__init__(word, again)
        self.word, self.again = word, again


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where it is and how patiently it is asked. `block` is how many origins, and how many destinations, are asked at
    once; after `patience` blocks in a row without an answer the rest is not asked."""

    ask: Ask = field(repr=False)
    url: str
    block: int = 50
    tries: int = 2
    timeout: float = 8.0  # seconds
    patience: int = 2
    parking: int = 120  # seconds, which no server counts
    pause: Callable[[float], None] = sleep

    def told(self, path: str, sent: Any = None) -> Any:
        """What it says to one question, read. Raises `NoAnswer`."""
        body = None if sent is None else json.dumps(sent).encode()
        for left in range(self.tries - 1, -1, -1):
            try:
                return read(self.ask(self.url.rstrip("/") + path, body, self.timeout))
            except NoAnswer as fault:
                if not (fault.again and left):
                    raise
                self.pause(PAUSE * 2 ** (self.tries - 1 - left))
        raise NoAnswer("untried")


def read(answer: bytes) -> Any:
    """The JSON of an answer. Raises `NoAnswer`."""
    try:
        return json.loads(answer, parse_constant=_no_number)
    except (ValueError, RecursionError) as fault:
        raise NoAnswer("garbage", True) from fault


def _no_number(name: str) -> None:
    raise ValueError(name)


def in_blocks(server: Server, origins: Points, destinations: Points, one: Block) -> Table:
    """The whole table, put together from blocks."""
    seconds, faults, silent = nothing(origins, destinations), [], 0
    for top in range(0, len(origins), server.block):
        for left in range(0, len(destinations), server.block):
            rows, columns = slice(top, top + server.block), slice(left, left + server.block)
            if silent >= server.patience:
                faults.append("given_up")
                continue
            try:
                found = one(origins[rows], destinations[columns])
            except NoAnswer as fault:
                faults.append(fault.word)
                silent += 1
                continue
            seconds[rows, columns], silent = found.seconds, 0
            faults += found.faults
    return Table(seconds, tuple(faults))


def table_of(rows: Any, shape: tuple[int, int], *, parking: int) -> Table:
    """A table as a server writes it: a list of lists of seconds, null where there is no way. A row that is missing, or
    no row of so many numbers, stays `UNKNOWN`. Raises `NoAnswer` if there is no list at all."""
    if not isinstance(rows, list):
        raise NoAnswer("garbage", True)
    seconds = np.full(shape, UNKNOWN, np.int32)
    faults = ["partial"] if len(rows) != shape[0] else []
    for at, row in enumerate(rows[: shape[0]]):
        found = _seconds(row, shape[1], parking)
        if found is None:
            faults.append("garbage")
        else:
            seconds[at] = found
    return Table(seconds, tuple(faults))


def _seconds(row: Any, count: int, parking: int) -> Travel | None:
    if not isinstance(row, list) or len(row) != count:
        return None
    try:
        told = np.array(row, np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    if told.ndim != 1:
        return None
    told = np.where(np.isnan(told), UNREACHABLE, np.minimum(np.rint(told) + parking, LONGEST))
    return np.where(told < parking, UNKNOWN, told).astype(np.int32)
