"""When a customer wishes us to come: days, parts and hours said anywhere in a message, put together.

A part of the day is what the product's slots mean by it: morning 8-12, afternoon 12-18, evening 18-21. A day is 8-21.
A point of time is an hour; "from ten" lasts until 21; "before ten" begins with the part of the day, or at 8.
"""

import re
from datetime import date, datetime, time, timedelta

from bihuan.service.intake.pasting.signs_of_time import Sign, signs_in
from bihuan.service.intake.pasting.values import Heard, Span, Window

FIRST, LAST = 8 * 60, 21 * 60
_TOLD_OF_THE_PAST = re.compile(
    r"[^\n,;。，!]{0,6}?(?:发现|突然|开始|就坏|坏了|坏的|打过|报的|报过|来过|修过|起来|起床|买的|刚|送到|送来|装的|停了|漏了|约的|还好)"
)
_NOT_THEN = re.compile(r"(?:不要|不能|别|没空|不在家?|不方便|没时间)[^\s,;。]{0,3}$")
_NOT_THEN_AFTER = re.compile(r"[^\n,;。上下]{0,2}(?:没空|不在|不方便|没时间|不行|不可以)")
_NOT_ON = re.compile(r"[日天]?(?:没空|不在|不方便|没时间|不行|不可以|不送|不要|不能)")
_INSTEAD = re.compile(r"改成|改到|改约|改为")
_RANGE = re.compile(r"\s{0,2}(?:到|至|-|~|and|to)\s{0,2}(?:上午|下午|晚上)?\s?$")
_FROM = re.compile(r"\s?(?:钟)?(?:以后|之后|过后|后|开始|onwards)")
_UNTIL = re.compile(r"\s?(?:钟)?(?:以前|之前|前)")
_FROM_WORD = re.compile(r"(?:after|from|since)\s$", re.I)
_UNTIL_WORD = re.compile(r"(?:before|by|until)\s$", re.I)
_BOUGHT = re.compile(r"买|购|下单|生产|安装于|bought|purchase", re.I)
_FURTHEST = timedelta(days=120)


def wish_in(
    text: str, *, sent_at: datetime, loose: bool = True, within: tuple[Span, ...] = ()
) -> tuple[Window | None, list[Heard]]:
    """The wished window in a folded text (`within` these spans, when a label named them), and the words of time."""
    signs = signs_in(text, today=sent_at.date(), loose=loose)
    if within:
        signs = [one for one in signs if any(a <= one.span[0] and one.span[1] <= b for a, b in within)]
    meant = _meant(signs, text, sent_at.date())
    heard = [Heard("time", text[slice(*one.span)], _widened(one, text)) for one in meant]
    if any(one.kind == "open" for one in signs) and not any(one.kind == "clock" for one in meant):
        return None, heard
    return _combined(meant, text, sent_at), heard


def bought_in(text: str, *, today: date) -> tuple[date | None, Heard | None]:
    """A day of purchase: a whole date in the past beside a word of buying."""
    for one in signs_in(text, today=today, loose=False):
        if one.kind == "day" and one.first and one.first < today and len(text[slice(*one.span)]) >= 8:
            near = text[max(0, one.span[0] - 8) : one.span[1] + 8]
            if _BOUGHT.search(near):
                return one.first, Heard("bought_on", one.first.isoformat(), one.span)
    return None, None


def _widened(sign: Sign, text: str) -> Span:
    """The words of time with the little word behind them (以后, 左右)."""
    tail = re.compile(
        r"\s?(?:钟|左右|以后|之后|以前|之前|之间|前|后|都行|都可以|都在家|在家|有空|有人在家?|方便|可以)*"
    ).match(text, sign.span[1])
    return sign.span[0], tail.end() if tail else sign.span[1]


def _meant(signs: list[Sign], text: str, today: date) -> list[Sign]:
    """The tokens that speak of when to come: not the past, not what was refused or changed."""
    changed = max((hit.end() for hit in _INSTEAD.finditer(text)), default=0)
    if changed and any(one.span[0] >= changed for one in signs):
        signs = [one for one in signs if one.span[0] >= changed]
    kept: list[Sign] = []
    for one in signs:
        if one.kind in {"past", "open"} or _is_past(one, signs, text, today):
            continue
        if _NOT_THEN.search(text[max(0, one.span[0] - 8) : one.span[0]]):
            continue
        if (_NOT_ON if one.kind == "day" else _NOT_THEN_AFTER).match(text, one.span[1]):
            continue
        kept.append(one)
    return kept


def _is_past(sign: Sign, signs: list[Sign], text: str, today: date) -> bool:
    if sign.kind == "day" and sign.first is not None and sign.first != today:
        near = text[max(0, sign.span[0] - 6) : sign.span[1] + 6]
        return sign.last is not None and (
            sign.last < today or bool(_BOUGHT.search(near) and sign.last <= today)
        )
    if sign.kind == "part" or (sign.kind == "day" and sign.first == today):
        before = [one for one in signs if one.kind == "day" and 0 <= sign.span[0] - one.span[1] <= 1]
        if before and before[0].first != today:
            return False
        return bool(_TOLD_OF_THE_PAST.match(text, sign.span[1]))
    return False


def _combined(signs: list[Sign], text: str, sent_at: datetime) -> Window | None:
    days = [one for one in signs if one.kind == "day"]
    parts = [one for one in signs if one.kind == "part"]
    begins, ends, told = _hours(signs, parts, text)
    if not days and not told:
        return None
    first, last = _first_and_last(days, sent_at.date())
    if first - sent_at.date() > _FURTHEST:
        return None
    if not days and _at(first, ends, sent_at) <= sent_at:
        first = last = first + timedelta(1)
    return Window(_at(first, begins, sent_at), _at(last, ends, sent_at), whole=not told)


def _first_and_last(days: list[Sign], today: date) -> tuple[date, date]:
    firsts = [one.first for one in days if one.first]
    lasts = [one.last for one in days if one.last]
    if not firsts:
        return today, today
    weekend = [one for one in days if one.weekend]
    if weekend and len(days) > 1:  # 周末, 周日最好: the day that is named
        return _first_and_last([one for one in days if not one.weekend], today)
    if (max(lasts) - min(firsts)).days > 6:
        return firsts[0], lasts[0]
    return min(firsts), max(lasts)


def _hours(signs: list[Sign], parts: list[Sign], text: str) -> tuple[int, int, bool]:
    """From and until, in minutes after midnight, and whether anything was said of them."""
    clocks = [one for one in signs if one.kind == "clock"]
    if not clocks:
        if not parts:
            return FIRST, LAST, False
        return min(one.begins for one in parts), max(one.ends for one in parts), True
    part = parts[0] if parts else None
    first = _hour(clocks[0], part)
    second = clocks[1] if len(clocks) > 1 else None
    if second and _RANGE.search(text[clocks[0].span[1] : second.span[0]] + ""):
        later = _hour(second, parts[-1] if parts else None)
        return first, later if later > first else min(later + 12 * 60, LAST), True
    if _UNTIL.match(text, clocks[0].span[1]) or _UNTIL_WORD.search(text[: clocks[0].span[0]]):
        return min(part.begins if part else FIRST, first), first, True
    if _FROM.match(text, clocks[0].span[1]) or _FROM_WORD.search(text[: clocks[0].span[0]]):
        return first, max(LAST, first), True
    return first, first + 60, True


def _hour(clock: Sign, part: Sign | None) -> int:
    """The minutes after midnight that an hour means: three in the afternoon, but nine in the morning."""
    if clock.exact or clock.begins >= 13 * 60:
        return clock.begins
    if part is not None and part.begins >= 11 * 60:
        early = clock.begins < (11 if part.begins == 11 * 60 else 12) * 60
        return clock.begins + 12 * 60 if early else clock.begins
    return clock.begins + 12 * 60 if part is None and clock.begins < 8 * 60 else clock.begins


def _at(day: date, minutes: int, like: datetime) -> datetime:
    held = datetime.combine(day, time(0), tzinfo=like.tzinfo)
    return held + timedelta(minutes=min(minutes, 24 * 60))
