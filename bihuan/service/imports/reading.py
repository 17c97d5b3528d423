"""Reading one cell: what a person typed, or a spreadsheet program made of it, as a value. Pure; knows no database.

A reader takes a `Cell` and returns a value, or None for a sign that says "nothing" (a dash), or raises
`Unreadable`. Money is in fen, days are dates, moments are naive local times unless the text says their zone.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bihuan.registers.customers.rules import read_phone

type Cell = str | int | float | bool | datetime | date | time
"""What a cell holds once it was read from the file; an empty cell is never handed on."""

type Reader = Callable[[Cell], Any]


class Unreadable(ValueError):
    """A cell that does not hold what its column is for. `code` names the sentence, `params` fill it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Since1904(float):
    """A number of a workbook whose days are counted from 1904, as old Macintosh programs did."""


HALF = {0xFF01 + at: 0x21 + at for at in range(94)} | {0x3000: 0x20, 0xA0: 0x20, 0x2002: 0x20, 0x2003: 0x20}
NOTHING = frozenset({"-", "--", "---", "—", "——", "–", "/", "\\", "n/a", "na", "null", "none", "#n/a"})
NONE_WORDS = NOTHING | {"无", "暂无", "没有", "空", "未知", "不详"}
ERRORS = frozenset({"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#spill!", "#calc!"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b-\u200f\u202a-\u202e\u2060\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_SHORTENED = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_SPLIT = re.compile(r"[、,，;；|｜/\n\r]+")
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 80_000  # 1927 to 2119
_DAYS_TO_1904 = 1462
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a spreadsheet knows no zones)


def tidy(cell: Cell) -> str:
    """A cell as the text a person sees: no signs that cannot be seen, single spaces, whole numbers without `.0`."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return (
            str(int(cell))
            if cell.is_integer() and abs(cell) < 1e15
            else format(Decimal(repr(float(cell))), "f")
        )
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, int):
        return str(cell)
    if not isinstance(cell, str):
        return cell.isoformat()
    return _SPACES.sub(" ", _CONTROL.sub("", cell)).strip()


def half(cell: Cell) -> str:
    """As `tidy`, with full-width letters, digits and signs made half-width."""
    return _SPACES.sub(" ", tidy(cell).translate(HALF)).strip()


def text(limit: int) -> Reader:
    """Words of at most so many characters, as they were typed: rare characters stay."""

    def read(cell: Cell) -> str | None:
        told = _sound(tidy(cell))
        if len(told) > limit:
            raise Unreadable("too_long", limit=limit, length=len(told))
        return None if told.lower() in NOTHING else told

    return read


def words(limit: int) -> Reader:
    """Longer words in which the breaks of lines stay."""

    def read(cell: Cell) -> str | None:
        if not isinstance(cell, str):
            told = tidy(cell)
        else:
            lines = [_SPACES.sub(" ", line).strip() for line in _CONTROL.sub("", cell).splitlines()]
            told = _sound("\n".join(line for line in lines if line))
        if len(told) > limit:
            raise Unreadable("too_long", limit=limit, length=len(told))
        return None if told.lower() in NOTHING else told

    return read


def code(limit: int) -> Reader:
    """A code or number of something: half-width, without spaces, the case as it was typed."""

    def read(cell: Cell) -> str | None:
        told = _sound(half(cell)).replace(" ", "").lstrip("'")
        if isinstance(cell, str) and _SHORTENED.fullmatch(told):
            raise Unreadable("digits_lost")
        if len(told) > limit:
            raise Unreadable("too_long", limit=limit, length=len(told))
        return None if told.lower() in NONE_WORDS else told

    return read


def phone(cell: Cell) -> str | None:
    """The first number that is one, a mobile before a landline, in E.164."""
    found = phones(cell)
    return found[0] if found else None


def phones(cell: Cell) -> tuple[str, ...]:
    """Every number in the cell, mobiles first, in E.164; refused when there is none."""
    told = _sound(half(cell))
    if told.lower() in NONE_WORDS:
        return ()
    if isinstance(cell, str) and _SHORTENED.fullmatch(told.replace(" ", "")):
        raise Unreadable("digits_lost")
    whole = _one_phone(told)
    parts = [whole] if whole else [_one_phone(part) for part in re.split(r"[、,，;；|/\n]+| 或 |或", told)]
    found = dict.fromkeys(one for one in (*parts, *(_mobiles(told) if not any(parts) else ())) if one)
    if not found:
        raise Unreadable("no_phone")
    return tuple(number for number, _mobile in sorted(found, key=lambda one: not one[1]))


def _one_phone(told: str) -> tuple[str, bool] | None:
    bare = re.sub(r"(转|分机|ext\.?).*$", "", told, flags=re.IGNORECASE)
    bare = re.sub(r"[^\d+]", "", bare)
    if not 7 <= len(bare) <= 18:
        return None
    bare = re.sub(r"^0086", "+86", bare)
    read = read_phone(bare)
    return (read.number, read.mobile) if read else None


def _mobiles(told: str) -> list[tuple[str, bool]]:
    """Mobile numbers that stand among words, such as a name before them."""
    spots = re.findall(r"(?<!\d)1[3-9](?:[ -]?\d){9}(?!\d)", told)
    return [one for one in map(_one_phone, spots) if one]


def day(cell: Cell) -> date | None:
    """A day in any of the usual styles, or the number of it in a spreadsheet."""
    found = moment(cell)
    return None if found is None else found.date()


def moment(cell: Cell) -> datetime | None:
    """A day with its time; midnight where none is told. Naive means local; aware where the text names a zone."""
    found = _moment(cell)
    if found is not None and found.year < EARLIEST_YEAR:
        raise Unreadable("no_such_day")
    return found


def _moment(cell: Cell) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, bool | time):
        raise Unreadable("no_day")
    if isinstance(cell, int | float):
        return _of_number(cell)
    told = _sound(half(cell))
    if told.lower() in NONE_WORDS:
        return None
    if re.fullmatch(r"\d{5}(\.\d+)?", told):
        return _of_number(float(told))
    return _of_text(told)


def _of_number(number: float) -> datetime:
    if float(number).is_integer() and 19_000_101 <= number <= 22_001_231:
        return _of_text(str(int(number)))
    shifted = float(number) + (_DAYS_TO_1904 if isinstance(number, Since1904) else 0)
    if not _FIRST_SERIAL <= shifted <= _LAST_SERIAL:
        raise Unreadable("no_day")
    return _EPOCH + timedelta(seconds=round(shifted * 86_400))


EARLIEST_YEAR = 1930  # what is older is a slip of the pen, and figures are summed for every day since

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_SHORT_YEAR = re.compile(r"(\d{2})年\s*(\d{1,2})月\s*(\d{1,2})[日号]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})")
_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
_CLOCK = re.compile(
    r"(上午|下午|晚上|早上|中午|凌晨|am|pm)?\s*(\d{1,2})\s*[:时点]\s*(\d{1,2})?\s*分?\s*(?::?\s*(\d{1,2})(?:\.\d+)?秒?)?\s*(am|pm)?",
    re.IGNORECASE,
)
_ZONE = re.compile(r"(?:z|[+-]\d{2}:?\d{2})$", re.IGNORECASE)


def _of_text(told: str) -> datetime:
    if re.match(r"\d{4}-\d{2}-\d{2}T", told) and _ZONE.search(told):
        try:
            return datetime.fromisoformat(told)
        except ValueError:
            raise Unreadable("no_day") from None
    told = told.replace("T", " ", 1) if re.match(r"\d{4}-\d{2}-\d{2}T", told) else told
    for pattern, order in (
        (_YEAR_FIRST, "ymd"),
        (_SHORT_YEAR, "ymd"),
        (_TOGETHER, "ymd"),
        (_YEAR_LAST, "last"),
    ):
        if found := pattern.match(told):
            year, month, number = _ordered(found, order)
            return _at(year, month, number, told[found.end() :])
    raise Unreadable("no_day")


def _ordered(found: re.Match[str], order: str) -> tuple[int, int, int]:
    if order == "ymd":
        year, month, number = (int(part) for part in found.groups())
        return (year + 2000 if year < 100 else year), month, number
    sign, whole = found.group(2), int(found.group(4))
    one, two = int(found.group(1)), int(found.group(3))
    if sign != "." and one <= 12 and two <= 12 and one != two:
        raise Unreadable("day_unclear")
    return (whole, two, one) if two <= 12 else (whole, one, two)


def _at(year: int, month: int, number: int, rest: str) -> datetime:
    rest = re.sub(r"^\s*[（(]?(?:星期|周)[一二三四五六日天][)）]?", "", rest).strip()
    try:
        on = date(year, month, number)
        return datetime.combine(on, _clock(rest) if rest else time())
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("no_such_day") from None


def _clock(told: str) -> time:
    found = _CLOCK.fullmatch(told)
    if found is None:
        raise Unreadable("no_day")
    before, hour, minute, second, after = found.groups()
    half_day = (before or after or "").lower()
    hours = int(hour)
    if half_day in {"下午", "晚上", "pm", "中午"} and hours < 12 and not (half_day == "中午" and hours > 3):
        hours += 12
    if half_day in {"上午", "凌晨", "am"} and hours == 12:
        hours = 0
    return time(hours, int(minute or 0), int(second or 0))


def clock(cell: Cell) -> time | None:
    """A time of day; 24:00 is not one."""
    if isinstance(cell, datetime):
        return cell.time()
    if isinstance(cell, time):
        return cell
    if isinstance(cell, float) and 0 <= cell < 1:
        return (_EPOCH + timedelta(seconds=round(cell * 86_400))).time()
    told = _sound(half(cell))
    if told.lower() in NONE_WORDS:
        return None
    try:
        return _clock(told)
    except ValueError:
        raise Unreadable("no_time") from None


def money(cell: Cell) -> int | None:
    """An amount of yuan as fen. Signs of the currency, commas of thousands and 万 are understood."""
    told = _sound(half(cell)).replace(" ", "").lower()
    if told in NONE_WORDS:
        return None
    if told in {"免费", "免"}:
        return 0
    bare = re.sub(r"^(人民币|rmb|cny|¥|￥)", "", told)
    bare = re.sub(r"(元整|元|块|圆|rmb|cny)$", "", bare)
    times = 10_000 if bare.endswith("万") else 1
    bare = bare.removesuffix("万")
    if not re.fullmatch(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?|-?\.\d+", bare):
        raise Unreadable("no_money")
    fen = Decimal(bare.replace(",", "")) * times * 100
    if fen < 0:
        raise Unreadable("less_than_nothing")
    if fen > 10**11:
        raise Unreadable("too_much")
    whole = fen.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    if abs(fen - whole) > Decimal("0.0001"):
        raise Unreadable("too_fine")
    return int(whole)


def count(most: int, *, units: tuple[str, ...] = ()) -> Reader:
    """A whole number from 0 to `most`, with or without one of these units behind it."""

    def read(cell: Cell) -> int | None:
        told = _sound(half(cell)).replace(" ", "").replace(",", "")
        if told.lower() in NONE_WORDS:
            return None
        for unit in units:
            told = told.removesuffix(unit)
        if not re.fullmatch(r"\d+(\.0+)?", told):
            raise Unreadable("no_count")
        number = int(told.split(".")[0])
        if number > most:
            raise Unreadable("too_many", most=most)
        return number

    return read


def degrees(most: int) -> Reader:
    """A latitude or longitude in degrees."""

    def read(cell: Cell) -> float | None:
        told = _sound(half(cell)).replace(" ", "").rstrip("°")
        if told.lower() in NONE_WORDS:
            return None
        if not re.fullmatch(r"-?\d{1,3}(\.\d+)?", told) or abs(float(told)) > most:
            raise Unreadable("no_degrees", most=most)
        return float(told)

    return read


_YES = frozenset(
    {"是", "有", "对", "√", "✓", "✔", "y", "yes", "true", "t", "1", "需要", "需", "已", "在", "o"}
)
_NO = frozenset(
    {"否", "无", "没有", "不", "不是", "×", "✗", "✘", "x", "n", "no", "false", "f", "0", "不需要", "未", "非"}
)


def yes_no(cell: Cell) -> bool | None:
    """Yes or no, in the ways people tick boxes."""
    if isinstance(cell, bool):
        return cell
    told = _sound(half(cell)).lower()
    if told in _YES:
        return True
    if told in _NO:
        return False
    if told in NOTHING:
        return None
    raise Unreadable("no_yes_or_no")


def one_of(known: Mapping[str, tuple[str, ...]]) -> Reader:
    """One of some codes, by any of its words (or the code itself)."""
    by_word = {plain(word): name for name, its in known.items() for word in (name, *its)}

    def read(cell: Cell) -> str | None:
        told = _sound(half(cell))
        if told.lower() in NOTHING:
            return None
        found = by_word.get(plain(told))
        if found is None:
            choices = "、".join(its[0] for its in known.values() if its)
            raise Unreadable("not_one_of", told=told[:40], choices=choices)
        return found

    return read


def several(each: Reader) -> Reader:
    """Several values in one cell, divided by the usual signs; each once, in their order."""

    def read(cell: Cell) -> tuple[Any, ...] | None:
        raw = cell if isinstance(cell, str) else tidy(cell)
        parts = [part.strip() for part in _SPLIT.split(_sound(_CONTROL.sub("", raw))) if part.strip()]
        found = [value for part in parts if (value := each(part)) is not None]
        return tuple(dict.fromkeys(found)) or None

    return read


def plain(word: str) -> str:
    """A word as it is compared: half-width, lower case, without spaces and signs."""
    return re.sub(r"[\s\-_·.,，。:：()（）]+", "", word.translate(HALF)).lower()


def _sound(told: str) -> str:
    """The text, unless it is the error of a formula. The apostrophe that our own files put before a risky
    beginning goes."""
    if told.lower() in ERRORS - NOTHING:
        raise Unreadable("cell_error", told=told)
    if told.startswith("'") and told[1:2] in {"=", "+", "-", "@", "＝", "＋", "－", "＠"}:
        return told[1:].strip()
    if told.startswith('="') and told.endswith('"'):
        return told[2:-1].strip()
    return told
