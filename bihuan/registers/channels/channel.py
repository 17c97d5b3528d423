"""One way to send, one way to read. A new one is a new folder beside this file."""

from importlib import import_module
from typing import Any, Protocol

from bihuan.registers.channels.message import IncomingMessage, OutgoingMessage, Sent

_HERE = "bihuan.registers.channels"
SHORT = {  # how an installation names the shipped ones
    "outbox": f"{_HERE}.outbox.provider.OUTBOX",
    "aliyun_sms": f"{_HERE}.aliyun.provider.SMS",
    "aliyun_voice": f"{_HERE}.aliyun.provider.VOICE",
    "tencent_sms": f"{_HERE}.tencent_sms.provider.SMS",
    "wechat": f"{_HERE}.wechat.provider.WECHAT",
    "smtp": f"{_HERE}.smtp.provider.MAIL",
    "web_push": f"{_HERE}.web_push.provider.PUSH",
    "wecom": f"{_HERE}.wecom_robot.provider.ROBOT",
    "dingtalk": f"{_HERE}.dingtalk_robot.provider.ROBOT",
    "feishu": f"{_HERE}.feishu_robot.provider.ROBOT",
}
USUAL = {  # what a channel uses when the installation names nothing; the others stay in the outbox
    "push": "web_push",
    "wecom": "wecom",
    "dingtalk": "dingtalk",
    "feishu": "feishu",
}


READERS: dict[
    str, str
] = {  # channel → who reads what comes in by it; forms and the API are read where they stand
    "mail": f"{_HERE}.mail.reader.READER",
    "wechat": f"{_HERE}.wechat.reader.READER",
    "sms": f"{_HERE}.sms.reader.READER",
    "hotline": f"{_HERE}.hotline.reader.READER",
    "web": f"{_HERE}.hotline.reader.WISHES",
    "chat": f"{_HERE}.chat.reader.READER",
    "social": f"{_HERE}.social.reader.READER",
}


class Provider(Protocol):
    """Hands messages to the world, or raises `NotSent`. Called at least once a message."""

    name: str

    def send(self, message: OutgoingMessage) -> Sent: ...


class Reader(Protocol):
    """Makes sense of what came in: the very bytes that were kept, or `Unreadable`. Asks no database and no network;
    the same bytes always read the same."""

    channel: str

    def read(self, raw: bytes) -> IncomingMessage: ...


def provider(named: str) -> Provider:
    """The provider of this short name, or at `package.module.NAME`."""
    found: Provider = _at(SHORT.get(named, named))
    return found


def reader(channel: str) -> Reader:
    """Who reads what comes in by this channel; KeyError for one that nobody reads."""
    found: Reader = _at(READERS[channel])
    return found


def _at(path: str) -> Any:
    module, _dot, name = path.rpartition(".")
    return getattr(import_module(module), name)
