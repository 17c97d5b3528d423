"""An order as its platform tells it: plain values, the one form in which the API and files hand it over."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.service.intake.told import FileTold

FIELDS = (
    "kind",
    "words",
    "name",
    "phone",
    "address",
    "machine",
    "ordered_at",
    "promised_on",
    "invoice",
    "proof",
    "way",
)


@dataclass(frozen=True, kw_only=True)
class OrderTold:
    """One order. `kind` is the platform's word (or our code); `promised_on` the last day that it named to the buyer;
    `invoice` and `proof` say by what the purchase is proven: a number, and an address where a picture of it is."""

    number: str
    kind: str = ""
    words: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)  # may be a private number with an extension
    address: AddressTold = field(default_factory=AddressTold, repr=False)
    machine: MachineTold = field(default_factory=MachineTold, repr=False)
    ordered_at: datetime | None = None
    promised_on: date | None = None
    invoice: str = field(default="", repr=False)
    proof: str = field(default="", repr=False)
    way: str = ""
    cancelled: bool = False
    files: tuple[FileTold, ...] = field(default=(), repr=False)
