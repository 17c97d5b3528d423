"""What a message of 微信客服 says. It comes by the channel `wechat`: to the customer it is the same app."""

import json
from collections.abc import Mapping
from typing import Any

from bihuan.registers.channels.message import IncomingMessage, Unreadable

HANDLE = "kf:"  # before the name by which WeCom knows a customer
_SHOWN = {"image": "[图片]", "voice": "[语音]", "video": "[视频]", "file": "[文件]"}


def read_kf(raw: bytes) -> IncomingMessage:
    """The customer's words; Unreadable where there are none that we know."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError) as fault:
        raise Unreadable("not_json") from fault
    if not isinstance(told, dict):
        raise Unreadable("not_json")
    who, kind = str(told.get("external_userid") or ""), str(told.get("msgtype") or "")
    body = told.get(kind)
    if not who:
        raise Unreadable("no_sender")
    if kind == "event":
        return IncomingMessage(words="", handle=f"{HANDLE}{who}", automatic="event")
    said = body if isinstance(body, dict) else {}
    file = media_of(told)
    extra = {"kf_media": file} if file else {}
    return IncomingMessage(words=_words(kind, said), handle=f"{HANDLE}{who}", told=extra)


def media_of(told: Mapping[str, Any]) -> str:
    """The number under which the file lies that a message brings; empty where it brings none."""
    kind = str(told.get("msgtype") or "")
    body = told.get(kind)
    return str(body.get("media_id") or "") if kind in _SHOWN and isinstance(body, dict) else ""


def _words(kind: str, body: dict[str, Any]) -> str:
    if kind == "text":
        said = str(body.get("content") or "").strip()
        if not said:
            raise Unreadable("no_words")
        return said
    if kind in _SHOWN:
        return _SHOWN[kind]
    if kind == "location":
        where = " ".join(str(body.get(name) or "") for name in ("name", "address")).strip()
        return f"[位置] {where} ({body.get('latitude')},{body.get('longitude')})"
    if kind == "link":
        return "[链接] " + " ".join(str(body.get(name) or "") for name in ("title", "desc", "url")).strip()
    raise Unreadable("unknown_kind")
