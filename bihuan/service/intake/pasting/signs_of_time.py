# ruff: noqa: E501 (a pattern reads better in one line)
"""The words of time in a text: days, parts of a day, hours. Each a token with its place; combining them is done
in `moments.py`."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.service.intake.pasting.values import Span

HOURS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
HOURS |= {"十一": 11, "十二": 12}
PARTS = (  # words, from hour, until hour
    ("凌晨|清早|早上|早晨|一早|上午|早(?=[八九十]|\\d)|morning|forenoon", 8, 12),
    ("中午|\\bnoon", 11, 14),
    ("午后|下午|下昼|afternoon", 12, 18),
    ("傍晚", 17, 19),
    (
        "下班以?后|下班|晚饭以?后|晚上|夜里|晚间|(?<=[明今听])晚|晚(?=[六七八九]|\\d)|evening|tonight|after work",
        18,
        21,
    ),
    ("全天|整天|一天都|白天|all day|any ?time", 8, 21),
)
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_ENGLISH = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_NUMBER = r"(?:\d{1,2}|十[一二]?|[一二两三四五六七八九])"
_PAST = (
    r"(?:昨天|昨晚|昨日|前天|前几天|上个?(?:周|星期|礼拜|月)[一二三四五六日天]?|去年|前年|刚才|刚刚|yesterday|last (?:week|night|month))"
    r"(?:早上|上午|中午|下午|晚上|半夜|傍晚)?"
)
_OPEN = r"(?:周一到周[五日]|工作日|随时|任何时间|都有空|什么时候都|when ?ever|any (?:day|time|evening|morning|afternoon))"
_FULL = r"(?<![\d-])(?P<y>20\d\d)\s?[-/.年]\s?(?P<m>1[0-2]|0?[1-9])\s?[-/.月]\s?(?P<d>3[01]|[12]\d|0?[1-9])(?![\d])[日号]?"
_MONTH_DAY = r"(?<!\d)(?P<m>1[0-2]|0?[1-9])月(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)[日号]?"
_SPELT = r"(?P<m>十[一二]?|[一二三四五六七八九])月(?P<d>三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九])[日号]"
_SHORT = r"(?<![\d\-/.])(?P<m>1[0-2]|0?[1-9])[-/.](?P<d>3[01]|[12]\d|0?[1-9])(?=\s{0,2}(?:上午|下午|早上|晚上|中午|全天|\d{1,2}[:点]|$|[\n,;|\t]))"
_DAY_ONLY = r"(?<![\d路街弄巷村院座幢栋区])(?<!\d-)(?P<d>3[01]|[12]\d|0?[1-9])[号日](?=\s|-|[上下中]午|早|晚|全天|之?前|以?后|都|可以|来|到|至|[,。;|\n]|$)"
_DAY_SPELT = r"(?P<d>三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九])[号日](?=\s|[上下中]午|早|晚|全天|都|可以|来|[,。;|\n]|$)"
_WEEK = r"(?P<next>下下|下|本|这)?个?(?:周|星期|礼拜)(?P<w>[一二三四五六日天])(?!年)"
_WEEKEND = r"(?P<next>下|本|这)?个?周末|weekend"
_WORD = r"(?P<word>大后天|后天|明后天|这两天|明天|明日|听日|明(?=[早晚上下中])|听(?=晚)|今天|今日|今(?=[早晚])|today|tomorrow|tonight)"
_EN_WEEK = r"\b(?P<next>next )?(?P<en>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)\b"
_DAYS = {
    "大后天": (3, 3),
    "后天": (2, 2),
    "明后天": (1, 2),
    "这两天": (0, 1),
    "明天": (1, 1),
    "明日": (1, 1),
    "听日": (1, 1),
}
_DAYS |= {
    "明": (1, 1),
    "听": (1, 1),
    "今天": (0, 0),
    "今日": (0, 0),
    "今": (0, 0),
    "today": (0, 0),
    "tonight": (0, 0),
}
_DAYS |= {"tomorrow": (1, 1)}
_CLOCK = (
    rf"(?:(?P<h>{_NUMBER})\s?[点時](?![不着火击了])(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<min>[0-5]\d)分?|(?P<min1>\d)分)?|(?P<h2>[01]?\d|2[0-4]):(?P<min2>[0-5]\d)"
    r"(?::[0-5]\d)?|\b(?P<h3>1[0-2]|[1-9])\s?(?P<ampm>[ap]m)\b)"
)
_BARE = rf"(?P<h>{_NUMBER})(?=\s?(?:-|到|至|~)\s?{_NUMBER}[点时])"
_RULES = [
    ("past", re.compile(_PAST, re.I)),
    ("open", re.compile(_OPEN, re.I)),
    ("day", re.compile(_FULL)),
    ("day", re.compile(_MONTH_DAY)),
    ("day", re.compile(_SPELT)),
    ("day", re.compile(_SHORT)),
    ("day", re.compile(_WEEKEND, re.I)),
    ("day", re.compile(_WEEK)),
    ("day", re.compile(_WORD, re.I)),
    ("day", re.compile(_EN_WEEK, re.I)),
    ("clock", re.compile(_CLOCK, re.I)),
    ("clock", re.compile(_BARE)),
]
_MEANT_AS_ONE = re.compile(r"(?:[上下中]午|午后|晚上|凌晨|[天日号]|周.|到|至|-|~)\s?$")
_LOOSE = [("day", re.compile(_DAY_ONLY)), ("day", re.compile(_DAY_SPELT))]


@dataclass(frozen=True, slots=True)
class Sign:
    """A token of time: a day or two (`first`, `last`), a part of a day, an hour in minutes, or what is not meant."""

    kind: str  # day, part, clock, past, open
    span: Span
    first: date | None = None
    last: date | None = None
    begins: int = 0  # minutes after midnight
    ends: int = 0
    exact: bool = False  # written with a colon or as am/pm: needs no part of the day
    weekend: bool = False


def signs_in(text: str, *, today: date, loose: bool) -> list[Sign]:
    """The tokens in reading order. `loose` also takes a bare day of the month (25号), which may be a door."""
    found: list[Sign] = []
    for kind, pattern in _RULES + (_LOOSE if loose else []):
        for hit in pattern.finditer(text):
            if any(hit.start() < one.span[1] and one.span[0] < hit.end() for one in found):
                continue
            sign = (
                _clock(hit)
                if kind == "clock"
                else _day(hit, today)
                if kind == "day"
                else Sign(kind, hit.span())
            )
            if sign is not None:
                found.append(sign)
    for words, begins, ends in PARTS:
        for hit in re.finditer(words, text, re.I):
            if not any(hit.start() < one.span[1] and one.span[0] < hit.end() for one in found):
                found.append(Sign("part", hit.span(), begins=begins * 60, ends=ends * 60))
    return sorted(found, key=lambda one: one.span)


def _clock(hit: re.Match[str]) -> Sign | None:
    held = hit.groupdict()
    if held.get("h3"):
        hour = int(held["h3"]) % 12 + (12 if held["ampm"].lower() == "pm" else 0)
        return Sign("clock", hit.span(), begins=hour * 60, exact=True)
    if held.get("h2"):
        return Sign(
            "clock", hit.span(), begins=int(held["h2"]) * 60 + int(held["min2"]), exact=len(held["h2"]) == 2
        )
    told = held["h"]
    if told == "一" and not held.get("half") and not _MEANT_AS_ONE.search(hit.string[: hit.start()]):
        return None  # 一点 is mostly "a little"
    hour = int(told) if told.isdigit() else HOURS[told]
    minutes = 30 if held.get("half") else {"一": 15, "三": 45}.get(held.get("quarter") or "", 0)
    minutes = int(held.get("min") or held.get("min1") or minutes)
    return Sign("clock", hit.span(), begins=hour * 60 + minutes) if hour <= 24 else None


def _day(hit: re.Match[str], today: date) -> Sign | None:
    held = {name: value for name, value in hit.groupdict().items() if value}
    if "word" in held:
        first, last = _DAYS[held["word"].lower()]
        return Sign("day", hit.span(), today + timedelta(first), today + timedelta(last))
    if "w" in held or "en" in held:
        wanted = _WEEKDAYS[held["w"]] if "w" in held else _ENGLISH[held["en"].lower()]
        day = _weekday(today, wanted, held.get("next", "").strip())
        return Sign("day", hit.span(), day, day)
    if "d" not in held:
        saturday = _weekday(today, 5, held.get("next", "").strip())
        return Sign("day", hit.span(), saturday, saturday + timedelta(1), weekend=True)
    try:
        day = _date(held, today)
    except ValueError:
        return None
    return Sign("day", hit.span(), day, day)


def _weekday(today: date, wanted: int, which: str) -> date:
    monday = today - timedelta(today.weekday())
    weeks = {"下": 1, "next": 1, "下下": 2}.get(which.lower(), 0)
    day = monday + timedelta(wanted + 7 * weeks)
    return day + timedelta(7) if day < today else day


def _date(held: dict[str, str], today: date) -> date:
    """The day as written; without a year the next one to come (a day of the last weeks stays where it was)."""
    number = _number(held["d"])
    if "y" in held:
        return date(int(held["y"]), int(held["m"]), number)
    if "m" in held:
        day = date(today.year, _number(held["m"]), number)
        return day if (today - day).days < 60 else day.replace(year=today.year + 1)
    day = today.replace(day=number)
    if day >= today:
        return day
    return (today.replace(day=1) + timedelta(32)).replace(day=number)


def _number(told: str) -> int:
    """12 or 二十八 as a number."""
    if told.isdigit():
        return int(told)
    tens, found, ones = told.partition("十")
    if not found:
        return HOURS[told]
    return (HOURS[tens] if tens else 1) * 10 + (HOURS[ones] if ones else 0)
