"""配件: spare parts of the catalogue, with what they are sold for and how many lie where, when that is told."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.parts import actions
from bihuan.registers.parts.models import Category, Part, Price, Stock
from bihuan.service.imports import reading, resolving
from bihuan.service.imports.prices import EVERY, PRICE, price_plan
from bihuan.service.imports.reading import plain
from bihuan.service.imports.register_target import Decided, RegisterTarget
from bihuan.service.imports.staff_fields import point_names
from bihuan.service.imports.target import Field, Line
from bihuan.service.imports.wants import Kind, Plan, Want

PART = Kind(
    code="part",
    model=Part,
    register="parts",
    keep=lambda viewer, row, told, now: actions.keep_part(getattr(row, "id", None), **told),
    used=lambda row: Price.objects.filter(item="part", code=row.number).exists(),
)
STOCK = Kind(
    code="stock",
    model=Stock,
    register="stock",
    told_by="quantity",
    keep=lambda viewer, row, told, now: actions.keep_stock(getattr(row, "id", None), **told),
)


class Parts(RegisterTarget):
    code = "parts"
    title = _("Parts")
    about = _("Spare parts; with a price and the counts of a service point when the file has them.")
    icon = "package"
    order = ("service_points",)
    kinds: ClassVar[Mapping[str, Kind]] = {one.code: one for one in (PART, STOCK, PRICE)}
    fields = (
        Field(
            code="number",
            zh="配件编号",
            en="Part number",
            reads=reading.code(40),
            required=True,
            also=("编号", "编码", "物料号", "物料编码", "料号", "配件编码", "配件号", "备件编码", "备件号"),
            example="PART-EXAMPLE",
            note=_("The same number is the same part."),
        ),
        Field(
            code="name",
            zh="配件名称",
            en="Name",
            reads=reading.text(120),
            required=True,
            also=("名称", "物料名称", "备件名称", "品名", "物料描述"),
            example="示例配件（可删除此行）",
        ),
        Field(
            code="category",
            zh="适用品类",
            en="Category",
            reads=reading.text(60),
            also=("品类", "产品品类", "产品类别", "适用产品"),
            note=_("Left empty, it fits every category."),
        ),
        Field(
            code="by_serial",
            zh="按序列号管理",
            en="Kept by serial number",
            reads=reading.yes_no,
            also=("序列号管理", "是否序列号", "扫码管理"),
            example="否",
            options=lambda: ("是", "否"),
        ),
        Field(
            code="price",
            zh="单价（元）",
            en="Price (yuan)",
            reads=reading.money,
            also=("价格", "售价", "单价", "零售价", "销售价"),
            example="120.00",
            note=_("Goes into the price list, from the day beside it or from today on."),
        ),
        Field(
            code="valid_from",
            zh="价格生效日期",
            en="Price valid from",
            reads=reading.day,
            also=("生效日期", "执行日期"),
        ),
        Field(
            code="point",
            zh="网点",
            en="Service point",
            reads=reading.text(120),
            also=("所属网点", "网点名称", "仓库", "库房", "网点编码", "存放网点"),
            note=_("Where the counted pieces lie."),
            options=point_names,
        ),
        Field(
            code="quantity",
            zh="库存数量",
            en="In stock",
            reads=reading.count(1_000_000, units=("个", "件", "套", "只", "台", "pcs")),
            also=("库存", "数量", "现有库存", "结存", "库存数"),
        ),
        Field(code="name_en", zh="英文名称", en="Name in English", reads=reading.text(120), also=("英文",)),
    )
    words = {
        "unknown_category": _("“%(told)s” is no category of the catalogue."),
        "unknown_point": _("No service point is called “%(told)s”."),
        "several_points": _("Several service points are called “%(told)s”. Write the code instead."),
        "where_counted": _("Say at which service point the pieces lie."),
        "in_force": _(
            "A price for the same thing began on %(day)s and is not rewritten: quotes were given by it. "
            "Give the new one a later day."
        ),
        "another_day": _("Another price for the same thing begins on %(day)s, within the days of this one."),
    }

    def count(self, viewer: Viewer) -> int:
        return Part.objects.filter(retired_at__isnull=True).count()

    def key(self, values: Mapping[str, Any]) -> str:
        return str(values.get("number", ""))

    def plans(self, lines: Sequence[Line], decided: Decided, *, now: datetime) -> list[Plan]:
        held = _Held(lines)
        return [_plan(line, held, today=localdate(now)) for line in lines]


class _Held:
    """The parts these lines name, what lies where, and what they cost."""

    def __init__(self, lines: Sequence[Line]) -> None:
        numbers = {line.values["number"] for line in lines}
        self.categories = resolving.category_words()
        self.category_ids = dict(Category.objects.values_list("code", "id"))
        self.points = resolving.points_named(line.values["point"] for line in lines if "point" in line.values)
        self.parts = {one.number: one for one in Part.objects.filter(number__in=numbers)}
        self.stock = {
            (one.part_id, one.node_id): one
            for one in Stock.objects.filter(part__number__in=numbers, technician__isnull=True)
        }
        self.prices: dict[tuple[str, ...], list[Price]] = {}
        for price in Price.objects.filter(item="part", code__in=numbers).order_by("valid_from", "id"):
            self.prices.setdefault((price.item, price.code, price.category, price.kind), []).append(price)


def _plan(line: Line, held: _Held, *, today: date) -> Plan:
    plan, values = Plan(number=line.number), line.values
    category = held.categories.get(plain(values.get("category", "")), "")
    if "category" in values and not category and plain(values["category"]) not in EVERY:
        return plan.refuse("unknown_category", "category", told=values["category"])
    points = held.points.get(values.get("point", ""), [])
    if "point" in values and len(points) != 1:
        code = "several_points" if points else "unknown_point"
        return plan.refuse(code, "point", told=values["point"])
    if "quantity" in values and not points:
        return plan.refuse("where_counted", "point")
    part = _part(values, held, category)
    if "price" in values:
        thing = ("part", values["number"], "", "")
        names = (values["name"], values.get("name_en", values["name"]))
        told = {name: values[name] for name in ("price", "valid_from", "name", "name_en") if name in values}
        if price_plan(plan, told, thing, held.prices.get(thing, []), names, today=today).refused:
            return plan
    plan.main, plan.wants = part, [part, *plan.wants]
    if "quantity" in values:
        plan.wants.append(_stock(part, points[0].id, values["quantity"], held))
    return plan


def _part(values: Mapping[str, Any], held: _Held, category: str) -> Want:
    row = held.parts.get(values["number"])
    told: dict[str, Any] = {"name_zh": values["name"]}
    if "name_en" in values or row is None:
        told["name_en"] = values.get("name_en", values["name"])
    if category:
        told["category_id"] = held.category_ids[category]
    if "by_serial" in values:
        told["by_serial"] = values["by_serial"]
    if row is None:
        told["number"] = values["number"]
    return Want(kind=PART, row=row, told=told, identity=values["number"])


def _stock(part: Want, node_id: int, quantity: int, held: _Held) -> Want:
    row = held.stock.get((part.row.pk, node_id)) if part.row is not None else None
    told: dict[str, Any] = {"quantity": quantity}
    if row is None:
        told |= {"node_id": node_id} | ({"part_id": part.row.pk} if part.row is not None else {})
    return Want(kind=STOCK, row=row, told=told, identity=(part.identity, node_id), under=part, link="part_id")
