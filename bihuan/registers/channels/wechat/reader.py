"""What a message or an event of WeChat says. The bytes are the message in clear, as `callback` opened it."""

import re

from bihuan.registers.channels.message import IncomingMessage, Unreadable
from bihuan.registers.channels.wechat.tags import NoTags, read_tags
from bihuan.registers.channels.wecom_kf.reader import read_kf

_BINDING = re.compile(r"\s*(?:绑定|BD)\s*[:：]?\s*(\d{8})\s*", re.IGNORECASE)
_UNBINDING = re.compile(r"\s*(?:解绑|解除绑定|UNBIND)\s*", re.IGNORECASE)
PROBE = re.compile(r"probe\.\w{1,20}\.\d{1,12}\.[\w-]{20,64}", re.ASCII)
_LOST = "【收到不支持的消息类型，暂无法显示】"  # what WeChat writes in place of what it cannot hand over


class WeChatReader:
    """Texts, pictures, voices, films, places and links are a customer's words; events are machinery."""

    channel = "wechat"

    def read(self, raw: bytes) -> IncomingMessage:
        if raw.lstrip().startswith(b"{"):
            return read_kf(raw)
        try:
            told = read_tags(raw)
        except NoTags as fault:
            raise Unreadable(str(fault.args[0])) from fault
        kind, who = told.get("MsgType", "").lower(), told.get("FromUserName", "").strip()
        if not who:
            raise Unreadable("no_sender")
        if kind == "event":
            return IncomingMessage(words="", handle=who, automatic=_event(told))
        words = _words(kind, told)
        if PROBE.fullmatch(words):
            return IncomingMessage(words=words, probe=words)
        extra = {name: told[tag] for name, tag in _MEDIA.items() if told.get(tag)}
        automatic = "binding" if kind == "text" and (binding_code(words) or is_unbinding(words)) else ""
        return IncomingMessage(words=words, handle=who, told=extra, automatic=automatic)


_MEDIA = {"media_id": "MediaId", "picture": "PicUrl", "format": "Format", "thumb": "ThumbMediaId"}
_SHOWN = {"image": "[图片]", "voice": "[语音]", "video": "[视频]", "shortvideo": "[视频]"}


def _words(kind: str, told: dict[str, str]) -> str:
    """The customer's own words; where there are none, what WeChat itself shows in a list of chats."""
    if kind == "text":
        said = told.get("Content", "").strip()
        if not said or said == _LOST:
            raise Unreadable("no_words")
        return said
    if kind in _SHOWN:
        heard = told.get("Recognition", "").strip()
        return f"{_SHOWN[kind]} {heard}".strip()
    if kind == "location":
        where = f"{told.get('Location_X', '')},{told.get('Location_Y', '')}"
        return f"[位置] {told.get('Label', '').strip()} ({where})"
    if kind == "link":
        parts = (told.get(name, "").strip() for name in ("Title", "Description", "Url"))
        return "[链接] " + " ".join(part for part in parts if part)
    raise Unreadable("unknown_kind")


def _event(told: dict[str, str]) -> str:
    """Why no person stands behind an event: a receipt for a message of ours, or a tap."""
    name = told.get("Event", "").upper()
    return "receipt" if name in {"TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH"} else "event"


def binding_code(words: str) -> str:
    """The code by which a chat is bound to a customer, when that is what the words are."""
    found = _BINDING.fullmatch(words)
    return found[1] if found else ""


def is_unbinding(words: str) -> bool:
    """Whether the words ask for nothing but the end of the binding."""
    return _UNBINDING.fullmatch(words) is not None


READER = WeChatReader()
