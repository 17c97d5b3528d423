"""What came back: which of our mails a mail server says that it could not deliver for good (RFC 3464)."""

import re

from bihuan.registers.channels.mail.parts import taken_apart
from bihuan.registers.channels.message import Unreadable

LOOKED_AT = 200_000  # bytes of each part
_OURS = re.compile(
    rb"^(?:message-id|in-reply-to|references|original-envelope-id)\s*:[^\r\n]{0,200}?<?n(\d{1,15})\.(\d{1,15}-[0-9a-f]{32})@",
    re.IGNORECASE | re.MULTILINE,
)
_FOR_GOOD = re.compile(
    rb"^action\s*:\s*failed|^status\s*:\s*5\.|^final-log-id\s*:\s*5", re.IGNORECASE | re.MULTILINE
)
_STATUS = re.compile(rb"^status\s*:\s*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)


def returned(raw: bytes) -> tuple[int, str, str] | None:
    """The number of our notice, the token that its mail carried and the server's status (5.1.1); None when it is none
    of ours, or only late. Whoever believes it checks the token."""
    try:
        parts = list(taken_apart(raw).walk())
    except Unreadable:
        return None
    texts = [part.content()[:LOOKED_AT] for part in parts if not part.parts]
    texts += [raw[:LOOKED_AT]]
    ours = next((found for text in texts if (found := _OURS.search(text))), None)
    if ours is None or not any(_FOR_GOOD.search(text) for text in texts):
        return None
    status = next((found for text in texts if (found := _STATUS.search(text))), None)
    return int(ours[1]), ours[2].decode().lower(), status[1].decode() if status else ""
