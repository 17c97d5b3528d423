"""Keeping the catalogue, the price list, the permits that work asks for, and what lies on the shelves."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from bihuan.registers.organisation.keeping import held, keep_row, retire_row, run_out, unretire_row
from bihuan.registers.parts.models import (
    Category,
    Part,
    Price,
    Product,
    Requirement,
    Stock,
    UpkeepInterval,
    WarrantyTerm,
    WorkCondition,
)
from bihuan.registers.parts.queries import forget_categories

CATEGORY = frozenset({"code", "name_zh", "name_en", "units", "safe_years", "runs_on"})
PRODUCT = frozenset({"brand", "model", "category_id", "name_zh", "name_en", "warranty_months"})
PART = frozenset({"number", "name_zh", "name_en", "category_id", "by_serial", "fits"})
PRICE = frozenset(
    {"item", "code", "category", "kind", "name_zh", "name_en", "fen", "valid_from", "valid_until"}
)
WARRANTY = frozenset(
    {"category_id", "brand", "model", "component_zh", "component_en", "months", "basis", "source"}
)
REQUIREMENT = frozenset({"category", "kind", "certificate", "holder"})
UPKEEP = frozenset({"category", "brand", "months", "lead_days"})
CONDITION = frozenset({"category", "kind", "outdoors", "people"})
STOCK = frozenset({"part_id", "node_id", "technician_id", "quantity"})


@transaction.atomic
def keep_category(category_id: int | None, **told: Any) -> Category:
    """A code, once given, stays: machines, skills and prices name it."""
    if category_id is not None and held(Category, category_id).code != told.get("code"):
        raise ValidationError({"code": _("A code stays as it is; other entries name it.")})
    kept = keep_row(Category, category_id, told, fields=CATEGORY)
    forget_categories()
    transaction.on_commit(forget_categories)
    return kept


def retire_category(category_id: int, *, now: datetime) -> None:
    retire_row(Category, category_id, now=now)


def unretire_category(category_id: int) -> Category:
    return unretire_row(Category, category_id)


def keep_product(product_id: int | None, **told: Any) -> Product:
    return keep_row(Product, product_id, told, fields=PRODUCT)


def retire_product(product_id: int, *, now: datetime) -> None:
    retire_row(Product, product_id, now=now)


def unretire_product(product_id: int) -> Product:
    return unretire_row(Product, product_id)


@transaction.atomic
def keep_warranty(term_id: int | None, **told: Any) -> WarrantyTerm:
    """For how long a component is covered. A model is named with its brand."""
    if told.get("model") and not told.get("brand"):
        raise ValidationError({"brand": _("A model is named with its brand.")})
    return keep_row(WarrantyTerm, term_id, told, fields=WARRANTY)


def retire_warranty(term_id: int, *, now: datetime) -> None:
    retire_row(WarrantyTerm, term_id, now=now)


def unretire_warranty(term_id: int) -> WarrantyTerm:
    return unretire_row(WarrantyTerm, term_id)


def keep_part(part_id: int | None, **told: Any) -> Part:
    return keep_row(Part, part_id, told, fields=PART)


def retire_part(part_id: int, *, now: datetime) -> None:
    retire_row(Part, part_id, now=now)


def unretire_part(part_id: int) -> Part:
    return unretire_row(Part, part_id)


@transaction.atomic
def keep_price(price_id: int | None, *, now: datetime, **told: Any) -> Price:
    """A price that began is never rewritten: quotes were given by it. A new one ends it the day before."""
    begins, until = told["valid_from"], told.get("valid_until")
    if until is not None and until < begins:
        raise ValidationError({"valid_until": _("The last day lies before the first.")})
    if price_id is not None:
        stands = held(Price, price_id)
        same = all(getattr(stands, name) == value for name, value in told.items() if name != "valid_until")
        if stands.valid_from <= localdate(now) and not same:
            raise ValidationError(_("This price is in force or was. Add a new one from a later day instead."))
    _make_room(price_id, told)
    return keep_row(Price, price_id, told, fields=PRICE)


@transaction.atomic
def follow_price(price_id: int, *, valid_from: date, fen: int, now: datetime) -> Price:
    """The same thing for another price from a day on; what held until then ends the day before."""
    stands = held(Price, price_id)
    if valid_from <= stands.valid_from:
        raise ValidationError({"valid_from": _("The new price begins after the old one began.")})
    if valid_from < localdate(now):
        raise ValidationError(
            {"valid_from": _("A new price begins today or later; quotes were given by the old one.")}
        )
    if stands.valid_until is not None and stands.valid_until >= valid_from:
        stands.valid_until = valid_from - timedelta(days=1)
        stands.save(update_fields=["valid_until"])
    names = ("item", "code", "category", "kind", "name_zh", "name_en")
    same = {name: getattr(stands, name) for name in names}
    return keep_price(None, now=now, fen=fen, valid_from=valid_from, valid_until=None, **same)


def _make_room(price_id: int | None, told: dict[str, Any]) -> None:
    """End an open price of the same thing the day before this begins; refuse two prices for one day."""
    begins, until = told["valid_from"], told.get("valid_until")
    same = {name: told.get(name, "") for name in ("item", "code", "category", "kind")}
    others = Price.objects.select_for_update().filter(**same)
    if price_id is not None:
        others = others.exclude(id=price_id)
    others.filter(valid_until__isnull=True, valid_from__lt=begins).update(
        valid_until=begins - timedelta(days=1)
    )
    clash = others.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=begins))
    if until is not None:
        clash = clash.filter(valid_from__lte=until)
    if clash.exists():
        raise ValidationError(
            {"valid_from": _("Another price for the same thing holds on one of these days.")}
        )


def end_price(price_id: int, *, now: datetime) -> None:
    run_out(Price, price_id, now=now)


def keep_requirement(requirement_id: int | None, **told: Any) -> Requirement:
    return keep_row(Requirement, requirement_id, told, fields=REQUIREMENT)


def drop_requirement(requirement_id: int) -> None:
    Requirement.objects.filter(id=requirement_id).delete()


def keep_condition(condition_id: int | None, **told: Any) -> WorkCondition:
    return keep_row(WorkCondition, condition_id, told, fields=CONDITION)


def drop_condition(condition_id: int) -> None:
    """The work is like the more general line says again; without any, indoors and for one."""
    WorkCondition.objects.filter(id=condition_id).delete()


def keep_interval(interval_id: int | None, **told: Any) -> UpkeepInterval:
    return keep_row(UpkeepInterval, interval_id, told, fields=UPKEEP)


def drop_interval(interval_id: int) -> None:
    """No new plans are made by it; those that stand go on until somebody stops them."""
    UpkeepInterval.objects.filter(id=interval_id).delete()


def keep_stock(stock_id: int | None, **told: Any) -> Stock:
    """What was counted on a shelf or in a van."""
    if told.get("quantity", 0) < 0:
        raise ValidationError({"quantity": _("A count is 0 or more.")})
    return keep_row(Stock, stock_id, told, fields=STOCK)


class Taken(NamedTuple):
    """How many came from the van and from the shelf; `short` is what the counts did not have."""

    van: int
    shelf: int
    short: int


@transaction.atomic
def take_stock(part_id: int, quantity: int, *, person_id: int, node_id: int) -> Taken:
    """Lower the counts by what was fitted: the van first, then the shelf of the service point, never below zero.

    A part that nobody counts is short of nothing.
    """
    rows = Stock.objects.select_for_update().filter(part_id=part_id)
    vans = list(rows.filter(technician__person_id=person_id)[:1])
    shelves = list(rows.filter(technician__isnull=True, node_id=node_id)[:1])
    if not vans and not shelves:
        return Taken(0, 0, 0)
    left, taken = quantity, []
    for found in (vans, shelves):
        count = min(left, max(found[0].quantity, 0)) if found else 0
        if count:
            Stock.objects.filter(id=found[0].id).update(quantity=F("quantity") - count)
        taken.append(count)
        left -= count
    return Taken(taken[0], taken[1], left)


@transaction.atomic
def put_back_stock(part_id: int, *, van: int, shelf: int, person_id: int, node_id: int) -> None:
    """Raise the counts again by what was not fitted after all."""
    rows = Stock.objects.filter(part_id=part_id)
    if van:
        rows.filter(technician__person_id=person_id).update(quantity=F("quantity") + van)
    if shelf:
        rows.filter(technician__isnull=True, node_id=node_id).update(quantity=F("quantity") + shelf)
