"""How a platform knows that what it is told comes from us: a signature over the moment, the event and the body.

Headers: `X-Bihuan-Event` (the same however often it is sent), `X-Bihuan-Timestamp` (seconds since 1970) and
`X-Bihuan-Signature`, "v1=" and the hexadecimal HMAC-SHA256 over `TIMESTAMP.EVENT.BODY` with the platform's secret.
"""

import hmac
from hashlib import sha256

VERSION = "v1"


def signature(secret: str, *, at: int, event: str, body: bytes) -> str:
    """`at`: seconds since 1970."""
    signed = b".".join((str(at).encode(), event.encode(), body))
    return f"{VERSION}={hmac.new(secret.encode(), signed, sha256).hexdigest()}"


def headers(secret: str, *, at: int, event: str, body: bytes) -> dict[str, str]:
    """The headers of one telling; without a secret nothing is signed."""
    told = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Bihuan-Event": event,
        "X-Bihuan-Timestamp": str(at),
    }
    if secret:
        told["X-Bihuan-Signature"] = signature(secret, at=at, event=event, body=body)
    return told
