"""What is read in a paste: plain values."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bihuan.ground.divisions import Division
from bihuan.registers.knowledge.content import Knowledge

type Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that was understood: its kind, its value in normal form, where it stands."""

    kind: str
    value: str
    span: Span
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """The time a customer wishes, both ends aware; `whole` where only days were named."""

    begins: datetime
    ends: datetime
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """The address: official names, the rest as written, and what it may be where it is not sure."""

    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    door: str = ""
    sure: bool = False
    choices: tuple[Division, ...] = ()
    said: str = ""  # an old or unofficial name that was used


@dataclass(frozen=True, kw_only=True)
class Card:
    """One report as it was read. What was not said is empty; `heard` says where each thing stands in `text`."""

    text: str
    begins: int  # where `text` begins in the paste
    name: str = ""
    phones: tuple[str, ...] = ()  # digits; "-1234" behind for an extension; "+" before for other countries
    place: Place = field(default_factory=Place)
    product: str = ""  # code of the family
    brand: str = ""
    model: str = ""
    serial: str = ""
    error_code: str = ""
    words: str = ""  # what is left when name, phone, address and number are taken away
    symptoms: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    urgent: bool = False
    kind: str = ""
    wish: Window | None = None
    bought_on: date | None = None
    bought_at: str = ""
    order: str = ""
    case_number: str = ""  # of a case of ours that the message names
    sent_at: datetime | None = None  # when the message itself says that it was sent
    heard: tuple[Heard, ...] = ()

    @property
    def unread(self) -> tuple[Span, ...]:
        """The parts of the text that no rule understood, in reading order."""
        return gaps(self.text, [one.span for one in self.heard])

    @property
    def whole(self) -> bool:
        """Whether it can be taken in as it is: somebody to answer, a sure place, an appliance, words."""
        return bool(self.phones and self.place.sure and self.place.district and self.product and self.words)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A whole paste: its cards, and the lines that belong to none."""

    cards: tuple[Card, ...]
    left: tuple[str, ...] = ()
    cut: bool = False  # it was longer than is read at once


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the company knows: words for appliances, brands with their spellings, the cities it serves."""

    knowledge: Knowledge
    brands: tuple[tuple[str, tuple[str, ...]], ...] = ()
    models: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


def gaps(text: str, spans: list[Span]) -> tuple[Span, ...]:
    """What lies between the spans and is more than space and punctuation."""
    found, at = [], 0
    for begin, end in [*sorted(spans), (len(text), len(text))]:
        if begin > at and any(sign.isalnum() for sign in text[at:begin]):
            found.append((at, begin))
        at = max(at, end)
    return tuple(found)
