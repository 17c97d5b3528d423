"""Keeping the capacity calendar: limits, and days set by hand. Every change stands in the history of registers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.history import note_change
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.keeping import keep_row
from bihuan.service.dispatch.capacity.claiming import take_turn
from bihuan.service.dispatch.capacity.models import Day, Limit

REGISTER = "capacity"
LIMIT = frozenset(
    {
        "node_id",
        "name",
        "category",
        "kind",
        "weekday",
        "first_day",
        "last_day",
        "visits",
        "overbook",
        "reserve",
    }
)
BY_HAND = ("visits", "closed", "reason")


def refuse_elsewhere(viewer: Viewer, node_id: int) -> None:
    """Only nodes whose work this viewer sees; others sound as if they did not exist."""
    if viewer.nodes is not None and node_id not in viewer.nodes:
        raise NotFound


@transaction.atomic
def keep_limit(viewer: Viewer, limit_id: int | None, told: Mapping[str, Any], *, now: datetime) -> Limit:
    """Add a limit or change one. ValidationError, field by field, when it cannot be."""
    viewer.must("capacity.change")
    refuse_elsewhere(viewer, told["node_id"])
    before = _facts(_mine(viewer, limit_id)) if limit_id is not None else {}
    if (told["first_day"] is None) != (told["last_day"] is None):
        raise ValidationError({"last_day": _("Say both the first and the last day, or neither.")})
    if told["first_day"] and told["last_day"] < told["first_day"]:
        raise ValidationError({"last_day": _("The last day lies before the first.")})
    row = keep_row(Limit, limit_id, told, fields=LIMIT)
    _note(viewer, "added" if limit_id is None else "changed", before, _facts(row), row.node_id, now)
    return row


@transaction.atomic
def drop_limit(viewer: Viewer, limit_id: int, *, now: datetime) -> None:
    """The limit holds no more."""
    viewer.must("capacity.change")
    row = _mine(viewer, limit_id)
    _note(viewer, "removed", _facts(row), {}, row.node_id, now)
    row.delete()


@transaction.atomic
def set_day(
    viewer: Viewer,
    *,
    node_id: int,
    day: date,
    category: str = "",
    kind: str = "",
    closed: bool = False,
    reason: str = "",
    visits: int | None = None,
    now: datetime,
) -> None:
    """Close a day (约满) for a reason, give it another number of visits, or let the limits hold again."""
    viewer.must("capacity.change")
    refuse_elsewhere(viewer, node_id)
    if closed and not reason.strip():
        raise ValidationError({"reason": _("Say why the day is closed.")})
    take_turn(node_id, day)
    at: dict[str, Any] = {"node_id": node_id, "day": day, "category": category, "kind": kind}
    held = Day.objects.filter(**at).first()
    before = {name: getattr(held, name) for name in BY_HAND} if held else {}
    after: dict[str, Any] = {
        "visits": visits,
        "closed": closed,
        "reason": reason.strip()[:120] if closed else "",
    }
    if closed or visits is not None:
        Day.objects.update_or_create(**at, defaults=after)
    else:
        Day.objects.filter(**at).delete()
        after.clear()
    if before != after:
        told = {"day": day.isoformat(), "category": category, "kind": kind}
        _note(viewer, "changed", before, after | told, node_id, now)


def _mine(viewer: Viewer, limit_id: int) -> Limit:
    row = Limit.objects.filter(id=limit_id).first()
    if row is None:
        raise NotFound
    refuse_elsewhere(viewer, row.node_id)
    return row


def _facts(row: Limit) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in sorted(LIMIT)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def _note(
    viewer: Viewer,
    deed: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    node_id: int,
    now: datetime,
) -> None:
    note_change(viewer, register=REGISTER, row=str(node_id), deed=deed, before=before, after=after, now=now)
