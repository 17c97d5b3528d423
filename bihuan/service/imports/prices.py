"""价格表: the price list with the days it holds. A price that began is never rewritten: a new one ends it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.parts import actions
from bihuan.registers.parts.models import Price
from bihuan.service.imports import reading, resolving
from bihuan.service.imports.reading import plain
from bihuan.service.imports.register_target import Decided, RegisterTarget
from bihuan.service.imports.target import Field, Line
from bihuan.service.imports.wants import Kind, Plan, Want

ITEMS: Mapping[str, tuple[str, ...]] = {
    "visit": ("上门费", "上门", "visit"),
    "labour": ("人工费", "维修费", "安装费", "服务费", "工时费", "移机费", "清洗费", "人工", "labour"),
    "inspection": ("检测费", "检查费", "鉴定费", "inspection"),
    "part": ("配件", "配件费", "备件", "材料费", "零件", "part"),
}


def _keep_price(viewer: Viewer, row: Any, told: dict[str, Any], now: datetime) -> models.Model:
    """A new price, or an earlier one given back the last day that it had before an import ended it."""
    if row is None:
        return actions.keep_price(None, now=now, **told)
    Price.objects.filter(id=row.id).update(**told)
    row.refresh_from_db()
    found: models.Model = row
    return found


PRICE = Kind(code="price", model=Price, register="prices", keep=_keep_price, told_by="price")


class Prices(RegisterTarget):
    code = "prices"
    title = _("Price list")
    about = _("What visits, labour, inspection and parts cost, from a day on.")
    icon = "currency-yuan"
    kinds: ClassVar[Mapping[str, Kind]] = {PRICE.code: PRICE}
    fields = (
        Field(
            code="item",
            zh="收费项目",
            en="Item",
            reads=reading.one_of(ITEMS),
            required=True,
            also=("项目", "费用类型", "收费类型", "项目类型", "费用项目", "类别"),
            example="人工费",
            options=lambda: [words[0] for words in ITEMS.values()],
        ),
        Field(
            code="name",
            zh="名称",
            en="Name",
            reads=reading.text(120),
            also=("项目名称", "收费名称", "服务项目", "服务内容", "说明", "配件名称"),
            example="示例价格（可删除此行）",
        ),
        Field(
            code="price",
            zh="价格（元）",
            en="Price (yuan)",
            reads=reading.money,
            required=True,
            also=("单价", "金额", "收费标准", "费用", "价格", "收费", "售价", "元"),
            example="80.00",
        ),
        Field(
            code="category",
            zh="品类",
            en="Category",
            reads=reading.text(60),
            also=("产品品类", "产品类别", "产品", "产品大类", "家电类别"),
            note=_("Left empty, the price is for every category."),
        ),
        Field(
            code="kind",
            zh="服务类型",
            en="Kind of work",
            reads=reading.text(60),
            also=("工单类型", "作业类型", "服务种类", "业务类型"),
            note=_("Left empty, the price is for every kind of work."),
        ),
        Field(
            code="code",
            zh="配件编号",
            en="Part number",
            reads=reading.code(40),
            also=("编码", "编号", "物料号", "物料编码", "料号", "项目编码", "配件编码"),
        ),
        Field(
            code="valid_from",
            zh="生效日期",
            en="Valid from",
            reads=reading.day,
            also=("开始日期", "执行日期", "起始日期", "启用日期"),
            example="2026-01-01",
            note=_("Left empty, it holds from today on; what held until then ends the day before."),
        ),
        Field(
            code="valid_until",
            zh="失效日期",
            en="Valid until",
            reads=reading.day,
            also=("结束日期", "截止日期", "终止日期"),
            note=_("The last day; left empty, it holds until further notice."),
        ),
        Field(code="name_en", zh="英文名称", en="Name in English", reads=reading.text(120), also=("英文",)),
    )
    words = {
        "unknown_category": _("“%(told)s” is no category of the catalogue."),
        "unknown_kind": _("“%(told)s” is no kind of work."),
        "part_number_needed": _("The price of a part needs the part's number."),
        "backwards": _("The last day lies before the first."),
        "in_force": _(
            "A price for the same thing began on %(day)s and is not rewritten: quotes were given by it. "
            "Give the new one a later day."
        ),
        "another_day": _("Another price for the same thing begins on %(day)s, within the days of this one."),
    }

    def count(self, viewer: Viewer) -> int:
        return Price.objects.count()

    def key(self, values: Mapping[str, Any]) -> str:
        return " ".join(
            str(values.get(name, "")) for name in ("item", "code", "category", "kind", "valid_from")
        )

    def plans(self, lines: Sequence[Line], decided: Decided, *, now: datetime) -> list[Plan]:
        held = _Held(lines)
        return [_plan(line, held, today=localdate(now)) for line in lines]


class _Held:
    """The categories and kinds by their words, and every price of the items these lines name."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.categories = resolving.category_words()
        self.kinds = resolving.kind_words()
        self.names = {
            "visit": ("上门费", "Visit"),
            "labour": ("人工费", "Labour"),
            "inspection": ("检测费", "Inspection"),
            "part": ("配件", "Part"),
        }
        self.prices: dict[tuple[str, ...], list[Price]] = {}
        codes = {line.values.get("code", "") for line in lines}
        for one in Price.objects.filter(Q(code__in=codes) | Q(code="")).order_by("valid_from", "id"):
            self.prices.setdefault((one.item, one.code, one.category, one.kind), []).append(one)


def _plan(line: Line, held: _Held, *, today: date) -> Plan:
    plan, values = Plan(number=line.number), line.values
    category = held.categories.get(plain(values.get("category", "")), "")
    kind = held.kinds.get(plain(values.get("kind", "")), "")
    if "category" in values and not category and plain(values["category"]) not in EVERY:
        return plan.refuse("unknown_category", "category", told=values["category"])
    if "kind" in values and not kind and plain(values["kind"]) not in EVERY:
        return plan.refuse("unknown_kind", "kind", told=values["kind"])
    if values["item"] == "part" and "code" not in values:
        return plan.refuse("part_number_needed", "code")
    thing = (values["item"], values.get("code", ""), category, kind)
    return price_plan(
        plan, values, thing, held.prices.get(thing, []), held.names[values["item"]], today=today
    )


EVERY = frozenset({"全部", "通用", "所有", "不限", "all", "every", "全品类"})


def price_plan(
    plan: Plan,
    values: Mapping[str, Any],
    thing: tuple[str, str, str, str],
    there: Sequence[Price],
    names: tuple[str, str],
    *,
    today: date,
) -> Plan:
    """What a price of a thing wants: nothing where the same holds on that day; else to end the open one and begin."""
    begins, until = values.get("valid_from", today), values.get("valid_until")
    if until is not None and until < begins:
        return plan.refuse("backwards", "valid_until")
    holds = next((one for one in there if one.valid_from <= begins and _lasts(one, begins)), None)
    if holds is not None and holds.fen == values["price"] and (until is None or holds.valid_until == until):
        plan.main = Want(kind=PRICE, row=holds, told={}, leave=True)
        plan.wants = [plan.main]
        return plan
    if holds is not None and holds.valid_from == begins:
        return plan.refuse("in_force", "valid_from", day=begins.isoformat())
    later = next(
        (one for one in there if one.valid_from > begins and (until is None or one.valid_from <= until)), None
    )
    if later is not None:
        return plan.refuse("another_day", "valid_from", day=later.valid_from.isoformat())
    told = dict(zip(("item", "code", "category", "kind"), thing, strict=True)) | {
        "name_zh": values.get("name", names[0]),
        "name_en": values.get("name_en", names[1] if "name" not in values else values["name"]),
        "fen": values["price"],
        "valid_from": begins,
        "valid_until": until,
    }
    plan.main = Want(kind=PRICE, row=None, told=told)
    if holds is not None:
        plan.wants.append(Want(kind=PRICE, row=holds, told={"valid_until": begins - timedelta(days=1)}))
    plan.wants.append(plan.main)
    return plan


def _lasts(one: Price, on: date) -> bool:
    return one.valid_until is None or one.valid_until >= on
