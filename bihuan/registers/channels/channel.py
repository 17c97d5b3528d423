"""One way to send. A new one is a new folder beside this file."""

from importlib import import_module
from typing import Protocol

from bihuan.registers.channels.message import OutgoingMessage, Sent


class Provider(Protocol):
    """Hands messages to the world, or raises `NotSent`. Called at least once a message."""

    name: str

    def send(self, message: OutgoingMessage) -> Sent: ...


def provider(dotted: str) -> Provider:
    """The provider at `package.module.NAME`, as the settings name it."""
    module, _dot, name = dotted.rpartition(".")
    found: Provider = getattr(import_module(module), name)
    return found
