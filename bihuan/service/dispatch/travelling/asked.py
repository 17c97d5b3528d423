"""Who is asked for travel times besides: servers that the installation names, each asked as any house is asked.

`BIHUAN_OSRM` and `BIHUAN_VALHALLA` are addresses of servers of one's own, `BIHUAN_AMAP_KEY` a key of AMap's web
services. A server in one's own network needs `BIHUAN_CHANNEL_HOSTS` and `BIHUAN_CHANNELS_PRIVATE` as well.
"""

import os
from collections.abc import Mapping

from bihuan.ground.routing.travel.amap import Amap
from bihuan.ground.routing.travel.asking import NoAnswer, Server
from bihuan.ground.routing.travel.layered import Remembered
from bihuan.ground.routing.travel.osrm import Osrm
from bihuan.ground.routing.travel.provider import Layer
from bihuan.ground.routing.travel.valhalla import Valhalla
from bihuan.registers.channels import outward

AMAP = "restapi.amap.com"
MOST_BYTES = 4 * 1024 * 1024  # of one block


def servers(environ: Mapping[str, str] = os.environ) -> tuple[Layer, ...]:
    """Servers of streets, the one that knows the hours first; each pair of places is asked once."""
    found: list[Layer] = []
    if address := environ.get("BIHUAN_VALHALLA", "").strip():
        found.append(Remembered(Valhalla(Server(ask=ask, url=address))))
    if address := environ.get("BIHUAN_OSRM", "").strip():
        found.append(Remembered(Osrm(Server(ask=ask, url=address))))
    return tuple(found)


def traffic(environ: Mapping[str, str] = os.environ) -> tuple[Layer, ...]:
    """Who knows the traffic of this moment, for the few who are nearest to one job."""
    key = environ.get("BIHUAN_AMAP_KEY", "").strip()
    return (Amap(Server(ask=ask, url=f"https://{AMAP}", timeout=3, tries=1), key),) if key else ()


def ask(url: str, body: bytes | None, timeout: float) -> bytes:
    """Ask once; the address is looked at first. Raises `NoAnswer`."""
    try:
        answer = outward.ask(
            url,
            hosts=(AMAP,),
            method="GET" if body is None else "POST",
            body=body or b"",
            headers={} if body is None else {"Content-Type": "application/json"},
            timeout=timeout,
            most=MOST_BYTES,
        )
    except outward.AddressRefused as fault:
        raise NoAnswer("address_refused") from fault
    except outward.NoAnswer as fault:
        raise NoAnswer(str(fault), True) from fault
    if answer.status != 200:
        raise NoAnswer(f"status_{answer.status}", answer.status >= 500 or answer.status == 429)
    return answer.body
