"""Codes of what we know, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from bihuan.registers.knowledge.queries import knowledge


def in_language(entry: Any) -> str:
    """The name of an entry of knowledge; nothing for None."""
    if entry is None:
        return ""
    return str(entry.zh if (get_language() or "en").startswith("zh") else entry.en)


def family_names() -> dict[str, str]:
    """Appliance family → its name."""
    return {one.code: in_language(one) for one in knowledge().families}


def machine_name(case: Any, named: Mapping[str, str]) -> str:
    """What a case is about: brand and family, of the names that `family_names` gave."""
    return " ".join(part for part in (case.brand, named.get(case.category, case.category)) if part)


def family_name(code: str) -> str:
    """冰箱 for refrigerator; an unknown code is shown as it is."""
    return family_names().get(code, code)
