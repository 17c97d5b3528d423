"""Messages to somebody who follows the official account: as a customer-service message (客服消息) while they have
written to us within the last days, else as a template message (模板消息).

Which of the two is decided, and counted, by whoever sends: WeChat allows only so many of the first kind.
https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html
https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Template_Message_Interface.html
"""

import re
from typing import Any

from bihuan.registers.channels.message import NeverSent, OutgoingMessage, Sent
from bihuan.registers.channels.templates import Template, template_for
from bihuan.registers.channels.wechat.account import account
from bihuan.registers.channels.wechat.asking import ask_wechat
from bihuan.registers.channels.wecom_kf.reader import HANDLE
from bihuan.registers.channels.wecom_kf.sending import send_by_desk

NAME = "wechat"
SERVICE, TEMPLATE = "service", "template"
LONGEST_TEXT = 2048  # bytes of a text
LONGEST = {  # signs of a template's field, by the kind in its name
    "thing": 20, "character_string": 32, "phrase": 5, "name": 10, "const": 20, "number": 32, "letter": 32,
    "symbol": 5, "car_number": 8, "phone_number": 17, "amount": 16, "time": 24, "date": 24,
}  # fmt: skip
USUAL_LONGEST = 20


class WeChat:
    name = NAME

    def send(self, message: OutgoingMessage) -> Sent:
        if message.receiver.startswith(HANDLE):
            return send_by_desk(message.receiver, fitting(message.words, message.link))
        held = account()
        if message.manner == TEMPLATE:
            told = ask_wechat(held, "/cgi-bin/message/template/send", templated(message))
            return Sent(reference=str(told.get("msgid", "")))
        if message.manner == SERVICE:
            ask_wechat(held, "/cgi-bin/message/custom/send", spoken(message))
            return Sent()
        raise NeverSent("wechat_share")


def spoken(message: OutgoingMessage) -> dict[str, Any]:
    """A text in the chat. One that is too long loses its end, never its link."""
    words = fitting(message.words, message.link)
    return {"touser": message.receiver, "msgtype": "text", "text": {"content": words}}


def fitting(words: str, link: str) -> str:
    """As much of a text as one message holds, with its link."""
    if len(words.encode()) <= LONGEST_TEXT:
        return words
    room = LONGEST_TEXT - len(f"… {link}".encode())
    return f"{words.encode()[:room].decode(errors='ignore')}… {link}".strip()


def templated(message: OutgoingMessage) -> dict[str, Any]:
    """A message on the form that WeChat approved; NeverSent where none is for it."""
    chosen: Template = template_for(message, provider=NAME)
    return {
        "touser": message.receiver,
        "template_id": chosen.code,
        "url": message.link,
        "data": {name: {"value": fitted(name, value)} for name, value in chosen.params.items()},
    }


def fitted(name: str, value: str) -> str:
    """A value as a template's field takes it: one line, cut kindly where it is too long; never empty."""
    kind = re.sub(r"\d+$", "", name)
    longest = LONGEST.get(kind, USUAL_LONGEST)
    line = " ".join(value.split()) or "–"
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


WECHAT = WeChat()
