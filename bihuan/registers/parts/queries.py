"""Asking the catalogue and the price list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from time import monotonic

from django.db.models import Q, QuerySet, Sum

from bihuan.registers.organisation.models import Authorisation, Node
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

REMEMBERED_SECONDS = 5.0


@dataclass
class _RunsOn:
    by_code: Mapping[str, frozenset[str]] = field(default_factory=dict)
    looked_at: float = field(default=float("-inf"))


def categories() -> list[Category]:
    return list(Category.objects.filter(retired_at__isnull=True).order_by("id"))


_runs_on = _RunsOn()


def runs_on(code: str) -> frozenset[str]:
    """What appliances of a category run on (electric, gas) as the catalogue says; remembered in this process for
    some seconds, so that a list of cases costs no statement a line."""
    if monotonic() - _runs_on.looked_at > REMEMBERED_SECONDS:
        told = Category.objects.values_list("code", "runs_on")
        _runs_on.by_code = {name: frozenset(energies) for name, energies in told}
        _runs_on.looked_at = monotonic()
    return _runs_on.by_code.get(code, frozenset())


def forget_categories() -> None:
    """Look at the catalogue anew at the next question."""
    _runs_on.looked_at = float("-inf")


def category(code: str) -> Category | None:
    return Category.objects.filter(code=code).first()


def product(brand: str, model: str) -> Product | None:
    """The catalogue's entry for a model, whatever the case it was typed in."""
    return Product.objects.select_related("category").filter(brand=brand, model__iexact=model.strip()).first()


def products(category_code: str = "") -> list[Product]:
    found = Product.objects.select_related("category").filter(retired_at__isnull=True)
    if category_code:
        found = found.filter(category__code=category_code)
    return list(found.order_by("brand", "model"))


def brands() -> list[str]:
    """The brands of the catalogue, and those that the head office works for."""
    offered = Product.objects.filter(retired_at__isnull=True).values_list("brand", flat=True)
    ours = Authorisation.objects.filter(node__kind=Node.HEAD_OFFICE).values_list("brand", flat=True)
    return sorted(offered.union(ours))


def parts_for(category_code: str) -> list[Part]:
    return list(
        Part.objects.filter(
            Q(category__code=category_code) | Q(category__isnull=True), retired_at__isnull=True
        ).order_by("number")
    )


def parts_that_fit(parts: Iterable[Part], *, brand: str, model: str) -> list[Part]:
    """Those made for a model: they name it, or name none."""
    wanted = f"{brand} {model}".casefold()
    return [one for one in parts if not one.fits or wanted in {name.casefold() for name in one.fits}]


def prices_on(day: date, *, category_code: str = "") -> list[Price]:
    """The price list in force on a day: lines for this category and those for every category."""
    found = Price.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day), valid_from__lte=day)
    if category_code:
        found = found.filter(Q(category=category_code) | Q(category=""))
    return list(found.order_by("item", "code", "id"))


def inspection_price(lines: Iterable[Price], *, category_code: str) -> Price | None:
    """The fee for looking without repairing, of a list in force: the category's own before the general one."""
    fees = [line for line in lines if line.item == "inspection"]
    return min(fees, key=lambda one: (one.category != category_code, one.fen), default=None)


def certificates_needed(*, category_code: str, kind: str) -> frozenset[str]:
    """The permits without which nobody may be sent."""
    return frozenset(
        Requirement.objects.filter(
            Q(category=category_code) | Q(category=""),
            Q(kind=kind) | Q(kind=""),
            holder=Requirement.TECHNICIAN,
        ).values_list("certificate", flat=True)
    )


def stock_at(node_id: int) -> list[Stock]:
    return list(
        Stock.objects.select_related("part", "technician__person")
        .filter(node_id=node_id)
        .order_by("part__number")
    )


def parts_numbered(numbers: Iterable[str]) -> list[Part]:
    """The parts of these numbers that are still offered, by number."""
    rows = Part.objects.filter(number__in=list(numbers), retired_at__isnull=True)
    return list(rows.order_by("number"))


def stock_of(numbers: Iterable[str], *, node_id: int) -> list[Stock]:
    """Where these parts lie at one service point: its shelf (no technician) and its technicians' vans."""
    rows = Stock.objects.filter(part__number__in=list(numbers), node_id=node_id, quantity__gt=0)
    return list(rows.select_related("part", "technician__person").order_by("part__number", "technician_id"))


type Needed = Mapping[tuple[str, str], frozenset[str]]


def certificates_for_all() -> Needed:
    """(category, kind of work) → the permits asked of whoever goes, blanks meaning every: one statement for a whole
    list."""
    return asked_for_all()[Requirement.TECHNICIAN]


def asked_for_all() -> dict[str, Needed]:
    """The same by who must hold it, whoever goes or the service point, in one statement."""
    found: dict[str, dict[tuple[str, str], set[str]]] = {
        Requirement.TECHNICIAN: {},
        Requirement.SERVICE_POINT: {},
    }
    rows = Requirement.objects.values_list("holder", "category", "kind", "certificate")
    for holder, category, kind, permit in rows:
        found.setdefault(holder, {}).setdefault((category, kind), set()).add(permit)
    return {
        holder: {where: frozenset(permits) for where, permits in asked.items()}
        for holder, asked in found.items()
    }


def conditions_for_all() -> dict[tuple[str, str], WorkCondition]:
    """(category, kind of work) → what such work is like, blanks meaning every: one statement."""
    return {(one.category, one.kind): one for one in WorkCondition.objects.all()}


def intervals_listed(search: str = "") -> QuerySet[UpkeepInterval]:
    return UpkeepInterval.objects.filter(_any(search, "category", "brand"))


def conditions_listed(search: str = "") -> QuerySet[WorkCondition]:
    return WorkCondition.objects.filter(_any(search, "category", "kind"))


def van_of(technician_id: int) -> list[Stock]:
    """What lies in one technician's van, by part number; empty shelves are left out."""
    rows = Stock.objects.select_related("part__category").filter(technician_id=technician_id, quantity__gt=0)
    return list(rows.order_by("part__number"))


def categories_listed(search: str = "") -> QuerySet[Category]:
    """Every category, retired ones too, for its register."""
    return Category.objects.filter(_any(search, "code", "name_zh", "name_en"))


def products_listed(search: str = "") -> QuerySet[Product]:
    return Product.objects.select_related("category").filter(_any(search, "brand", "model", "name_zh"))


def warranties_listed(search: str = "") -> QuerySet[WarrantyTerm]:
    found = _any(
        search, "brand", "model", "component_zh", "component_en", "category__name_zh", "category__code"
    )
    return WarrantyTerm.objects.select_related("category").filter(found)


def warranty_terms(*, category_code: str, brand: str = "", model: str = "") -> list[WarrantyTerm]:
    """For how long the components of this appliance are covered where that differs from the whole: of each
    component the most particular term (its model before its brand before its category)."""
    found = WarrantyTerm.objects.filter(category__code=category_code, retired_at__isnull=True)
    fits = [
        one
        for one in found.order_by("component_zh", "id")
        if one.brand.casefold() in ("", brand.strip().casefold())
        and one.model.casefold() in ("", model.strip().casefold())
    ]
    best: dict[str, WarrantyTerm] = {}
    for one in sorted(fits, key=lambda row: (bool(row.model), bool(row.brand))):
        best[one.component_zh] = one
    return list(best.values())


@dataclass(frozen=True)
class Listed:
    """How many entries of the catalogue in use name something."""

    products: int = 0
    parts: int = 0
    prices: int = 0
    requirements: int = 0
    stock: int = 0


def naming_category(code: str, *, day: date) -> Listed:
    """What of the catalogue stands under a category on a day."""
    lasting = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    return Listed(
        products=Product.objects.filter(category__code=code, retired_at__isnull=True).count(),
        parts=Part.objects.filter(category__code=code, retired_at__isnull=True).count(),
        prices=Price.objects.filter(lasting, category=code).count(),
        requirements=Requirement.objects.filter(category=code).count(),
    )


def naming_part(part: Part, *, day: date) -> Listed:
    """Where a part lies, in pieces, and by how many prices it is offered on a day or later."""
    lasting = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    counted = Stock.objects.filter(part=part, quantity__gt=0).aggregate(pieces=Sum("quantity"))
    return Listed(
        prices=Price.objects.filter(lasting, item="part", code=part.number).count(),
        stock=int(counted["pieces"] or 0),
    )


def pieces_at(node_ids: frozenset[int]) -> int:
    """How many pieces of parts lie at these nodes and in their vans."""
    counted = Stock.objects.filter(node_id__in=node_ids, quantity__gt=0).aggregate(pieces=Sum("quantity"))
    return int(counted["pieces"] or 0)


def pieces_with(technician_id: int) -> int:
    """How many pieces of parts lie in one technician's van."""
    counted = Stock.objects.filter(technician_id=technician_id, quantity__gt=0).aggregate(
        pieces=Sum("quantity")
    )
    return int(counted["pieces"] or 0)


def requirements_for(certificate: str) -> int:
    """How many kinds of work ask for a permit."""
    return Requirement.objects.filter(certificate=certificate).count()


def prices_of_the_same(price: Price) -> list[Price]:
    """Every price that the thing of this line ever had or will have, the newest first."""
    same = Price.objects.filter(item=price.item, code=price.code, category=price.category, kind=price.kind)
    return list(same.order_by("-valid_from", "-id"))


def parts_listed(search: str = "") -> QuerySet[Part]:
    return Part.objects.select_related("category").filter(_any(search, "number", "name_zh", "name_en"))


def prices_listed(search: str = "") -> QuerySet[Price]:
    return Price.objects.filter(_any(search, "item", "code", "category", "name_zh", "name_en"))


def requirements_listed(search: str = "") -> QuerySet[Requirement]:
    return Requirement.objects.filter(_any(search, "category", "kind", "certificate"))


def stock_listed(search: str = "") -> QuerySet[Stock]:
    return Stock.objects.select_related("part", "node", "technician__person").filter(
        _any(search, "part__number", "part__name_zh", "node__name")
    )


def _any(search: str, *columns: str) -> Q:
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__icontains": search})
    return found
