"""Phone numbers as people write and speak them."""

import re

from bihuan.service.intake.pasting.values import Heard

_EXTENSION = r"(?:\s{0,2}(?:转|-|ext\.?|分机)\s{0,2}(?P<ext>\d{2,6})(?!\d))?"
_MOBILE = re.compile(
    r"(?<![\dA-Za-z])(?:\+?86[\s-]{0,2})?(?P<number>1[\s\-.]?[3-9](?:[\s\-.]{0,2}\d){9})(?!\d)" + _EXTENSION,
    re.I,
)
_LANDLINE = re.compile(
    r"(?<![\dA-Za-z])(?:\+?86[\s-]{0,2})?\(?(?P<number>0(?:10|2\d|[3-9]\d\d)\)?[\s-]{0,3}[2-9](?:[\s-]?\d){6,7})(?!\d)"
    + _EXTENSION,
    re.I,
)
_ABROAD = re.compile(r"(?P<number>\+(?!86)\d{1,3}(?:[\s-]?\d){6,12})(?!\d)")
_SERVICE = re.compile(r"(?<!\d)[48]00[\s-]?\d{3,4}[\s-]?\d{3,4}(?!\d)")
_SPOKEN = re.compile(
    r"[一幺](?:[\s,、-]?[一二三四五六七八九零〇幺洞两拐勾]){10}(?![一二三四五六七八九零〇幺洞])"
)
_DIGIT = {
    "零": "0", "〇": "0", "洞": "0", "一": "1", "幺": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5",
    "六": "6", "七": "7", "八": "8", "九": "9", "拐": "7", "勾": "9",
}  # fmt: skip


def phones_in(text: str) -> list[Heard]:
    """Every number of a customer in a folded text, in reading order, and service numbers as such."""
    found: list[Heard] = []
    taken: set[int] = set()
    for pattern in (_MOBILE, _LANDLINE, _ABROAD):
        for hit in pattern.finditer(text):
            if taken.isdisjoint(range(*hit.span())):
                taken.update(range(*hit.span()))
                found.append(Heard("phone", _normal(hit), hit.span()))
    for hit in _SPOKEN.finditer(text):
        digits = "".join(_DIGIT[sign] for sign in hit.group() if sign in _DIGIT)
        if re.fullmatch(r"1[3-9]\d{9}", digits):
            found.append(Heard("phone", digits, hit.span()))
    for hit in _SERVICE.finditer(text):
        if taken.isdisjoint(range(*hit.span())):
            found.append(Heard("service_phone", re.sub(r"\D", "", hit.group()), hit.span()))
    return sorted(found, key=lambda one: one.span)


def _normal(hit: re.Match[str]) -> str:
    number = re.sub(r"[^\d+]", "", hit["number"])
    extension = hit.groupdict().get("ext")
    return f"{number}-{extension}" if extension else number
