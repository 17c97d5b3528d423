"""What arrives and what is sent, whatever the channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class OutgoingMessage:
    """One message to one receiver. `receiver` is a number in E.164, an address, a colleague's number in the table, or
    the address of a robot, whose `secret` signs. `template` and `fill` are for providers that send only texts they
    know. None of it is ever printed but number and kind."""

    id: int
    kind: str  # the channel: sms, mail, push, ring, wecom …
    receiver: str = field(repr=False)
    subject: str = field(repr=False)
    words: str = field(repr=False)
    link: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    template: str = ""  # audience and kind of the notice: customer.booked, staff.urgent_case
    language: str = ""
    fill: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a provider answered: its own number for the message, if it gave one."""

    reference: str = ""


class NotSent(Exception):
    """The provider did not take the message; it will be tried again. `code` says why in one word that the outbox
    knows (maybe with the provider's number after it), never the message; `again_after` how long to wait at least."""

    def __init__(self, code: str = "", *, again_after: timedelta | None = None) -> None:
        super().__init__(code)
        self.code = code or type(self).__name__
        self.again_after = again_after


class NeverSent(NotSent):
    """The provider will never take this message as things stand: another try is of no use until a person acts."""
