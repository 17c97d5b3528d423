"""What can be chosen in the forms of the registers: codes and rows, in the reader's language."""

from time import monotonic
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.queries import people_listed
from bihuan.registers.access.roles import Role
from bihuan.registers.knowledge.queries import knowledge
from bihuan.registers.organisation.queries import nodes_listed, service_points
from bihuan.registers.parts.queries import categories, categories_listed, parts_listed
from bihuan.registers.staff.queries import technicians_listed
from bihuan.service.cases.words import KINDS

NODE_KINDS = {
    "head_office": _("Head office"),
    "region": _("Region"),
    "service_point": _("Service point"),
    "team": _("Team"),
}
ROLES = {
    "agent": _("Agent"),
    "dispatcher": _("Dispatcher"),
    "service_point_owner": _("Service point owner"),
    "service_point_dispatcher": _("Service point dispatcher"),
    "technician": _("Technician"),
    "parts_keeper": _("Parts keeper"),
    "callback_agent": _("Callback agent"),
    "quality_inspector": _("Quality inspector"),
    "department_owner": _("Department owner"),
    "supervisor": _("Supervisor"),
    "approver": _("Approver"),
    "settlement_clerk": _("Settlement clerk"),
    "analyst": _("Analyst"),
    "manager": _("Manager"),
    "administrator": _("Administrator"),
}
WEEKDAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)
PRICE_ITEMS = (
    ("labour", _("Labour")),
    ("visit", _("Visit")),
    ("inspection", _("Inspection fee")),
    ("part", _("Part")),
    ("fee", _("Other charge")),
)
ENERGIES = (("electric", _("Electricity")), ("gas", _("Gas")))
HOLDERS = (("technician", _("Whoever goes")), ("service_point", _("Service point")))
UNITS = (("indoor", _("Indoor unit")), ("outdoor", _("Outdoor unit")))


REMEMBERED_SECONDS = 1.0
_category_words: dict[str, tuple[float, dict[str, str]]] = {}  # language → when looked up, code → name


def in_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def named(row: Any) -> str:
    """The name of a row or piece of knowledge that has one in each language."""
    for zh, en in (("name_zh", "name_en"), ("zh", "en")):
        if hasattr(row, zh):
            return str(getattr(row, zh if in_chinese() else en) or getattr(row, zh))
    return str(row)


def node_kinds() -> list[tuple[str, Any]]:
    return list(NODE_KINDS.items())


def role_choices() -> list[tuple[str, Any]]:
    return [(str(role), ROLES[role]) for role in Role if role in ROLES]


def nodes() -> list[tuple[int, str]]:
    found = nodes_listed().filter(retired_at__isnull=True).order_by("path")
    return [(node.id, "\u2003" * (node.path.count("/") - 2) + node.name) for node in found]


def points() -> list[tuple[int, str]]:
    return [(node.id, node.name) for node in service_points()]


def category_codes() -> list[tuple[str, str]]:
    return [(row.code, named(row)) for row in categories()]


def category_word(code: str) -> str:
    """The name of a category in a line of a list. Names are remembered for a second, so that a long list asks once;
    a code without a name is looked up anew."""
    language, at = get_language() or "", monotonic()
    looked_at, words = _category_words.get(language, (float("-inf"), {}))
    if at - looked_at > REMEMBERED_SECONDS or (code and code not in words):
        words = {row.code: named(row) for row in categories_listed()}
        _category_words[language] = (at, words)
    return words.get(code, code)


def category_numbers() -> list[tuple[int, str]]:
    return [(row.id, named(row)) for row in categories_listed().order_by("id")]


def kinds() -> list[tuple[str, Any]]:
    return list(KINDS.items())


def departments() -> list[tuple[str, str]]:
    return [(one.code, named(one)) for one in knowledge().departments]


def certificates() -> list[tuple[str, str]]:
    return [(one.code, named(one)) for one in knowledge().certificates]


def parts() -> list[tuple[int, str]]:
    return [(row.id, f"{row.number} {named(row)}") for row in parts_listed().order_by("number")]


def technicians() -> list[tuple[int, str]]:
    found = technicians_listed().filter(retired_at__isnull=True).order_by("number")
    return [(row.id, f"{row.number} {row.person.name}") for row in found]


def technician_people() -> list[tuple[int, str]]:
    found = people_listed().filter(is_active=True).order_by("login")
    return [(row.id, f"{row.name} ({row.login})") for row in found if Role.TECHNICIAN in row.roles]


def word(choices: Any, code: Any) -> str:
    """The word of a code among choices; the code itself where nobody knows it."""
    return str(dict(choices).get(code, code) or "")
