"""Telling a platform how one of its orders stands: one signed request to the address that it gave.

Any 2xx is a yes. The address is an administrator's choice, so it is looked at like every other: https on the public
internet (or a host that the installation allows), no redirect, a few seconds.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bihuan.registers.channels.outward import AddressRefused, checked
from bihuan.registers.channels.platform.signing import headers
from bihuan.registers.channels.robots import handed


def tell(url: str, *, secret: str, event: str, told: Mapping[str, Any], now: datetime) -> None:
    """Tell one event. NotSent when it should be tried again, NeverSent when the address is wrong for good."""
    body = json.dumps(told, ensure_ascii=False).encode()
    signed = headers(secret, at=int(now.timestamp()), event=event, body=body)
    handed(url, hosts=_host(url), body=body, headers=signed)


def fits(url: str) -> bool:
    """Whether this may be asked at all."""
    try:
        checked(url, hosts=_host(url))
    except AddressRefused:
        return False
    return True


def _host(url: str) -> tuple[str, ...]:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return ()
    return (host.lower(),) if host else ()
