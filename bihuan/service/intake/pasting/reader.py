"""One report is read: who, where, which machine, what, when. Every step takes away what it understood."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bihuan.registers.knowledge import rules as knowledge_rules
from bihuan.registers.knowledge.danger import hazards
from bihuan.service.intake.pasting import things
from bihuan.service.intake.pasting.folding import TAKEN, lowered, without
from bihuan.service.intake.pasting.labels import Labelled, labelled, of_kind
from bihuan.service.intake.pasting.moments import bought_in, wish_in
from bihuan.service.intake.pasting.names import name_by_place, name_in
from bihuan.service.intake.pasting.phones import phones_in
from bihuan.service.intake.pasting.places import place_in
from bihuan.service.intake.pasting.splitting import Piece
from bihuan.service.intake.pasting.values import Card, Heard, Known, Place, Span, Window

LONGEST_CARD = 4_000  # characters of one report that are read

_POLITE = re.compile(
    r"你好|您好|在吗|师傅|客服|谢谢|麻烦|请问?|帮忙|帮我|安排|一下|登记|报修单?|报个修"
    r"|维修|修理|上门|来看看|能不能|可以吗|有空吗|能来吗|转单|转自服务群|收到|好的|电话|手机"
    r"|联系|地址|型号|品牌|我家的?|家里的?|我们|我的|我叫|客户|来电"
    r"|住在|家住|姓|先生|女士|hello|hi|please|thanks|thank you|my|is|address|phone|name",
    re.I,
)
_FAULT = re.compile(
    r"坏了?|不(?:工作|转|启动|通电|动|亮|响|热|冷|行)|没反应|打不[着开]火?|漏[水气油电氟]|有?异[响味]|跳闸|噪音|结冰|结霜|声音大|保修|过保|多少钱|怎么办|加氟|换新"
)
_NUMBERS = ("case_number", "order", "serial", "phone", "bought_on")
_MACHINE = ("model", "product", "brand")
_NO_CUSTOMER = re.compile(r"客服|群|店|小[一-龥]$|助手|机器人")  # senders who hand on what others said

type _Finds = list[Heard]


@dataclass
class Reader:
    """A report on its way to a card. `text` is `raw` folded, of the same length."""

    raw: str
    text: str
    piece: Piece
    known: Known
    now: datetime
    labels: list[Labelled] = field(default_factory=list)
    found: dict[str, _Finds] = field(default_factory=dict)
    place: Place = field(default_factory=Place)
    wish: Window | None = None
    bought_on: date | None = None
    name: Heard | None = None

    @property
    def sent_at(self) -> datetime:
        return self.piece.sent_at or self.now

    def of(self, *kinds: str) -> _Finds:
        """What was found of these kinds."""
        return [one for kind in kinds for one in self.found.get(kind, ())]

    def without(self, *kinds: str) -> str:
        """The text without what was found of these kinds."""
        return without(self.text, *_spans(self.of(*kinds)))

    def card(self) -> Card:
        self._heads_and_labels()
        self._numbers()
        self._machine()
        self._place()
        self._time()
        self._name()
        return self._made()

    def _heads_and_labels(self) -> None:
        size = len(self.text)
        inside = [(a - self.piece.begin, b - self.piece.begin) for a, b in self.piece.heads]
        spans = [one for a, b in inside if a < size for one in _head_spans(self.text, a, min(b, size))]
        self.found["head"] = [Heard("head", "", span) for span in spans]
        self.text = self.without("head")
        self.labels = _labels(self.text, self.piece)
        self.found["label"] = [
            Heard("label", "", one.label) for one in self.labels if one.label[1] > one.label[0]
        ]

    def _numbers(self) -> None:
        """Order, serial and phone, and the day of purchase: digits that are nothing else."""
        self.found["case_number"] = things.case_numbers_in(self.text)
        self.found["order"] = things.orders_in(self.without("case_number"), self.labels)
        self.found["serial"] = things.serial_in(self.without("case_number", "order"), self.labels)
        self.found["phone"] = phones_in(self.without("case_number", "order", "serial"))
        self.bought_on, bought = bought_in(self.without(*_NUMBERS), today=self.sent_at.date())
        self.found["bought_on"] = [bought] if bought else []

    def _machine(self) -> None:
        bare = self.without(*_NUMBERS)
        self.found["model"] = things.models_in(_outside_addresses(bare, self.labels), self.labels, self.known)
        small = lowered(self.without(*_NUMBERS, "model"))
        self.found["brand"] = things.brands_in(small, self.known)
        self.found["product"] = things.products_in(small, self.known)

    def _place(self) -> None:
        _, self.found["time"] = wish_in(self.without(*_NUMBERS), sent_at=self.sent_at, loose=False)
        masked = self.without(*_NUMBERS, *_MACHINE, "label", "time")
        self.place, self.found["place"] = place_in(self.raw, masked, self.labels, near=self.known.near)
        outside = lowered(self.without(*_NUMBERS, "model", "place"))
        self.found["brand"] = things.brands_in(outside, self.known) or self.of("brand")  # 海尔路 is a road

    def _time(self) -> None:
        """The wish once more, now that an address cannot be taken for a day (25号)."""
        text = self.without(*_NUMBERS, "model", "place")
        self.wish, self.found["time"] = _wish(text, self.labels, self.sent_at)
        self.found["code"] = things.codes_in(self.without(*_NUMBERS, "model", "place", "time"))

    def _name(self) -> None:
        masked = self.without(*_NUMBERS, *_MACHINE, "label", "place", "time", "code")
        self.name = name_in(self.text, masked, self.labels, _spans(self.of("phone")))
        if self.name is None and self.piece.sender and not _NO_CUSTOMER.search(self.piece.sender):
            heads = _spans(self.of("head"))
            self.name = Heard("name", self.piece.sender, heads[0] if heads else (0, 0))
        self.name = self.name or name_by_place(masked)
        self.found["name"] = [self.name] if self.name else []
        self.found["polite"] = [Heard("polite", "", hit.span()) for hit in _POLITE.finditer(masked)]

    def _fault(self, words: str, product: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Standard symptoms and dangers; what else the words ask for."""
        clear = lowered(self.without(*_NUMBERS, "model", "place", "time"))
        symptoms, dangers, self.found["fault"] = _fault(words, clear, product, self.known)
        self.found["kind"], self.found["urgent"] = things.kinds_in(clear), things.urgent_in(clear)
        self.found["bought_at"] = things.bought_at_in(clear)
        return symptoms, dangers

    def _made(self) -> Card:
        words = _words(self.raw, self.of("phone", "place", "order", "label", "head", "name"))
        product = _within(self.of("product"), self.labels, "product", "fault")
        symptoms, dangers = self._fault(words, product)
        heard = sorted((one for finds in self.found.values() for one in finds), key=lambda one: one.span)
        return Card(
            text=self.raw,
            begins=self.piece.begin,
            name=_name(self.raw, self.name),
            phones=tuple(dict.fromkeys(one.value for one in self.of("phone") if one.kind == "phone")),
            place=self.place,
            product=product,
            brand=_within(self.of("brand"), self.labels, "brand"),
            model=_first(self.of("model")),
            serial=_first(self.of("serial")),
            error_code=_first(self.of("code")).upper(),
            words=words,
            symptoms=symptoms,
            hazards=dangers,
            urgent=bool(self.of("urgent") or dangers),
            kind=_first(self.of("kind")),
            wish=self.wish,
            bought_on=self.bought_on,
            bought_at=_first(self.of("bought_at")),
            order=_first(self.of("order")),
            case_number=_first(self.of("case_number")),
            sent_at=self.piece.sent_at,
            heard=tuple(heard),
        )


def _spans(heard: Iterable[Heard]) -> list[Span]:
    return [one.span for one in heard]


def _head_spans(text: str, begin: int, end: int) -> list[Span]:
    """A message's head without a number in it, which is the sender's own."""
    spans, at = [], begin
    for phone in phones_in(text[begin:end]):
        spans.append((at, begin + phone.span[0]))
        at = begin + phone.span[1]
    return [*spans, (at, end)]


def _labels(text: str, piece: Piece) -> list[Labelled]:
    """What labels say, and what the heads of a sheet say of this row's cells."""
    if piece.columns:
        return [one for one in piece.columns if one.value[1] <= len(text)]
    return labelled(text)


def _outside_addresses(text: str, labels: Sequence[Labelled]) -> str:
    return without(text, *(one.value for one in of_kind(labels, "address", "street", "phone")))


def _wish(text: str, labels: Sequence[Labelled], sent_at: datetime) -> tuple[Window | None, list[Heard]]:
    """The wished window: what stands behind a label of time counts alone, if it says a time."""
    named = tuple(one.value for one in of_kind(labels, "time"))
    if named:
        wish, heard = wish_in(text, sent_at=sent_at, within=named)
        if wish is not None:
            return wish, heard
    blotted = without(text, *(one.value for one in of_kind(labels, "bought", "order", "serial", "number")))
    return wish_in(blotted, sent_at=sent_at)


def _words(raw: str, hidden: Sequence[Heard]) -> str:
    """The customer's words without what stands in fields of its own and names a person."""
    left = without(raw, *_spans(hidden)).replace("\0", " ")
    told = re.sub(r"[ \t\r\f\v]*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", left))
    return re.sub(r"(?:[\s,，;；:：、/|。.()（）\[\]【】]+$)|(?:^[\s,，;；:：、/|。.()（）\[\]]+)", "", told)[
        :2000
    ]


def _name(raw: str, name: Heard | None) -> str:
    """As it was written, also where it was read in simplified characters."""
    if name is None:
        return ""
    told = raw[slice(*name.span)]
    return told.strip() if len(told) == len(name.value) and TAKEN not in told else name.value


def _first(found: Sequence[Heard]) -> str:
    return found[0].value if found else ""


def _within(found: Sequence[Heard], labels: Sequence[Labelled], *named: str) -> str:
    """The find behind one of these labels, else the first of all."""
    inside = [
        one.value
        for label in of_kind(labels, *named)
        for one in found
        if label.value[0] <= one.span[0] < label.value[1]
    ]
    return inside[0] if inside else _first(found)


def _fault(
    words: str, text: str, product: str, known: Known
) -> tuple[tuple[str, ...], tuple[str, ...], list[Heard]]:
    """Standard symptoms and dangers in the words, and where the words for them stand."""
    found = knowledge_rules.standard_symptoms(words, product or None, knowledge=known.knowledge)
    alarms = hazards(words, knowledge=known.knowledge)
    said = [*(phrase for _, phrase in found), *(one.phrase for one in alarms)]
    heard = [
        Heard("fault", phrase, (hit.start(), hit.end()))
        for phrase in said
        for hit in re.finditer(re.escape(phrase), text)
    ]
    heard += [Heard("fault", hit.group(), hit.span()) for hit in _FAULT.finditer(text)]
    return tuple(code for code, _ in found), tuple(one.hazard.code for one in alarms), heard
