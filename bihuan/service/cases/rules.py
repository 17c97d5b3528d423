"""Which card a report calls for, how urgent it is, what a case is called. Values in, values out."""

import re
from collections.abc import Collection, Sequence
from datetime import date

REST_REASONS = frozenset({"customer", "parts", "supplier", "force_majeure"})  # for which clocks may rest
RANK = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
_NUMBER = re.compile(r"AF(\d{8})(\d{3,})")

_KIND_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("complaint", ("投诉", "举报", "态度恶劣", "complain")),
    ("return_exchange", ("退货", "换货", "退款", "换一台", "换新", "refund", "exchange it")),
    ("relocation", ("移机", "搬家", "拆机", "relocat")),
    ("installation", ("安装", "上门装", "install")),
    ("cleaning", ("清洗", "深度清洁", "cleaning")),
    ("maintenance", ("保养", "维护保养", "maintenance")),
    ("inspection", ("鉴定", "inspection")),
    ("suggestion", ("建议", "suggest")),
)


def kind_of(words: str, *, told: str, symptoms: Sequence[str]) -> str:
    """The kind of work: as told by whoever took it, else judged from the words; repair when a fault is named."""
    if told:
        return told
    low = words.lower()
    for kind, marks in _KIND_WORDS:
        if any(mark in low for mark in marks):
            return kind
    if symptoms:
        return "repair"
    return "consultation" if _asks(low) else "repair"


def _asks(words: str) -> bool:
    marks = ("怎么", "如何", "请问", "多少钱", "是否", "how do", "how can", "how much")
    return any(mark in words for mark in marks)


def urgency_of(*, told: str, hazards: Collection[str], core_lost: bool, kind: str) -> str:
    """A danger is urgent whatever anybody chose; else the choice; else judged by what is lost."""
    if hazards:
        return "urgent"
    if told:
        return told
    if kind in {"suggestion", "consultation"}:
        return "low"
    return "high" if core_lost or kind == "complaint" else "normal"


def number_for(day: date, running: int) -> str:
    """AF, date, running number of the day; three digits, more when the day has more. A label, never a credential."""
    return f"AF{day:%Y%m%d}{running:03d}"


def read_number(text: str) -> str | None:
    """The case number somebody typed, spaces and case forgiven; None when it is none."""
    tidy = re.sub(r"[\s\-]", "", text).upper()
    return tidy if _NUMBER.fullmatch(tidy) else None


def number_order(number: str) -> tuple[str, int]:
    """Sorts numbers by day and then by count: the thousandth of a day comes after the nine hundred and ninety-ninth."""
    match = _NUMBER.fullmatch(number)
    return (match[1], int(match[2])) if match else (number, 0)
