"""OSRM, a server of one's own with streets of OpenStreetMap: `GET /table/v1/PROFILE/…`. It knows no hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bihuan.ground.routing.travel.asking import NoAnswer, Points, Server, in_blocks, table_of
from bihuan.ground.routing.travel.coordinates import Point
from bihuan.ground.routing.travel.provider import Table


@dataclass(frozen=True)
class Osrm:
    """`server.block` twice must not be more than the server's `--max-table-size` (100 if nothing was set)."""

    server: Server
    profile: str = "driving"

    @property
    def name(self) -> str:
        return "osrm"

    @property
    def version(self) -> str:
        return f"osrm:{self.profile}:{self.server.url}"

    def table(self, origins: Sequence[Point], destinations: Sequence[Point], depart: datetime) -> Table:
        return in_blocks(self.server, origins, destinations, self._block)

    def _block(self, origins: Points, destinations: Points) -> Table:
        places = ";".join(f"{one.longitude:.6f},{one.latitude:.6f}" for one in (*origins, *destinations))
        froms = ";".join(str(at) for at in range(len(origins)))
        tos = ";".join(str(len(origins) + at) for at in range(len(destinations)))
        told = self.server.told(
            f"/table/v1/{self.profile}/{places}?sources={froms}&destinations={tos}"
            "&annotations=duration&generate_hints=false"
        )
        if not isinstance(told, dict) or told.get("code") != "Ok":
            raise NoAnswer("refused")
        shape = len(origins), len(destinations)
        return table_of(told.get("durations"), shape, parking=self.server.parking)
