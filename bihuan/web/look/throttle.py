"""How often one address may try. Counts live in the cache, by keyed hash: no address is written down."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from django.core.cache import cache
from django.http import HttpRequest

from bihuan.ground.vault.actions import blind
from bihuan.web.look.whence import whence


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """At most `times` tries in `seconds`, counted from the first of them."""

    name: str
    times: int
    seconds: int

    def spent(self, request: HttpRequest, *more: str) -> bool:
        """Whether this address has no try left; asking costs none."""
        return bool(cache.get(self._key(request, more), 0) >= self.times)

    def count(self, request: HttpRequest, *more: str) -> bool:
        """Count one try; True while it was within the measure."""
        key = self._key(request, more)
        cache.add(key, 0, self.seconds)
        try:
            tries: int = cache.incr(key)
        except ValueError:  # it ended between the two lines
            tries = 1
        return tries <= self.times

    def _key(self, request: HttpRequest, more: tuple[str, ...]) -> str:
        who = "\x00".join((_line(whence(request)), *more))
        return f"throttle:{self.name}:{blind('throttle', who)[:32]}"


def _line(address: str) -> str:
    """Who counts as one: an address, but of IPv6 the /64 in which every single line may choose among billions."""
    try:
        told = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(told, IPv6Address):
        return address
    return str(told.ipv4_mapped or ip_network((told, 64), strict=False))
