"""A paste is read: parted into reports, each into what it says, each thing with its place. Values in, values out."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from bihuan.registers.knowledge import rules as knowledge_rules
from bihuan.service.intake.pasting import things
from bihuan.service.intake.pasting.folding import TAKEN, folded, lowered, without
from bihuan.service.intake.pasting.labels import Labelled, labelled, of_kind
from bihuan.service.intake.pasting.moments import bought_in, wish_in
from bihuan.service.intake.pasting.names import name_by_place, name_in
from bihuan.service.intake.pasting.phones import phones_in
from bihuan.service.intake.pasting.places import place_in
from bihuan.service.intake.pasting.splitting import Piece, pieces_of
from bihuan.service.intake.pasting.values import Card, Heard, Known, Reading, Span, Window

LONGEST_PASTE = 100_000  # characters; what is behind is told to be cut off
LONGEST_CARD = 4_000
MOST_CARDS = 100

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


def read(paste: str, *, known: Known, now: datetime) -> Reading:
    """Everything that a paste says. `now` is the moment of the paste, in the zone of those who wrote it."""
    text = folded(paste[:LONGEST_PASTE])
    pieces = pieces_of(text, now=now) if text.strip() else []
    cards: list[Card] = []
    left: list[str] = []
    for piece in pieces[:MOST_CARDS]:
        card = _card(paste, text, piece, known=known, now=now)
        if _says_something(card, alone=len(pieces) == 1):
            cards.append(card)
        else:
            left.append(card.text.strip()[:500])
    return Reading(
        cards=tuple(cards),
        left=tuple(one for one in left if one),
        cut=len(paste) > LONGEST_PASTE or len(pieces) > MOST_CARDS,
    )


def _says_something(card: Card, *, alone: bool) -> bool:
    return bool(card.phones or card.order or (card.product and card.place.district)) or (
        alone and bool(card.text.strip())
    )


def _card(paste: str, whole: str, piece: Piece, *, known: Known, now: datetime) -> Card:
    """One report. Each rule reads what the surer ones before it left over."""
    begin, end = piece.begin, min(piece.end, piece.begin + LONGEST_CARD)
    raw, text = paste[begin:end], whole[begin:end]
    heads = [
        Heard("head", "", span)
        for a, b in piece.heads
        if a < end
        for span in _head_spans(text, a - begin, b - begin)
    ]
    text = without(text, *_spans(heads))
    labels = _labels(text, piece)
    names_of_labels = [Heard("label", "", one.label) for one in labels if one.label[1] > one.label[0]]
    sent_at = piece.sent_at or now

    orders = things.orders_in(text, labels)
    serials = things.serial_in(without(text, *_spans(orders)), labels)
    phones = phones_in(without(text, *_spans(serials), *_spans(orders)))
    bare = without(text, *_spans(serials), *_spans(orders), *_spans(phones))
    bought_on, bought_heard = bought_in(bare, today=sent_at.date())
    bought = [bought_heard] if bought_heard else []
    bare = without(bare, *_spans(bought))
    models = things.models_in(_outside_addresses(bare, labels), labels, known)
    small = lowered(without(bare, *_spans(models)))
    brands, products = things.brands_in(small, known), things.products_in(small, known)
    _, early = wish_in(bare, sent_at=sent_at, loose=False)

    masked = without(bare, *_spans([*models, *products, *names_of_labels, *early]), *_spans(brands))
    place, places = place_in(raw, masked, labels, near=known.near)
    clear = without(bare, *_spans([*models, *places]))
    wish, times = _wish(clear, labels, sent_at)

    small_clear = lowered(without(clear, *_spans(times)))
    codes = things.codes_in(without(clear, *_spans(times)))
    brands = things.brands_in(lowered(without(bare, *_spans([*models, *places]))), known) or brands
    masked = without(masked, *_spans([*places, *times, *codes, *products, *brands]))
    name = name_in(text, masked, labels, [one.span for one in phones])
    if name is None and piece.sender and not re.search(r"客服|群|店|小[一-龥]$|助手|机器人", piece.sender):
        name = Heard("name", piece.sender, heads[0].span if heads else (0, 0))
    name = name or name_by_place(masked)
    hidden = [*phones, *places, *orders, *names_of_labels, *heads, *([name] if name else [])]
    words = _words(raw, hidden)
    product = _chosen(products, labels)
    symptoms, dangers, told = _fault(words, small_clear, product, known)
    kinds, urgent = things.kinds_in(small_clear), things.urgent_in(small_clear)
    polite = [Heard("polite", "", hit.span()) for hit in _POLITE.finditer(masked)]
    heard = [
        *hidden, *serials, *models, *brands, *products, *times, *codes, *kinds, *urgent, *bought, *told, *polite,
        *things.bought_at_in(small_clear),
    ]  # fmt: skip
    return Card(
        text=raw,
        begins=begin,
        name=_name(raw, name),
        phones=tuple(dict.fromkeys(one.value for one in phones if one.kind == "phone")),
        place=place,
        product=product,
        brand=_brand(brands, products, labels),
        model=_model(models),
        serial=serials[0].value if serials else "",
        error_code=codes[0].value.upper() if codes else "",
        words=words,
        symptoms=symptoms,
        hazards=dangers,
        urgent=bool(urgent or dangers),
        kind=kinds[0].value if kinds else "",
        wish=wish,
        bought_on=bought_on,
        bought_at=next((one.value for one in things.bought_at_in(small_clear)), ""),
        order=orders[0].value if orders else "",
        sent_at=piece.sent_at,
        heard=tuple(sorted(heard, key=lambda one: one.span)),
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


def _chosen(products: Sequence[Heard], labels: Sequence[Labelled]) -> str:
    """The family: the one behind its label, else the one named first."""
    for one in of_kind(labels, "product", "fault"):
        inside = [each.value for each in products if one.value[0] <= each.span[0] < one.value[1]]
        if inside:
            return inside[0]
    return products[0].value if products else ""


def _brand(brands: Sequence[Heard], products: Sequence[Heard], labels: Sequence[Labelled]) -> str:
    for one in of_kind(labels, "brand"):
        inside = [each.value for each in brands if one.value[0] <= each.span[0] < one.value[1]]
        if inside:
            return inside[0]
    return brands[0].value if brands else ""


def _model(models: Sequence[Heard]) -> str:
    return models[0].value if models else ""


def _fault(
    words: str, text: str, product: str, known: Known
) -> tuple[tuple[str, ...], tuple[str, ...], list[Heard]]:
    """Standard symptoms and dangers in the words, and where the words for them stand."""
    found = knowledge_rules.standard_symptoms(words, product or None, knowledge=known.knowledge)
    alarms = knowledge_rules.hazards(words, knowledge=known.knowledge)
    said = [*(phrase for _, phrase in found), *(one.phrase for one in alarms)]
    heard = [
        Heard("fault", phrase, (hit.start(), hit.end()))
        for phrase in said
        for hit in re.finditer(re.escape(phrase), text)
    ]
    heard += [Heard("fault", hit.group(), hit.span()) for hit in _FAULT.finditer(text)]
    return tuple(code for code, _ in found), tuple(one.hazard.code for one in alarms), heard
