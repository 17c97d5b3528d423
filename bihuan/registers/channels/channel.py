"""One way to send. A new one is a new folder beside this file."""

from importlib import import_module
from typing import Protocol

from bihuan.registers.channels.message import OutgoingMessage, Sent

_HERE = "bihuan.registers.channels"
SHORT = {  # how an installation names the shipped ones
    "outbox": f"{_HERE}.outbox.provider.OUTBOX",
    "aliyun_sms": f"{_HERE}.aliyun.provider.SMS",
    "aliyun_voice": f"{_HERE}.aliyun.provider.VOICE",
    "tencent_sms": f"{_HERE}.tencent_sms.provider.SMS",
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


class Provider(Protocol):
    """Hands messages to the world, or raises `NotSent`. Called at least once a message."""

    name: str

    def send(self, message: OutgoingMessage) -> Sent: ...


def provider(named: str) -> Provider:
    """The provider of this short name, or at `package.module.NAME`."""
    module, _dot, name = SHORT.get(named, named).rpartition(".")
    found: Provider = getattr(import_module(module), name)
    return found
