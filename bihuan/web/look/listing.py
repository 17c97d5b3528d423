"""Long lists, page by page, without ever counting them: a page is found by the keys of its neighbour."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKey,
    IntegerField,
    Model,
    Q,
    QuerySet,
    TextField,
)
from django.utils.timezone import is_aware

MAX_TOKEN = 600  # characters
MAX_SIZE = 200  # rows
LARGEST = 2**63  # no column holds more
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Page[T]:
    """Rows of one page, and the tokens of its neighbours; None where there is no neighbour."""

    rows: list[T]
    next: str | None
    previous: str | None


def page[M: Model](
    queryset: QuerySet[M, M],
    key: Sequence[str] = ("-opened_at", "-id"),
    after: str | None = None,
    size: int = 25,
) -> Page[M]:
    """Page of `size` rows (1 to 200) in the order of `key` (leading minus: descending; the last is unique).

    Key columns must not be null. `after` is a token of an earlier page; one that cannot be read, or was made
    for another key, shows the first page. One statement; never a COUNT.
    """
    size = min(max(size, 1), MAX_SIZE)
    place = read_token(after, key)
    if place is None or not _fit(queryset.model, key, place[1]):
        rows = list(queryset.order_by(*key)[: size + 1])
        return _forward(rows, key, size, began=True)
    backward, values = place
    if backward:
        turned = tuple(_turn(name) for name in key)
        rows = list(queryset.filter(_beyond(turned, values)).order_by(*turned)[: size + 1])
        more, rows = len(rows) > size, rows[:size][::-1]
        if not rows:
            return page(queryset, key, None, size)
        return Page(rows, _token(rows[-1], key, "n"), _token(rows[0], key, "p") if more else None)
    rows = list(queryset.filter(_beyond(key, values)).order_by(*key)[: size + 1])
    return _forward(rows, key, size, began=False)


def _fit(model: Any, key: Sequence[str], values: Sequence[Any]) -> bool:
    """Whether each value is one that its column could hold: tokens come from strangers as well."""
    return all(
        _fits(_column(model, name.lstrip("-")), value) for name, value in zip(key, values, strict=True)
    )


def _column(model: Any, name: str) -> Any:
    """The column that a key names; None for what is only worked out in the query."""
    *path, last = name.split("__")
    try:
        for part in path:
            model = model._meta.get_field(part).related_model
        return model._meta.pk if last == "pk" else model._meta.get_field(last)
    except FieldDoesNotExist:
        return None


def _fits(column: Any, value: Any) -> bool:
    match column:
        case DateTimeField():
            return isinstance(value, datetime) and is_aware(value)
        case DateField():
            return isinstance(value, date) and not isinstance(value, datetime)
        case BooleanField():
            return isinstance(value, bool)
        case IntegerField() | ForeignKey():
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST
        case CharField() | TextField():
            return isinstance(value, str) and not UNWRITABLE.search(value)
    return True


def _forward[M: Model](rows: list[M], key: Sequence[str], size: int, *, began: bool) -> Page[M]:
    more, rows = len(rows) > size, rows[:size]
    following = _token(rows[-1], key, "n") if more else None
    return Page(rows, following, None if began or not rows else _token(rows[0], key, "p"))


def _turn(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(key: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows after these values in this order; the first column also as a plain range, for the index."""
    first = key[0].lstrip("-")
    reach = Q(**{f"{first}__{'lte' if key[0].startswith('-') else 'gte'}": values[0]})
    beyond, same = Q(), Q()
    for name, value in zip(key, values, strict=True):
        plain = name.lstrip("-")
        beyond |= same & Q(**{f"{plain}__{'lt' if name.startswith('-') else 'gt'}": value})
        same &= Q(**{plain: value})
    return reach & beyond


def _token(row: Model, key: Sequence[str], way: str) -> str:
    values = [_packed(_value(row, name.lstrip("-"))) for name in key]
    text = json.dumps([way, ",".join(key), values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _packed(value: Any) -> list[Any]:
    match value:
        case datetime():
            return ["t", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case Decimal():
            return ["n", str(value)]
        case UUID():
            return ["u", str(value)]
        case bool() | int() | str():
            return ["v", value]
    raise TypeError(f"A list cannot be paged by a {type(value).__name__}; choose a key that is never null.")


def _unpacked(sort: str, value: Any) -> Any:
    makers: dict[str, Callable[[Any], Any]] = {
        "t": datetime.fromisoformat,
        "d": date.fromisoformat,
        "n": Decimal,
        "u": UUID,
    }
    if sort == "v" and isinstance(value, bool | int | str):
        return value
    return makers[sort](value)


def read_token(token: str | None, key: Sequence[str]) -> tuple[bool, list[Any]] | None:
    """Whether the token leads back, and the values it stands at; None when it cannot be read for this key."""
    if not token or len(token) > MAX_TOKEN:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        way, order, packed = json.loads(base64.urlsafe_b64decode(padded.encode()))
        values = [_unpacked(sort, value) for sort, value in packed]
    except (ValueError, TypeError, KeyError, ArithmeticError, AttributeError, binascii.Error, RecursionError):
        return None
    if way not in {"n", "p"} or order != ",".join(key) or len(values) != len(key):
        return None
    return way == "p", values
