"""How a register's list is narrowed and sorted: by what is in use, by node, by category, by a day; by a column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from bihuan.registers.organisation.queries import below, node
from bihuan.web.look.export import Column
from bihuan.web.managers import settings_choices as chosen

type Choices = Callable[[], Sequence[tuple[Any, Any]]]
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Head[T](Column[T]):
    """A column by which a list can be sorted. `key` names the database's column; `empty` stands for none there."""

    key: str = ""
    empty: Any = None


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One way to narrow a list. `keep(rows, value, today)`; without choices the value is a day."""

    name: str
    label: Any
    keep: Callable[[Any, str, date], Any]
    choices: Choices | None = None

    def read(self, told: Mapping[str, str]) -> str:
        """What the address asks for; empty when it is nothing that is offered."""
        value = told.get(self.name, "")
        if self.choices is None:
            return value if _is_day(value) else ""
        return value if value in {str(code) for code, _word in self.choices()} else ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A filter as the page draws it."""

    name: str
    label: Any
    value: str
    choices: Sequence[tuple[str, Any]] | None


def _is_day(value: str) -> bool:
    try:
        return bool(date.fromisoformat(value)) and len(value) == 10
    except ValueError:
        return False


def narrowed(
    rows: Any, filters: Sequence[Filter], request: HttpRequest, *, now: datetime
) -> tuple[Any, list[Shown]]:
    """The rows that all chosen filters keep, and the filters with what is chosen."""
    shown = []
    for one in filters:
        value = one.read(request.GET)
        if value:
            rows = one.keep(rows, value, localdate(now))
        choices = None if one.choices is None else [(str(code), word) for code, word in one.choices()]
        shown.append(Shown(name=one.name, label=one.label, value=value, choices=choices))
    return rows, shown


def sorted_by(
    rows: Any, columns: Sequence[Column[Any]], asked: str, key: Sequence[str]
) -> tuple[Any, Sequence[str], str]:
    """The rows, the key they are paged by, and the sort that holds: the number of a column (from 1), `-` before it
    for the other way round; a sort that no column has leaves the register's own order."""
    turned, number = asked.startswith("-"), asked.lstrip("-")
    at = int(number) - 1 if number.isdecimal() and len(number) < 4 else -1
    head = columns[at] if 0 <= at < len(columns) else None
    if not isinstance(head, Head) or not head.key:
        return rows, key, ""
    name, minus = head.key, "-" if turned else ""
    if head.empty is not None:
        name, rows = "sort_key", rows.annotate(sort_key=Coalesce(F(head.key), Value(head.empty)))
    return rows, (f"{minus}{name}", f"{minus}id"), f"{minus}{at + 1}"


# Filters that many registers share


def in_use(column: str = "retired_at") -> Filter:
    """In use or out of use, by when it was taken out."""
    wanted = {"in": True, "out": False}
    return _state({f"{column}__isnull": True}, wanted)


def active() -> Filter:
    return _state({"is_active": True}, {"in": True, "out": False})


def in_force() -> Filter:
    return Filter(
        name="state",
        label=_("State"),
        choices=lambda: (("in", _("In force")), ("out", _("Not in force"))),
        keep=lambda rows, value, today: rows.filter(active=value == "in"),
    )


def _state(when: Mapping[str, Any], wanted: Mapping[str, bool]) -> Filter:
    return Filter(
        name="state",
        label=_("State"),
        choices=lambda: (("in", _("In use")), ("out", _("Out of use"))),
        keep=lambda rows, value, today: rows.filter(**when) if wanted[value] else rows.exclude(**when),
    )


def at_node(column: str = "node_id") -> Filter:
    """Of a node and all below it."""

    def keep(rows: Any, value: str, today: date) -> Any:
        return rows.filter(**{f"{column}__in": below(node(int(value)).path)})

    return Filter(name="node", label=_("Node"), choices=chosen.nodes, keep=keep)


def of_category(column: str = "category", *, every: bool = False) -> Filter:
    """Of one category; `every`: what holds for every category too."""

    def keep(rows: Any, value: str, today: date) -> Any:
        wanted = Q(**{column: value})
        return rows.filter(wanted | Q(**{column: ""}) if every else wanted)

    return Filter(name="category", label=_("Category"), choices=chosen.category_codes, keep=keep)


def of(name: str, label: Any, choices: Choices, *, column: str = "") -> Filter:
    """Those whose column holds the chosen code."""
    return Filter(
        name=name,
        label=label,
        choices=choices,
        keep=lambda rows, value, today: rows.filter(**{column or name: value}),
    )


def lasting(first: str = "", last: str = "valid_until") -> Filter:
    """By their days: holding today, beginning later, over, running out within a month."""

    def keep(rows: Any, value: str, today: date) -> Any:
        begun = Q(**{f"{first}__lte": today}) if first else Q()
        on = Q(**{f"{last}__gte": today}) | Q(**{f"{last}__isnull": True})
        soon = Q(**{f"{last}__gte": today, f"{last}__lte": today + SOON})
        wanted = {
            "now": begun & on,
            "later": Q(**{f"{first or last}__gt": today}),
            "over": Q(**{f"{last}__lt": today}),
            "soon": soon,
        }
        return rows.filter(wanted[value])

    words = [("now", _("Holds today"))]
    words += [("later", _("Begins later"))] if first else []
    words += [("soon", _("Runs out within 30 days")), ("over", _("Over"))]
    return Filter(name="days", label=_("Days"), choices=lambda: words, keep=keep)


def on_day(first: str, last: str) -> Filter:
    """As the list stood or will stand on a day."""

    def keep(rows: Any, value: str, today: date) -> Any:
        day = date.fromisoformat(value)
        lasts = Q(**{f"{last}__gte": day}) | Q(**{f"{last}__isnull": True})
        return rows.filter(lasts, **{f"{first}__lte": day})

    return Filter(name="day", label=_("As of"), keep=keep)
