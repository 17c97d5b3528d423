"""What somebody tells us of themselves and their machine, as plain values."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Reach:
    """A way to reach somebody, already read: kind and normal form."""

    kind: str
    value: str


@dataclass(frozen=True, kw_only=True)
class MachineTold:
    """What a customer says of a machine; whatever is not known stays empty."""

    category: str = ""
    brand: str = ""
    model: str = ""
    serials: dict[str, str] = field(default_factory=dict)  # unit → number
    bought_on: date | None = None
    about_years: int | None = None
    bought_at: str = ""
    extended_until: date | None = None
    machine_id: int | None = None  # one of theirs that we know already


@dataclass(frozen=True, kw_only=True)
class AddressTold:
    city: str = ""
    district: str = ""
    street: str = ""
    door: str = ""
    latitude: float | None = None
    longitude: float | None = None
