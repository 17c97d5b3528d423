"""The demo's catalogue, price list, permits asked for, and what lies on the shelves."""

from datetime import datetime, timedelta
from random import Random

from django.utils.timezone import localdate

from bihuan.management.demo.company import Founded
from bihuan.management.demo.names import demo
from bihuan.registers.knowledge.content import Knowledge
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.organisation.models import Node
from bihuan.registers.parts.models import (
    Category,
    Part,
    Price,
    Product,
    Requirement,
    Stock,
    UpkeepInterval,
    WorkCondition,
)
from bihuan.registers.staff.models import Technician

WARRANTY_MONTHS = {"air_conditioner": 36, "refrigerator": 36, "washing_machine": 24, "water_heater": 24}
ITEM_OF_FEE = {"visit_fee": "visit", "inspection_fee": "inspection"}
GOES_BACK = timedelta(days=800)  # the price list holds for every day that the demo tells of


def found_catalogue(founded: Founded, *, now: datetime) -> None:
    """Everything that work draws on but people."""
    known = shipped()
    categories = _categories(known)
    Product.objects.bulk_create(
        Product(
            brand=founded.brands[row["brand"]],
            model=row["model"],
            category=categories[row["family"]],
            name_zh=row["zh"],
            name_en=row["en"],
            warranty_months=WARRANTY_MONTHS.get(row["family"], 12),
        )
        for row in demo("catalogue")["model"]
    )
    _parts(known, categories)
    _prices(known, now=now)
    Requirement.objects.bulk_create(
        Requirement(category=row.family, kind=row.kind, certificate=paper)
        for row in known.required
        if not row.only_when  # what depends on the very job is for the dispatcher to see
        for paper in row.certificates
    )
    WorkCondition.objects.bulk_create(
        WorkCondition(category="air_conditioner", kind=kind, outdoors=True, people=2)
        for kind in ("installation", "relocation")
    )
    UpkeepInterval.objects.create(category="water_heater", months=12, lead_days=14)
    _stock()


def _categories(known: Knowledge) -> dict[str, Category]:
    rows = demo("catalogue")["model"]
    in_use = {row["family"] for row in rows}
    return {
        family.code: Category.objects.create(
            code=family.code,
            name_zh=family.zh,
            name_en=family.en,
            units=["indoor", "outdoor"] if _in_two(family.code) else [],
            safe_years=min(
                (one.years for one in known.service_life if one.family == family.code), default=None
            ),
            runs_on=sorted({row["fuel"] for row in rows if row["family"] == family.code}),
        )
        for family in known.families
        if family.code in in_use
    }


def _in_two(family: str) -> bool:
    return any(row["two_serials"] for row in demo("catalogue")["model"] if row["family"] == family)


def _parts(known: Knowledge, categories: dict[str, Category]) -> None:
    Part.objects.bulk_create(
        Part(
            number=part.number,
            name_zh=part.zh,
            name_en=part.en,
            category=categories.get(part.family),
            by_serial=part.serial,
        )
        for part in known.parts
    )


def _prices(known: Knowledge, *, now: datetime) -> None:
    since = localdate(now) - GOES_BACK
    named = [("part", part.number, part.family, "", part) for part in known.parts]
    named += [("labour", work.code, work.family, work.kind, work) for work in known.labour]  # type: ignore[misc]
    named += [(ITEM_OF_FEE.get(fee.code, "fee"), fee.code, "", "", fee) for fee in known.fees]  # type: ignore[misc]
    Price.objects.bulk_create(
        Price(
            item=item,
            code=code,
            category="" if family == "general" else family,
            kind=kind,
            name_zh=row.zh,
            name_en=row.en,
            fen=row.fen,
            valid_from=since,
        )
        for item, code, family, kind, row in named
    )


def _stock() -> None:
    """Every shelf has most parts, some of them none; a few lie in vans."""
    chance = Random(20231110)
    parts = list(Part.objects.order_by("number"))
    shelves = [
        Stock(part=part, node=node, quantity=chance.choice((0, 1, 2, 2, 3, 4, 6)))
        for node in Node.objects.filter(kind=Node.SERVICE_POINT).order_by("code")
        for part in parts
        if chance.random() < 0.8
    ]
    vans = [
        Stock(part=part, node_id=one.node_id, technician=one, quantity=chance.choice((1, 1, 2)))
        for one in Technician.objects.order_by("number")
        for part in chance.sample(parts, 4)
    ]
    Stock.objects.bulk_create([*shelves, *vans])
