"""A form of ours that was kept for a person instead of being taken in: how it is written down, and read again."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from bihuan.registers.channels.message import IncomingFile, IncomingMessage, Unreadable

HIDDEN_FIELD = "hidden_field"
REASONS: dict[str, Lazy] = {
    HIDDEN_FIELD: _(
        "A field that no person sees was filled in: maybe a program sent it, maybe a browser fills in by itself."
    )
}
_FORM = "set_aside"
_PARTS = ("words", "name", "phone", "email", "kind")


def written(page: str, message: IncomingMessage) -> bytes:
    """The bytes of what was typed on this page; files come last, so that a person sees the words first."""
    said: dict[str, Any] = {"form": _FORM, "page": page}
    said |= {part: getattr(message, part) for part in _PARTS if getattr(message, part)}
    said["told"] = dict(message.told)
    said["files"] = [
        {"name": one.name, "media": one.media, "content": b64encode(one.content).decode()}
        for one in message.files
    ]
    return json.dumps(said, ensure_ascii=False).encode()


def is_set_aside(said: object) -> bool:
    """Whether this, read from JSON, is such a form."""
    return isinstance(said, dict) and said.get("form") == _FORM


def read_set_aside(said: Mapping[str, Any]) -> IncomingMessage:
    """What was typed; Unreadable when it was not written here."""
    try:
        told = {str(name): str(value) for name, value in said.get("told", {}).items()}
        files = tuple(
            IncomingFile(name=one["name"], media=one["media"], content=b64decode(one["content"]))
            for one in said.get("files", ())
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unreadable("broken_json") from None
    words, name, phone, email, kind = (str(said.get(part, "")) for part in _PARTS)
    return IncomingMessage(
        words=words, name=name, phone=phone, email=email, kind=kind, told=told, files=files
    )
