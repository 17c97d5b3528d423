"""What arrives and what is sent, whatever the channel."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class OutgoingMessage:
    """One message to one receiver. `receiver` is a number in E.164, an address, or a device."""

    id: int
    kind: str  # sms, mail, push
    receiver: str
    subject: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a provider answered: its own number for the message, if it gave one."""

    reference: str = ""


class NotSent(Exception):
    """The provider did not take the message; it will be tried again. Says why, without the message."""
