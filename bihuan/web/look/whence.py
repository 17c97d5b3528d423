"""From which address a request came. A proxy's word is believed only as far as the installation says."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def whence(request: HttpRequest) -> str:
    """The client's address: the peer's own, or, behind `BIHUAN_PROXIES` proxies, what the outermost of them wrote into
    X-Forwarded-For. Everything further left was written by the client and is worth nothing. A request that passed
    fewer proxies than there are came past them: then the peer is the client."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    trusted = settings.BIHUAN_PROXIES
    if not 0 < trusted <= len(passed):
        return peer
    try:
        return str(ip_address(passed[-trusted].removeprefix("[").removesuffix("]")))
    except ValueError:
        return peer
