"""Words of the trade in files, as the codes and rows that the registers know them by."""

from collections.abc import Collection, Iterable, Mapping

from django.utils import translation

from bihuan.registers.knowledge.queries import knowledge
from bihuan.registers.organisation.models import Node
from bihuan.registers.parts.queries import categories
from bihuan.service.cases.words import KINDS
from bihuan.service.imports.reading import plain

_KINDS_TOO = {
    "维修": "repair",
    "修理": "repair",
    "报修": "repair",
    "安装": "installation",
    "装机": "installation",
    "移机": "relocation",
    "拆装": "relocation",
    "清洗": "cleaning",
    "清洗保养": "cleaning",
    "保养": "maintenance",
    "维护": "maintenance",
    "鉴定": "inspection",
    "检测": "inspection",
    "咨询": "consultation",
    "投诉": "complaint",
    "建议": "suggestion",
    "退换": "return_exchange",
    "退换货": "return_exchange",
    "配送": "delivery",
    "回收": "recycling",
    "以旧换新": "recycling",
}
_CERTIFICATES_TOO = {
    "电工证": "low_voltage_electrician",
    "电工": "low_voltage_electrician",
    "制冷证": "refrigeration",
    "制冷工证": "refrigeration",
    "空调证": "refrigeration",
    "登高证": "height",
    "高空证": "height",
    "高空作业证": "height",
    "高处证": "height",
    "焊工证": "welding",
    "焊工": "welding",
    "燃气证": "gas",
    "上岗证": "brand_training",
}


def category_words() -> dict[str, str]:
    """Every word for a category in use (its code, its names, a name without 机 or 器 at its end) → its code."""
    found: dict[str, str] = {}
    for row in categories():
        for word in (row.code, row.name_zh, row.name_en):
            found[plain(word)] = row.code
        if len(row.name_zh) > 2:
            found.setdefault(plain(row.name_zh.rstrip("机器")), row.code)
    found.pop("", None)
    return found


def kind_words() -> dict[str, str]:
    """Every word for a kind of work, in Chinese and English → its code."""
    found = {plain(word): code for word, code in _KINDS_TOO.items()}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {plain(str(word)): code for code, word in KINDS.items()}
    return found | {plain(code): code for code in KINDS}


def certificate_words() -> dict[str, str]:
    """Every word for a certificate → its code."""
    known = {one.code for one in knowledge().certificates}
    found = {plain(word): code for word, code in _CERTIFICATES_TOO.items() if code in known}
    for one in knowledge().certificates:
        found |= {plain(word): one.code for word in (one.code, one.zh, one.en)}
    return found


def points_named(
    names: Iterable[str], *, kinds: Collection[str] = (Node.SERVICE_POINT,)
) -> Mapping[str, list[Node]]:
    """Nodes in use by code or name, as a file may call them; service points unless told otherwise."""
    wanted = set(names)
    found: dict[str, list[Node]] = {}
    points = Node.objects.filter(kind__in=kinds, retired_at__isnull=True)
    for node in [*points.filter(code__in=wanted), *points.filter(name__in=wanted)]:
        for word in {node.code, node.name} & wanted:
            held = found.setdefault(word, [])
            if node not in held:
                held.append(node)
    return found


def longest(told: str, known: Mapping[str, str]) -> tuple[str, str] | None:
    """The code of the longest known word that `told` (already `plain`) begins with, and what follows it."""
    best = max((word for word in known if told.startswith(word)), key=len, default=None)
    return None if best is None else (known[best], told[len(best) :])
