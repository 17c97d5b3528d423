"""How the telephone system proves who it is: HMAC-SHA256 over `TIMESTAMP.BODY`, in lower-case hex, sent as
`X-Bihuan-Timestamp` (epoch seconds) and `X-Bihuan-Signature`. Older or later than five minutes counts as forged."""

import hmac
from datetime import datetime
from hashlib import sha256

WINDOW = 300  # seconds


def signed(secret: str, *, timestamp: str, body: bytes) -> str:
    """The signature of these bytes at that moment."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


def is_genuine(secret: str, *, timestamp: str, signature: str, body: bytes, now: datetime) -> bool:
    """Whether the bytes come from whoever has the secret, and were signed just now. Never without a secret."""
    told = signature.strip().lower().removeprefix("sha256=").encode()
    right = hmac.compare_digest(signed(secret, timestamp=timestamp, body=body).encode(), told)
    return bool(secret) and right and _is_fresh(timestamp, now)


def is_path_secret(kept: str, told: str) -> bool:
    """Whether the secret in an address is ours; compared without telling how much of it was right."""
    return bool(kept) and hmac.compare_digest(kept.encode(), told.encode())


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 14):
        return False
    seconds = int(timestamp) / (1000 if len(timestamp) > 11 else 1)
    return abs(now.timestamp() - seconds) <= WINDOW
