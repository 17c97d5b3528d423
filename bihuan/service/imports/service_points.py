"""网点: service points with the regions they stand under, what they serve, and the brands they may work for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from bihuan.ground.divisions import NotBuilt, find
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation import actions
from bihuan.registers.organisation.founded import UNTIL_FURTHER_NOTICE
from bihuan.registers.organisation.models import Authorisation, Coverage, Node
from bihuan.service.imports import reading
from bihuan.service.imports.register_target import Decided, RegisterTarget
from bihuan.service.imports.target import Candidate, Field, Line, Trouble
from bihuan.service.imports.wants import Kind, Plan, Want

OWNED = {
    "own": ("自营", "直营", "自有", "own"),
    "authorised": ("特约", "授权", "加盟", "外包", "合作", "第三方", "authorised"),
}
_NODE = ("name", "code", "authorised", "phone", "address", "latitude", "longitude", "daily_capacity")


def _keep_node(viewer: Viewer, row: Any, told: dict[str, Any], now: datetime) -> models.Model:
    told = dict(told)
    if row is not None:
        return actions.keep_node(row.id, parent_id=row.parent_id, **told)
    told.setdefault("code", _free_code(told["kind"]))
    return actions.keep_node(None, **told)


def _free_code(kind: str) -> str:
    """The next code of our own for a node that came without one."""
    begin = "R" if kind == Node.REGION else "SP"
    taken = set(Node.objects.filter(code__startswith=begin).values_list("code", flat=True))
    number = sum(1 for code in taken if code[len(begin) :].isdigit()) + 1
    while f"{begin}{number:03d}" in taken:
        number += 1
    return f"{begin}{number:03d}"


def _keep_coverage(viewer: Viewer, row: Any, told: dict[str, Any], now: datetime) -> models.Model:
    return actions.keep_coverage(None if row is None else row.id, **told)


def _keep_authorisation(viewer: Viewer, row: Any, told: dict[str, Any], now: datetime) -> models.Model:
    return actions.keep_authorisation(None if row is None else row.id, **told)


NODE = Kind(
    code="node",
    model=Node,
    register="nodes",
    keep=_keep_node,
    personal=frozenset({"phone", "address"}),
)
COVERAGE = Kind(
    code="coverage", model=Coverage, register="coverage", keep=_keep_coverage, told_by="districts"
)
AUTHORISATION = Kind(
    code="authorisation",
    model=Authorisation,
    register="authorisations",
    keep=_keep_authorisation,
    told_by="brands",
)


class ServicePoints(RegisterTarget):
    code = "service_points"
    title = _("Service points")
    about = _("Own and authorised service points with their regions, districts and brands.")
    icon = "building-store"
    kinds: ClassVar[Mapping[str, Kind]] = {one.code: one for one in (NODE, COVERAGE, AUTHORISATION)}
    fields = (
        Field(
            code="name",
            zh="网点名称",
            en="Service point",
            reads=reading.text(120),
            required=True,
            also=("名称", "网点", "服务商", "服务商名称", "服务网点", "站点名称", "门店名称", "name"),
            example="示例网点（可删除此行）",
        ),
        Field(
            code="code",
            zh="网点编码",
            en="Code",
            reads=reading.code(32),
            also=("编码", "编号", "网点编号", "网点代码", "服务商编码", "服务商编号", "代码"),
            example="SP-EXAMPLE",
            note=_("Left empty, a code is given. The same code is the same service point."),
        ),
        Field(
            code="region",
            zh="大区",
            en="Region",
            reads=reading.text(120),
            also=("区域", "所属大区", "所属区域", "上级", "分公司", "省区", "片区"),
            example="示例大区",
            note=_("A region that is not there yet is made. Left empty, it stands under the head office."),
        ),
        Field(
            code="owned",
            zh="自营/特约",
            en="Own or authorised",
            reads=reading.one_of(OWNED),
            also=("性质", "网点性质", "网点类型", "合作方式", "类型", "经营性质"),
            example="特约",
            options=lambda: ("自营", "特约"),
        ),
        Field(
            code="phone",
            zh="联系电话",
            en="Phone",
            reads=reading.phone,
            also=("电话", "网点电话", "服务电话", "手机", "手机号", "联系方式", "负责人电话"),
            example="021-55550100",
        ),
        Field(
            code="address",
            zh="地址",
            en="Address",
            reads=reading.text(200),
            also=("网点地址", "详细地址", "办公地址", "门店地址"),
            example="示例路1号",
        ),
        Field(
            code="city",
            zh="城市",
            en="City",
            reads=reading.text(60),
            also=("市", "所在城市", "地市", "服务城市"),
            example="上海市",
        ),
        Field(
            code="districts",
            zh="服务区域",
            en="Districts served",
            reads=reading.several(reading.text(60)),
            also=("服务区县", "覆盖区域", "覆盖范围", "服务范围", "区县", "负责区域", "辖区", "覆盖区县"),
            example="浦东新区、黄浦区",
            note=_(
                "Districts or streets, divided by 、 — a district of another city with its city before it."
            ),
        ),
        Field(
            code="brands",
            zh="授权品牌",
            en="Brands",
            reads=reading.several(reading.text(60)),
            also=("品牌", "服务品牌", "代理品牌"),
            example="示例品牌",
        ),
        Field(
            code="authorised_until",
            zh="授权到期日",
            en="Authorised until",
            reads=reading.day,
            also=("授权截止", "授权有效期", "合同到期日", "合同到期"),
            example="2099-12-31",
            note=_("Left empty, the brands are authorised until further notice."),
        ),
        Field(
            code="daily_capacity",
            zh="日接单量",
            en="Cases a day",
            reads=reading.count(100_000, units=("单", "个", "单/天", "/天")),
            also=("每日接单上限", "日产能", "日接单上限", "每日产能", "日服务能力"),
            example="40",
        ),
        Field(
            code="latitude",
            zh="纬度",
            en="Latitude",
            reads=reading.degrees(90),
            example="31.23",
        ),
        Field(
            code="longitude",
            zh="经度",
            en="Longitude",
            reads=reading.degrees(180),
            example="121.47",
        ),
    )
    words = {
        "no_head_office": _("There is no head office yet. Set up your company first."),
        "no_city": _("It is not known in which city “%(told)s” lies. Fill in the city, or write it before."),
        "not_a_service_point": _("This code belongs to a node that is no service point."),
        "unknown_district": _(
            "“%(told)s” is not in the official table of divisions; it is taken as it is written."
        ),
        "no_coverage": _("No district is told, so it is offered work from everywhere."),
    }

    def count(self, viewer: Viewer) -> int:
        return Node.objects.filter(kind=Node.SERVICE_POINT, retired_at__isnull=True).count()

    def key(self, values: Mapping[str, Any]) -> str:
        return f"code {values['code']}" if "code" in values else f"name {values.get('name', '')}"

    def plans(self, lines: Sequence[Line], decided: Decided, *, now: datetime) -> list[Plan]:
        held = _Held(lines)
        return [_plan(line, held, decided, now=now) for line in lines]


class _Held:
    """What is there already of what these lines name, in five statements."""

    def __init__(self, lines: Sequence[Line]) -> None:
        codes = {line.values["code"] for line in lines if "code" in line.values}
        names = {line.values["name"] for line in lines}
        regions = {line.values["region"] for line in lines if "region" in line.values}
        self.head = Node.objects.filter(kind=Node.HEAD_OFFICE).first()
        self.by_code = {node.code: node for node in Node.objects.filter(code__in=codes)}
        self.by_name: dict[str, list[Node]] = {}
        points = Node.objects.filter(kind=Node.SERVICE_POINT, name__in=names, retired_at__isnull=True)
        for node in points.order_by("id"):
            self.by_name.setdefault(node.name, []).append(node)
        self.regions = {
            node.name: node
            for node in Node.objects.filter(kind=Node.REGION, name__in=regions, retired_at__isnull=True)
        }
        ids = {node.id for node in self.by_code.values()} | {
            node.id for found in self.by_name.values() for node in found
        }
        self.covers = {
            (one.node_id, one.city, one.district, one.street, one.category, one.kind): one
            for one in Coverage.objects.filter(node_id__in=ids)
        }
        self.brands = {
            (one.node_id, one.brand): one
            for one in Authorisation.objects.filter(node_id__in=ids, category="").order_by("valid_until")
        }


def _plan(line: Line, held: _Held, decided: Decided, *, now: datetime) -> Plan:
    plan = Plan(number=line.number)
    values = line.values
    if held.head is None:
        return plan.refuse("no_head_office")
    row = held.by_code.get(values.get("code", ""))
    if row is not None and row.kind != Node.SERVICE_POINT:
        return plan.refuse("not_a_service_point", "code")
    if row is None and (namesakes := held.by_name.get(values["name"], [])) and not decided.anew(line.number):
        row = _namesake(plan, namesakes, "code" in values, decided)
        if row is None:
            return plan
    told = {name: values[name] for name in _NODE if name in values}
    if "owned" in values:
        told["authorised"] = values["owned"] == "authorised"
    region = _region(values.get("region"), held) if row is None else None
    point = Want(kind=NODE, row=row, told=told, identity=_identity(values))
    if row is None:
        told["kind"] = Node.SERVICE_POINT
        parent = region.row if region is not None else held.head
        told["parent_id"] = parent.pk if parent is not None else None
        point.under, point.link = region, "parent_id"
    plan.main = point
    if row is None and "districts" not in values:
        plan.troubles.append(Trouble(code="no_coverage", field="districts"))
    wants = [point] if region is None else [region, point]
    if not _cover(plan, wants, values, point, held) or not _authorise(wants, values, point, held, now=now):
        return plan
    plan.wants = wants
    return plan


def _identity(values: Mapping[str, Any]) -> tuple[str, str]:
    return ("code", values["code"]) if "code" in values else ("name", values["name"])


def _namesake(plan: Plan, namesakes: list[Node], by_code: bool, decided: Decided) -> Node | None:
    """The service point of the same name that a line without a code of its own means. With another code, or where
    several have the name, a person chooses."""
    if len(namesakes) == 1 and not by_code:
        return namesakes[0]
    into = decided.into(plan.number, namesakes[0].id)
    if into is None:
        plan.candidates = tuple(Candidate(id=one.id, label=f"{one.name} ({one.code})") for one in namesakes)
    return next((one for one in namesakes if one.id == into), None)


def _region(name: str | None, held: _Held) -> Want | None:
    if not name or held.head is None:
        return None
    told = {"kind": Node.REGION, "name": name, "parent_id": held.head.id}
    found = held.regions.get(name)
    return Want(kind=NODE, row=found, told=told, identity=("region", name), leave=found is not None)


def _cover(plan: Plan, wants: list[Want], values: Mapping[str, Any], point: Want, held: _Held) -> bool:
    """What it serves. Coverage is only added; what it served before stays."""
    for told in values.get("districts", ()):
        place = _place(told, values.get("city", ""), values.get("address", ""))
        if place is None:
            plan.refuse("no_city", "districts", told=told)
            return False
        city, district, street = place[0]
        if not place[1]:
            plan.troubles.append(Trouble(code="unknown_district", field="districts", params={"told": told}))
        row = (
            held.covers.get((point.row.pk, city, district, street, "", "")) if point.row is not None else None
        )
        wants.append(
            Want(
                kind=COVERAGE,
                row=row,
                told={"city": city, "district": district, "street": street}
                | ({"node_id": point.row.pk} if point.row is not None else {}),
                identity=(_identity(values), city, district, street),
                under=point,
                link="node_id",
            )
        )
    return True


def _place(told: str, city: str, address: str) -> tuple[tuple[str, str, str], bool] | None:
    """City, district and street, and whether the official table of divisions knows them; else they stay as told."""
    try:
        found = find(told) or None
        if found is None or not found.sure:
            found = find(f"{city}{told}") if city else find(f"{_city_of(address)}{told}")
    except NotBuilt:
        found = None
    if found is not None and found.sure and found.city and (found.district or found.city in told):
        return (found.city, found.district, found.street), True
    return ((city, told, ""), False) if city else None


def _city_of(address: str) -> str:
    found = find(address) if address else None
    return found.city if found is not None else ""


def _authorise(
    wants: list[Want], values: Mapping[str, Any], point: Want, held: _Held, *, now: datetime
) -> bool:
    """The brands it may work for, from today on; one that is there already keeps its first day."""
    for brand in values.get("brands", ()):
        row = held.brands.get((point.row.pk, brand)) if point.row is not None else None
        told: dict[str, Any] = {}
        if row is None:
            told = {
                "brand": brand,
                "category": "",
                "valid_from": localdate(now),
                "valid_until": UNTIL_FURTHER_NOTICE,
            }
            if point.row is not None:
                told["node_id"] = point.row.pk
        if "authorised_until" in values:
            told["valid_until"] = values["authorised_until"]
            told.setdefault("valid_from", localdate(now))
            told["valid_from"] = min(
                told["valid_from"] if row is None else row.valid_from, told["valid_until"]
            )
        wants.append(
            Want(
                kind=AUTHORISATION,
                row=row,
                told=told,
                identity=(_identity(values), brand),
                under=point,
                link="node_id",
            )
        )
    return True
