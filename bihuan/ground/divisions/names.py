"""Every name that a text may use for a division: official, short, old, of a zone. An index by the first two
characters, made once."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bihuan.ground.divisions.table import every, where
from bihuan.ground.divisions.values import Division

PROVINCE, CITY, DISTRICT, STREET = 1, 2, 3, 4
_KNOWN_AS = Path(__file__).parent / "known_as.toml"

_PEOPLES = (
    "柯尔克孜|哈萨克|维吾尔|蒙古族|蒙古|土家族|苗族|回族|藏族|羌族|彝族|布依族|侗族|朝鲜族|哈尼族|傣族|白族|景颇族|傈僳族"
    "|壮族|满族|瑶族|畲族|黎族|仫佬族|毛南族|水族|仡佬族|佤族|拉祜族|布朗族|纳西族|独龙族|怒族|普米族|土族|撒拉族"
    "|东乡族|保安族|裕固族|达斡尔族|锡伯|塔吉克|各族"
)
_OWN_RULE = re.compile(rf"(?:{_PEOPLES})*自治(?:州|县|旗|区)$|(?:壮族|回族|维吾尔)自治区$")
_ENDS = {
    PROVINCE: re.compile(r"(?:特别行政区|省|市)$"),
    CITY: re.compile(r"(?:地区|市|盟|林区)$"),
    DISTRICT: re.compile(r"(?:新区|矿区|林区|区|县|市|旗|镇|街道)$"),
}
_ZONE_ENDS = (
    (re.compile(r"高新技术产业(?:开发区|园区)$|高新技术开发区$|高技术产业开发区$"), ("高新区", "高新开发区")),
    (re.compile(r"经济技术开发区$|经济开发区$"), ("经开区", "开发区", "经济开发区")),
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name: what it may mean, and how far it can be trusted alone."""

    text: str
    level: int
    places: tuple[Division, ...]
    full: bool  # the official name; else a short, old or unofficial one
    alone: bool  # may stand without the name of what is above it
    other: bool = False  # an old or unofficial name: the reader is told


def short(name: str, level: int) -> str:
    """The name without the word for its rank: 杭州, 西湖, 恩施."""
    return _OWN_RULE.sub("", name) if _OWN_RULE.search(name) else _ENDS[level].sub("", name)


@lru_cache(maxsize=1)
def index() -> dict[str, tuple[Name, ...]]:
    """All names by their first two characters, the longest first."""
    held: dict[str, list[Name]] = defaultdict(list)
    for name in _names():
        held[name.text[:2]].append(name)
    return {key: tuple(sorted(names, key=lambda one: -len(one.text))) for key, names in held.items()}


def _names() -> Iterator[Name]:
    official: dict[tuple[str, int], list[Division]] = defaultdict(list)
    for place in every():
        official[_own(place), place.depth].append(place)
    for (text, level), places in official.items():
        if len(text) < 2:
            continue
        ranked = level < STREET or re.search(r"(?:街道|镇|乡)$", text)
        alone = bool(ranked) and len(text) > 2  # 城区, 东区, 和县 are too short to stand alone
        yield Name(text, level, tuple(places), True, alone)
    yield from _shorts(official)
    yield from _unofficial()


def _own(place: Division) -> str:
    return place.street or place.district or place.city or place.province


def _shorts(official: dict[tuple[str, int], list[Division]]) -> Iterator[Name]:
    held: dict[tuple[str, int], list[Division]] = defaultdict(list)
    for (text, level), places in official.items():
        if level == STREET:
            continue
        brief = short(text, level)
        if len(brief) >= 2 and brief != text:
            held[brief, level].extend(places)
        if level == DISTRICT:
            for ends, said in _ZONE_ENDS:
                if ends.search(text):
                    stem = ends.sub("", text).removeprefix(short(places[0].city, CITY)).removesuffix("市")
                    for word in said:
                        held[stem + word, level].extend(places)
    for (text, level), places in held.items():
        if (text, level) not in official:
            yield Name(text, level, tuple(places), False, level < DISTRICT)


def _unofficial() -> Iterator[Name]:
    told = tomllib.loads(_KNOWN_AS.read_text(encoding="utf-8"))
    for text, path in told["zones"].items():
        city, _, district = path.partition("/")
        place = where(city, district)
        if place and text not in (place.district, place.city):
            yield Name(text, DISTRICT, (place,), False, True, other=True)
    for city, names in told["old"].items():
        for text, (today, _since) in names.items():
            place = where(city, today)
            if place:
                yield Name(text, DISTRICT if today else CITY, (place,), True, len(text) > 2, other=True)


@lru_cache(maxsize=16)
def towns_near(cities: tuple[str, ...]) -> dict[str, tuple[Name, ...]]:
    """The towns of these cities without the word for their rank (三墩), by their first two characters."""
    held: dict[str, list[Division]] = defaultdict(list)
    for place in every():
        told = place.street or place.district
        if place.city in cities and place.depth >= DISTRICT and re.fullmatch(r".{2,}[镇乡]", told):
            held[told[:-1]].append(place)
    found: dict[str, list[Name]] = defaultdict(list)
    for text, places in held.items():
        found[text[:2]].append(Name(text, STREET, tuple(places), False, False))
    return {key: tuple(names) for key, names in found.items()}


@lru_cache(maxsize=1)
def latin() -> dict[str, Division]:
    """The divisions that an English address may name, by their word in lower case."""
    told = tomllib.loads(_KNOWN_AS.read_text(encoding="utf-8"))["latin"]
    pairs = ((word, where(*path.split("/"))) for word, path in told.items())
    return {word: place for word, place in pairs if place}


def since(text: str) -> str:
    """Since when an old name is no longer used (year-month); empty for other names."""
    told = tomllib.loads(_KNOWN_AS.read_text(encoding="utf-8"))["old"]
    return next((str(names[text][1]) for names in told.values() if text in names), "")


def narrowed(places: Iterable[Division], above: Iterable[Division]) -> tuple[Division, ...]:
    """Those of the places that lie in one of these above."""
    held = tuple(above)
    return tuple(place for place in places if any(one.covers(place) for one in held))
