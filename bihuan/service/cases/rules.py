"""Which card a report calls for, how urgent it is, what a case is called. Values in, values out."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from bihuan.registers.knowledge.content import Knowledge
from bihuan.registers.knowledge.sorting import kind_in

REST_REASONS = frozenset({"customer", "parts", "supplier", "force_majeure"})  # for which clocks may rest
WORK_ORDERS = (
    "repair",
    "installation",
    "relocation",
    "cleaning",
    "inspection",
    "maintenance",
    "delivery",
    "recycling",
)  # kinds that a technician travels for
RANK = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
_NUMBER = re.compile(r"AF(\d{8})(\d{3,})")


def kind_of(words: str, *, told: str, symptoms: Sequence[str], knowledge: Knowledge | None = None) -> str:
    """The kind of work: as told by whoever took it, else judged from the words by the rules of sorting."""
    return told or kind_in(words, symptoms=symptoms, knowledge=knowledge)[0]


WEIGHED = {  # severity of the fault, what hangs on it → urgency
    ("core", "stop"): "urgent",
    ("core", "weighs"): "urgent",
    ("core", ""): "high",
    ("core", "slight"): "high",
    ("part", "stop"): "high",
    ("part", "weighs"): "high",
    ("part", ""): "normal",
    ("part", "slight"): "low",
}
LABELS = {  # the same four degrees in the words of those who count three, or four
    "four": {"urgent": "urgent", "high": "high", "normal": "normal", "low": "low"},  # 紧急 高 中 低
    "high_medium_low": {"urgent": "high", "high": "high", "normal": "medium", "low": "low"},  # 高 中 低
    "urgent_important_plain": {
        "urgent": "urgent",
        "high": "important",
        "normal": "plain",
        "low": "plain",
    },  # 紧急 重要 普通
    "danger_core_small": {
        "urgent": "danger",
        "high": "core",
        "normal": "small",
        "low": "small",
    },  # 安全 核心功能 一般小问题
}


def urgency_of(*, told: str, hazards: Collection[str], core_lost: bool, kind: str, impact: str = "") -> str:
    """A danger is urgent whatever anybody chose; else the choice; else severity and impact (stop, weighs, slight)
    weighed against each other."""
    if hazards:
        return "urgent"
    if told:
        return told
    if kind in {"suggestion", "consultation"}:
        return "low"
    return WEIGHED["core" if core_lost or kind == "complaint" else "part", impact]


def labelled(urgency: str, *, scheme: str) -> str:
    """The code of this degree in another scheme of LABELS."""
    return LABELS[scheme][urgency]


def degree_of(label: str, *, scheme: str, kind: str, hazards: Collection[str] = ()) -> str:
    """The other way round: our degree for a label of a scheme, for a kind of work. A danger is urgent whatever was
    said. Where a label stands for two degrees, the lower is for questions and suggestions. ValueError for a label
    that the scheme does not know."""
    if hazards:
        return "urgent"
    meant = [degree for degree, said in LABELS[scheme].items() if said == label]
    if not meant:
        raise ValueError(label)
    milder = kind in {"suggestion", "consultation"}
    return max(meant, key=RANK.__getitem__) if milder else _usual(meant)


def _usual(meant: Sequence[str]) -> str:
    """Of several degrees the one that most work has: "high" stands for itself before "urgent"."""
    return "high" if "high" in meant else min(meant, key=RANK.__getitem__)


@dataclass(frozen=True, kw_only=True)
class MachineSaid:
    """A machine as far as telling two apart goes."""

    id: int
    serials: frozenset[str]
    category: str
    brand: str
    model: str


def same_machine(one: MachineSaid, other: MachineSaid) -> bool:
    """Whether two machines of one customer may be the same: nothing that is said of both differs."""
    if one.id == other.id:
        return True
    if one.serials and other.serials and not one.serials & other.serials:
        return False
    pairs = ((one.category, other.category), (one.brand, other.brand), (one.model, other.model))
    return bool(one.category) and all(not a or not b or a == b for a, b in pairs)


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
