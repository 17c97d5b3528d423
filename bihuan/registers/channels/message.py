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
    thread: str = field(
        default="", repr=False
    )  # the token by which an answer finds the report that this is about
    manner: str = ""  # how, where the channel has several ways and they are counted: service, template


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


@dataclass(frozen=True, kw_only=True)
class IncomingFile:
    """A file that came with a message. Name and kind are what the sender says: nobody has looked yet."""

    name: str = field(repr=False)
    media: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class IncomingMessage:
    """What one message says, once read. Nothing in it is proof of who sent it; `reply_to` and `probe` are claims
    that whoever takes it in has to check.

    `automatic` says in a word why no person stands behind it (bounce, auto_reply, list, receipt, event): such a
    message is kept and counted, and opens nothing.
    """

    words: str = field(repr=False)  # the new words alone, without the quoted message that they answer
    subject: str = field(default="", repr=False)  # stands before the words of a new report, not of an answer
    name: str = field(default="", repr=False)  # as the sender calls themselves
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    handle: str = field(
        default="", repr=False
    )  # who it is on a channel that shows neither, such as an openid
    reply_to: str = field(default="", repr=False)  # the token of the report that it answers
    probe: str = field(default="", repr=False)  # the token of a message that we sent to ourselves
    automatic: str = ""
    live: bool = False  # a conversation under way: it gets its place when it ends, from whoever follows it
    outside_number: str = ""
    kind: str = ""  # kind of work, where the channel's form says so
    told: Mapping[str, str] = field(default_factory=dict, repr=False)  # what a form or menu said besides
    files: tuple[IncomingFile, ...] = field(default=(), repr=False)

    @property
    def whole(self) -> str:
        """What a new report says: the subject first, where there is one."""
        return f"{self.subject}\n\n{self.words}" if self.subject else self.words


class Unreadable(Exception):
    """A message that nobody but a person can make sense of. `code` says why in one word, never what stands in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
