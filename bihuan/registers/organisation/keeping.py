"""How every register keeps a row: an allowed list of fields, checked by the model's own rules, under a lock."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _


@transaction.atomic
def keep_row[M: models.Model](
    model: type[M], row_id: int | None, told: Mapping[str, Any], *, fields: frozenset[str]
) -> M:
    """Make a row (`row_id` None) or change one; what is not told stays. Only `fields` may be told.

    Raises Django's ValidationError, field by field and in the reader's language, and then writes nothing.
    """
    if foreign := sorted(set(told) - fields):
        raise TypeError(f"{model.__name__} is not kept by {', '.join(foreign)}.")
    row = model() if row_id is None else held(model, row_id)
    for name, value in told.items():
        setattr(row, name, value)
    check(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # somebody else wrote the same between the check and now
        raise ValidationError(_("Somebody else just made the same entry. Open the list again.")) from error
    return row


def check(row: models.Model) -> None:
    """What the columns, the unique and the check constraints ask of a row; ValidationError when it fails."""
    row.clean_fields(exclude={field.name for field in row._meta.fields if _may_be_empty(row, field)})
    row.validate_unique()
    row.validate_constraints()


@transaction.atomic
def retire_row(model: type[models.Model], row_id: int, *, now: datetime) -> None:
    """Take a row out of use; what was done with it still names it."""
    model._default_manager.filter(pk=row_id, retired_at__isnull=True).update(retired_at=now)


@transaction.atomic
def unretire_row[M: models.Model](model: type[M], row_id: int) -> M:
    """Take a row back in use; ValidationError where something in use has taken its place meanwhile."""
    row = held(model, row_id)
    setattr(row, "retired_at", None)  # noqa: B010 (every model that is retired has it; the type does not say so)
    check(row)
    row.save(update_fields=["retired_at"])
    return row


@transaction.atomic
def run_out(model: type[models.Model], row_id: int, *, now: datetime) -> None:
    """Let what holds from day to day hold no more from today on: yesterday is its last day, unless it had ended
    before; one that has not begun goes. The model has `valid_from` and `valid_until` (None: without end)."""
    row: Any = held(model, row_id)
    yesterday = localdate(now) - timedelta(days=1)
    row.valid_until = min(row.valid_until or yesterday, yesterday)
    if row.valid_until < row.valid_from:
        row.delete()
    else:
        row.save(update_fields=["valid_until"])


def held[M: models.Model](model: type[M], row_id: int) -> M:
    """The row, locked until the transaction ends; ValidationError when it is gone."""
    found: M | None = model._default_manager.select_for_update().filter(pk=row_id).first()
    if found is None:
        raise ValidationError(_("This entry is not there any more."))
    return found


def _may_be_empty(row: models.Model, field: models.Field[Any, Any]) -> bool:
    value = getattr(row, field.attname)
    return field.primary_key or (value is None and field.null) or value in ([], {}, "")
