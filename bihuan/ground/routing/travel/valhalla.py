"""Valhalla, a server of one's own that knows the hours: `POST /sources_to_targets`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.ground.routing.travel.asking import NoAnswer, Points, Server, in_blocks, table_of
from bihuan.ground.routing.travel.coordinates import Point
from bihuan.ground.routing.travel.provider import Table


@dataclass(frozen=True)
class Valhalla:
    """`server.block` squared must not be more than the server's limit of pairs (2,500 if nothing was set)."""

    server: Server
    costing: str = "auto"

    @property
    def name(self) -> str:
        return "valhalla"

    @property
    def version(self) -> str:
        return f"valhalla:{self.costing}:{self.server.url}"

    def table(self, origins: Sequence[Point], destinations: Sequence[Point], depart: datetime) -> Table:
        return in_blocks(
            self.server, origins, destinations, lambda froms, tos: self._block(froms, tos, depart)
        )

    def _block(self, origins: Points, destinations: Points, depart: datetime) -> Table:
        asked: dict[str, Any] = {
            "sources": [_place(one) for one in origins],
            "targets": [_place(one) for one in destinations],
            "costing": self.costing,
        }
        if len(origins) <= len(destinations):  # it refuses an hour to more sources than targets
            asked["date_time"] = {"type": 1, "value": depart.strftime("%Y-%m-%dT%H:%M")}
        told = self.server.told("/sources_to_targets", asked)
        if not isinstance(told, dict) or "error_code" in told:
            raise NoAnswer("refused")
        shape = len(origins), len(destinations)
        return table_of(_rows(told.get("sources_to_targets"), shape), shape, parking=self.server.parking)


def _place(one: Point) -> dict[str, float]:
    return {"lat": round(one.latitude, 6), "lon": round(one.longitude, 6)}


def _rows(told: Any, shape: tuple[int, int]) -> Any:
    """The seconds alone, whether each cell says whence and whither or not."""
    if isinstance(told, dict):
        return told.get("durations")
    if not isinstance(told, list):
        return None
    rows: list[list[Any]] = [[-1] * shape[1] for _ in range(shape[0])]
    for cell in (cell for row in told if isinstance(row, list) for cell in row if isinstance(cell, dict)):
        a, b = cell.get("from_index"), cell.get("to_index")
        if isinstance(a, int) and isinstance(b, int) and 0 <= a < shape[0] and 0 <= b < shape[1]:
            rows[a][b] = cell.get("time", -1)
    return rows
