"""What somebody told us, as plain values: the one form in which every channel hands a report over."""

from dataclasses import dataclass, field
from datetime import date

from bihuan.registers.customers.told import AddressTold, MachineTold

CHANNELS = (
    "hotline",
    "web",
    "qr",
    "app",
    "mail",
    "wechat",
    "sms",
    "chat",
    "store",
    "slip",
    "callback",
    "third_party",
    "social",
)
LIVE = frozenset({"hotline", "chat", "store"})  # a person answers as it arrives
WISHES = ("repair", "exchange", "refund", "compensation", "apology", "advice")
WAYS = ("on_site", "carry_in", "mail_in", "collected", "remote")
URGENCIES = ("urgent", "high", "normal", "low")
QUESTIONS = ("what", "happened", "when", "where", "who", "how")


@dataclass(frozen=True, kw_only=True)
class FileTold:
    name: str
    media: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Told:
    """A report before it is written down. `words` are the customer's own; everything else may be missing."""

    words: str
    channel: str
    phone: str = ""
    email: str = ""
    handle: tuple[str, str] | None = None  # kind and name, on a channel that shows neither phone nor mail
    name: str = ""
    refused_to_identify: bool = False
    customer_id: int | None = None  # already on the screen of whoever writes this down
    kind: str = ""  # kind of work; empty = judged from the words
    wish: str = ""
    way: str = "on_site"
    urgency: str = ""
    department: str = ""
    symptoms: tuple[str, ...] = ()
    error_code: str = ""
    began_on: date | None = None
    asked: dict[str, str] = field(default_factory=dict)  # 5W1H by QUESTIONS, plus environment and trigger
    machine: MachineTold = field(default_factory=MachineTold)
    address: AddressTold = field(default_factory=AddressTold)
    outside_number: str = ""
    joins: int | None = None  # the report that this answers; proven, never guessed
    probe: str = ""  # our own, by which a channel is tried
    consents: dict[str, bool] = field(default_factory=dict)
    restated: bool = False
    language: str = ""
    files: tuple[FileTold, ...] = ()
    fee_told_fen: int = 0  # the fee for looking that the customer was told of; 0 when of none
    tried: dict[str, str] = field(default_factory=dict)  # remote checklist: step → what came of it
