"""Push to the browsers of a colleague that asked for it: number, district and link, sealed for each browser.

Standards: RFC 8030 (asking), RFC 8291 (sealing), RFC 8292 (VAPID: who asks).
"""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from py_vapid import Vapid02  # type: ignore[import-untyped]
from pywebpush import WebPusher  # type: ignore[import-untyped]

from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage, Sent
from bihuan.registers.channels.robots import handed
from bihuan.registers.channels.web_push.browsers import SERVICES, Told, browsers_of, drop, reached
from bihuan.registers.channels.web_push.keys import private_key

GONE = (404, 410)
KEPT_SECONDS = 12 * 3600  # how long the service holds it for a browser that sleeps
HALF_A_DAY = 12 * 3600


class WebPush:
    """One notice goes to every browser of its receiver. It is sent when one of them takes it; a browser that is gone
    is forgotten. The same number replaces what a browser shows already, so a second try shows nothing twice."""

    name = "web_push"

    def send(self, message: OutgoingMessage) -> Sent:
        found = browsers_of(int(message.receiver))
        if not found:
            raise NeverSent("no_browser")
        sealed = json.dumps(
            {"title": message.subject, "body": message.words, "link": message.link, "tag": f"n{message.id}"},
            ensure_ascii=False,
        )
        taken, troubles = 0, []
        for browser in found:
            try:
                taken += _handed(browser, sealed, number=message.id)
            except NotSent as refused:
                troubles.append(refused)
        if taken:
            return Sent(reference=f"{taken} of {len(found)}")
        raise next((one for one in troubles if not isinstance(one, NeverSent)), None) or (
            troubles[0] if troubles else NeverSent("no_browser")
        )


def _handed(browser: Told, words: str, *, number: int) -> int:
    """1 when the browser's service took it, 0 when that browser is gone (and is forgotten now)."""
    body = _sealed(browser, words)
    headers = _signed(browser.endpoint) | {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(KEPT_SECONDS),
        "Urgency": "high",
        "Topic": f"n{number}",
    }
    answer = handed(
        browser.endpoint, hosts=SERVICES, body=body, headers=headers, reads=(*GONE, 400, 401, 403, 413)
    )
    if answer.status in GONE:
        drop(browser.id)
        return 0
    if answer.status == 413:
        raise NeverSent("text_refused 413")
    if answer.status >= 400:
        raise NeverSent(f"sign_wrong {answer.status}")
    reached(browser.id)
    return 1


def _sealed(browser: Told, words: str) -> bytes:
    info = {"endpoint": browser.endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}}
    try:
        made: Mapping[str, Any] = WebPusher(info).encode(words.encode(), content_encoding="aes128gcm")
    except Exception as fault:  # keys that are none: pywebpush and what it calls have faults of their own
        drop(browser.id)
        raise NeverSent("no_browser") from fault
    return bytes(made["body"])


def _signed(endpoint: str) -> dict[str, str]:
    parts = urlsplit(endpoint)
    contact = settings.BIHUAN_ADDRESS if settings.BEHIND_TLS else "mailto:nobody@example.com"
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + HALF_A_DAY,
        "sub": contact,
    }
    told: dict[str, str] = Vapid02(private_key=private_key()).sign(claims)
    return told


PUSH = WebPush()
