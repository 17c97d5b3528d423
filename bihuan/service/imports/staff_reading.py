"""Cells that only lists of staff have: roles, skills, certificates and hours. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from bihuan.service.imports.reading import Cell, Unreadable, clock, day, half, one_of, plain, several, tidy

ROLES: Mapping[str, tuple[str, ...]] = {
    "technician": (
        "师傅", "工程师", "维修工", "安装工", "技师", "维修师傅", "安装师傅",
        "服务工程师", "维修员", "安装员", "technician",
    ),
    "service_point_dispatcher": ("网点信息员", "信息员", "网点客服", "网点调度", "service point dispatcher"),
    "service_point_owner": ("网点负责人", "网点老板", "店长", "站长", "网点经理", "service point owner"),
    "agent": ("客服", "坐席", "座席", "话务员", "客服专员", "agent"),
    "dispatcher": ("调度员", "调度", "派单员", "派工员", "dispatcher"),
    "supervisor": ("主管", "客服主管", "班长", "组长", "supervisor"),
    "callback_agent": ("回访员", "回访专员", "回访", "callback agent"),
    "quality_inspector": ("质检员", "质检", "质量检查员", "quality inspector"),
    "parts_keeper": ("配件员", "配件管理员", "仓管", "库管", "仓库管理员", "parts keeper"),
    "department_owner": ("部门负责人", "责任部门", "department owner"),
    "approver": ("审批人", "审批", "approver"),
    "settlement_clerk": ("结算员", "结算", "财务", "settlement clerk"),
    "analyst": ("分析员", "数据分析", "数据分析员", "analyst"),
    "manager": ("经理", "领导", "总监", "服务经理", "manager"),
    "administrator": ("管理员", "系统管理员", "administrator"),
}  # fmt: skip

roles = several(one_of(ROLES))


@dataclass(frozen=True, kw_only=True)
class SkillTold:
    """As written; which category and kind it means is for the catalogue to say. `level` 0: not told."""

    words: str
    level: int


@dataclass(frozen=True, kw_only=True)
class PermitTold:
    kind: str
    number: str
    valid_until: date


@dataclass(frozen=True, kw_only=True)
class ShiftTold:
    """0 is Monday."""

    weekday: int
    begins: time
    ends: time


_LEVEL = re.compile(r"(?:level|l|等级)?([123])级?$", re.IGNORECASE)


def skills(cell: Cell) -> tuple[SkillTold, ...] | None:
    """空调安装、冰箱维修2级: what somebody can, with a level from 1 to 3 where one is told."""
    found = []
    for part in re.split(r"[、,，;；/\n\r]+", half(_lines(cell))):
        told = plain(part)
        if not told:
            continue
        level = _LEVEL.search(told)
        words = told[: level.start()] if level else told
        found.append(SkillTold(words=words, level=int(level[1]) if level else 0))
    return tuple(dict.fromkeys(found)) or None


_PERMIT = re.compile(
    r"^(?P<kind>[^\d]*?[^\dA-Za-z\s:])[\s:]*(?P<number>[A-Za-z0-9][A-Za-z0-9\-]{2,})[\s:]*(?:有效期?至?|到期日?|至)?[\s:]*"
    r"(?P<day>\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{8})\s*(?:到期|止|前)?$"
)


def permits(cell: Cell) -> tuple[PermitTold, ...] | None:
    """低压电工证 T123456 2027-12-31；制冷证 ...: each with its number and its last day."""
    found = []
    for part in re.split(r"[、；;\n\r]+", half(_lines(cell))):
        if not part.strip():
            continue
        match = _PERMIT.match(part.strip())
        if match is None:
            raise Unreadable("no_permit", told=part.strip()[:40])
        until = day(match["day"])
        if until is None:
            raise Unreadable("no_permit", told=part.strip()[:40])
        found.append(PermitTold(kind=match["kind"].strip(), number=match["number"], valid_until=until))
    return tuple(found) or None


_DAYS = "一二三四五六日"
_HOURS = re.compile(
    r"(\d{1,2}(?:[:时点]\d{0,2})?分?)\s*(?:-|~|—|–|至|到)+\s*(\d{1,2}(?:[:时点]\d{0,2})?分?)$"
)
_SPAN = re.compile(
    r"(?:周|星期|礼拜)([一二三四五六日天])\s*(?:-|~|—|至|到)\s*(?:周|星期|礼拜)?([一二三四五六日天])"
)
_SOME = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天]+)")


def shifts(cell: Cell) -> tuple[ShiftTold, ...] | None:
    """周一至周五 09:00-18:00；周六 9:00-12:00. Hours without a day are of every day."""
    found = []
    for part in re.split(r"[；;\n\r、,]+", half(_lines(cell)).replace("，", ",")):
        told = part.strip()
        if not told:
            continue
        hours = _HOURS.search(told)
        if hours is None:
            raise Unreadable("no_shift", told=told[:40])
        begins, ends = _time(hours[1]), _time(hours[2])
        if begins >= ends:
            raise Unreadable("shift_backwards", told=told[:40])
        found += [
            ShiftTold(weekday=one, begins=begins, ends=ends) for one in _weekdays(told[: hours.start()])
        ]
    return tuple(dict.fromkeys(found)) or None


def _weekdays(told: str) -> list[int]:
    told = told.strip()
    if not told or re.fullmatch(r"(每天|每日|全周|天天|周一至周日)[:\s]*", told):
        return list(range(7))
    if told.startswith("工作日"):
        return list(range(5))
    if told.startswith("周末"):
        return [5, 6]
    if span := _SPAN.search(told):
        first, last = _number(span[1]), _number(span[2])
        if first <= last:
            return list(range(first, last + 1))
    elif some := _SOME.findall(told):
        return sorted({_number(sign) for signs in some for sign in signs})
    raise Unreadable("no_shift", told=told[:40])


def _number(sign: str) -> int:
    return _DAYS.index("日" if sign == "天" else sign)


def _time(told: str) -> time:
    read = clock(told if re.search(r"[:时点]", told) else f"{told}:00")
    if read is None:
        raise Unreadable("no_time")
    return read


def _lines(cell: Cell) -> str:
    """The cell with the breaks of its lines as semicolons: they divide."""
    return re.sub(r"[\r\n]+", "；", cell) if isinstance(cell, str) else tidy(cell)
