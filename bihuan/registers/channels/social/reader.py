"""A post of a social network, read: who wrote what, where, and what the rules in force made of it when it came.

The judgement stands in the bytes, so that the same post always reads the same, whatever the rules are by now.
"""

import json
from typing import Any

from bihuan.registers.channels.message import IncomingMessage, Unreadable

NOT_ABOUT_US = "not_about_us"


class SocialReader:
    """Reads one post as `post_bytes` writes it."""

    channel = "social"

    def read(self, raw: bytes) -> IncomingMessage:
        """The post; one that is not about us is `automatic`, with the rule that says so."""
        try:
            told: Any = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise Unreadable("no_json") from error
        if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
            raise Unreadable("no_post")
        if not told.get("words") or not told.get("user"):
            raise Unreadable("no_words")
        return IncomingMessage(
            words=told["words"],
            name=told["user"],
            handle=f"{told.get('platform', '')}:{told['user']}",
            automatic="" if told.get("about_us") == "yes" else NOT_ABOUT_US,
            kind=told.get("kind", ""),
            told={
                name: told.get(name, "") for name in ("platform", "id", "url", "rule", "urgency", "posted_at")
            },
        )


def post_bytes(
    *,
    platform: str,
    user: str,
    id: str,
    words: str,
    url: str,
    posted_at: str,
    about_us: bool,
    rule: str,
    kind: str,
    urgency: str,
) -> bytes:
    """One post with its judgement, as the reader reads it."""
    told = {
        "platform": platform,
        "user": user,
        "id": id,
        "words": words,
        "url": url,
        "posted_at": posted_at,
        "about_us": "yes" if about_us else "no",
        "rule": rule,
        "kind": kind,
        "urgency": urgency,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


READER = SocialReader()
