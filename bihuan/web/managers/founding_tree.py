"""The tree of a company as a person writes it down: one place a line, deeper ones indented or after a slash. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

REGION, SERVICE_POINT, TEAM = "region", "service_point", "team"
MOST, LONGEST = 500, 120
INDENT = {" ": 1, "\t": 4, "\u3000": 2}
AUTHORISED = re.compile(r"\s*[(（\[【](特约|授权|加盟|authorised|authorized)[)）\]】]\s*$", re.IGNORECASE)
OF_POINTS = r"(网点|服务站|服务中心|服务部|门店|维修站|站|店)$|\bservice (point|centre|center)\b"
OF_REGIONS = r"(大区|区域|片区|分公司|事业部|办事处)$|\bregion\b"
SOUNDS_LIKE = (
    (TEAM, re.compile(r"(组|班|小队)$|\bteam\b", re.IGNORECASE)),
    (SERVICE_POINT, re.compile(OF_POINTS, re.IGNORECASE)),
    (REGION, re.compile(OF_REGIONS, re.IGNORECASE)),
)
UNDER = {REGION: ("", REGION), SERVICE_POINT: ("", REGION), TEAM: (SERVICE_POINT,)}


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place to be made. `above` is the position of the place over it in the same list; None is the head office."""

    line: int
    kind: str
    name: str
    above: int | None = None
    authorised: bool = False


class TreeUnreadable(ValueError):
    """The text is no tree. `code`: too_many, too_long, deep, twice, under; `line` counts from 1."""

    def __init__(self, code: str, line: int, name: str = "") -> None:
        super().__init__(f"line {line}: {code}")
        self.code, self.line, self.name = code, line, name


@dataclass
class _Written:
    line: int
    name: str
    above: int | None
    authorised: bool = False
    has_below: bool = False


def read_tree(text: str) -> tuple[Place, ...]:
    """The places in their order, each after the one above it; nothing for an empty text.

    `华东大区 / 城西网点` makes both; so does a line with an indented one below it. Which sort a place is, its name
    says (…大区, …网点, …组), else where it stands: what has places below is a region, what has none a service point,
    and what stands under a service point a team. `(特约)` behind a name: run by others.
    """
    written = _places(unicodedata.normalize("NFC", text).splitlines())
    kinds: list[str] = []
    for one in written:
        over = "" if one.above is None else kinds[one.above]
        kind = _kind(one, over)
        if over not in UNDER[kind]:
            raise TreeUnreadable("under", one.line, one.name)
        kinds.append(kind)
    return tuple(
        Place(
            line=one.line,
            kind=kind,
            name=one.name,
            above=one.above,
            authorised=one.authorised and kind == SERVICE_POINT,
        )
        for one, kind in zip(written, kinds, strict=True)
    )


def _kind(one: _Written, over: str) -> str:
    if over == SERVICE_POINT:
        return TEAM
    if one.authorised:
        return SERVICE_POINT
    said = next((kind for kind, words in SOUNDS_LIKE if words.search(one.name)), "")
    return said or (REGION if one.has_below else SERVICE_POINT)


def _places(lines: Iterable[str]) -> list[_Written]:
    found: list[_Written] = []
    known: dict[tuple[int | None, str], int] = {}
    open_: list[tuple[int, int]] = []  # indentation and position of the places over the next line
    for number, line in enumerate(lines, start=1):
        parts = [*_parts(line, number)]
        if not parts:
            continue
        depth = _indent(line)
        while open_ and open_[-1][0] >= depth:
            open_.pop()
        above = open_[-1][1] if open_ else None
        for place, part in enumerate(parts):
            last = place == len(parts) - 1
            above = _known(found, known, part, above, line=number, new=last)
        if above is not None:
            open_.append((depth, above))
        if len(found) > MOST:
            raise TreeUnreadable("too_many", number)
    return found


def _known(
    found: list[_Written],
    known: dict[tuple[int | None, str], int],
    part: tuple[str, bool],
    above: int | None,
    *,
    line: int,
    new: bool,
) -> int:
    """The position of this place, which is made where it is not there yet; said to be `new`, it must not be."""
    name, authorised = part
    held = known.get((above, name))
    if held is not None:
        if new:
            raise TreeUnreadable("twice", line, name)
        return held
    if above is not None:
        found[above].has_below = True
    found.append(_Written(line=line, name=name, above=above, authorised=authorised))
    known[above, name] = len(found) - 1
    return len(found) - 1


def _parts(line: str, number: int) -> Iterator[tuple[str, bool]]:
    parts = [part.strip(" \t\u3000-*·•") for part in re.split(r"[/／>＞›]", line)]
    parts = [part for part in parts if part]
    if len(parts) > 6:
        raise TreeUnreadable("deep", number)
    for part in parts:
        name = AUTHORISED.sub("", part).strip()
        if not name or len(name) > LONGEST:
            raise TreeUnreadable("too_long", number, name[:20])
        yield name, name != part


def _indent(line: str) -> int:
    """How far a line stands in: a tab counts as four, a wide blank as two."""
    depth = 0
    for sign in line:
        if sign not in INDENT:
            break
        depth += INDENT[sign]
    return depth
