"""The address in a message, behind its labels or anywhere."""

import re
from collections.abc import Sequence

from bihuan.ground.divisions import Found, find
from bihuan.service.intake.pasting.folding import TAKEN
from bihuan.service.intake.pasting.labels import Labelled, of_kind
from bihuan.service.intake.pasting.values import Heard, Place, Span

_ORDER = ("province", "city", "district", "street", "address")
_SENTENCES = re.compile(r"[,。;!?]|\. ")  # the value goes on with other things than the address
_DOOR = re.compile(
    rf"[^\s,;。:{TAKEN}]{{0,12}}(?:小区|花园|公寓|新村|家园|苑|路|街|弄|巷|大道|里|庭|府|城|[一二三四五六七八九十]区)\s?[^\s,;。{TAKEN}]{{0,10}}?\d+\s?(?:幢|栋|号楼?|座|弄|单元)[^\s,;。{TAKEN}]{{0,16}}"
)


def place_in(
    raw: str, masked: str, labels: Sequence[Labelled], *, near: Sequence[str]
) -> tuple[Place, list[Heard]]:
    """The address, and the spans it stands in. `masked` is the folded text without what was understood already."""
    named = sorted(of_kind(labels, *_ORDER), key=lambda one: (_ORDER.index(one.kind), one.value))
    if named:
        place, heard = _labelled(raw, masked, named, near)
        if place.city or place.district:
            return place, heard
    found = find(masked, near=near)
    if found is not None:
        spans = [found.span, *([found.rest_span] if found.rest else [])]
        return _place(found, raw[slice(*found.rest_span)]), [
            Heard("address", "", span, found.sure) for span in spans
        ]
    if named:
        return _labelled(raw, masked, named, near)
    hit = _DOOR.search(masked)
    if hit is None:
        return Place(), []
    return Place(door=raw[slice(*hit.span())].strip()), [Heard("address", "", hit.span(), False)]


def _labelled(raw: str, masked: str, named: list[Labelled], near: Sequence[str]) -> tuple[Place, list[Heard]]:
    """The values of the labels in a row, from province to door."""
    spans = _without_repeats(masked, [one.value for one in named])
    line = " ".join(masked[slice(*span)] for span in spans)
    written = " ".join(raw[slice(*span)] for span in spans)
    found = find(line, near=near)
    heard = [Heard("address", "", span, found is not None and found.sure) for span in spans]
    if found is None:
        return Place(door=written.replace(TAKEN, "").strip()), heard
    if len(spans) == 1 and _SENTENCES.search(line, found.span[1]):
        at = spans[0][0]
        parts = [found.span, found.rest_span]
        heard = [Heard("address", "", (at + a, at + b), found.sure) for a, b in parts if b > a]
        return _place(found, written[slice(*found.rest_span)]), heard
    return _place(found, _rest(line, written, found)), heard


def _without_repeats(text: str, spans: list[Span]) -> list[Span]:
    """The spans whose words no other one says again: a city that the full address names too."""
    told = [text[slice(*span)] for span in spans]
    kept = []
    for at, span in enumerate(spans):
        others = told[:at] + told[at + 1 :]
        if not any(told[at] in other and (told[at] != other or at > told.index(other)) for other in others):
            kept.append(span)
    return kept or spans


def _rest(line: str, written: str, found: Found) -> str:
    """All that stands behind the divisions: a labelled address ends where its value ends."""
    begin = found.rest_span[0]
    stop = line.find(TAKEN, begin)
    told = written[begin : stop if stop >= 0 else len(written)].strip(" ,，;；")
    return told if found.rest_span[0] >= found.span[1] else found.rest


def _place(found: Found, door: str) -> Place:
    return Place(
        province=found.province,
        city=found.city,
        district=found.district,
        street=found.street,
        door=door.strip()[:200],
        sure=found.sure,
        choices=found.choices,
        said=found.said,
    )
