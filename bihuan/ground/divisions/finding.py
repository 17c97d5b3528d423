"""Finding an address in a text: names that follow one another and lie inside one another make a chain; the chain that
says most wins. Time grows with the length of the text and no faster."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bihuan.ground.divisions.doors import after, ends_at, looks_like_a_place
from bihuan.ground.divisions.names import DISTRICT, PROVINCE, STREET, Name, index, latin, narrowed, towns_near
from bihuan.ground.divisions.table import streets_of
from bihuan.ground.divisions.values import Division, Found

LONGEST_TEXT = 5_000  # characters that are looked at
MOST_CHOICES = 12

_BETWEEN = re.compile(r"[\s,，、/|>\-－—_·.（(]{0,3}(?:市辖区|市区)?[\s,，、/|>\-－—_·（(]{0,2}")
_ROAD = re.compile(
    r"(?:[东西南北中新老一二三四五六七八九十]|\d{1,2})?(?:路|街(?!道)|大道|大街|支路|巷|弄|广场|公园|大厦|火车|高铁|机场|站"
    r"|巴巴|医院|银行|菜|话|人|牌|产|大学|造|货|客服|总部|专卖)"
)
_LATIN = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")


@dataclass(frozen=True, slots=True)
class _Hit:
    name: Name
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Chain:
    """Names in a row, and what they mean together."""

    hits: tuple[_Hit, ...]
    places: tuple[Division, ...]
    mended: bool = False  # the street lies in another district of the city than the one named

    @property
    def score(self) -> float:
        told = sum(len(hit.name.text) * (1.0 if hit.name.full else 0.6) for hit in self.hits)
        return told + 2 * len(self.hits)


def find(text: str, *, near: Sequence[str] = ()) -> Found | None:
    """The address that the text names, or None where it names none.

    `near` are official names of cities; a name that several cities have is taken to lie in one of these.
    """
    text = text[:LONGEST_TEXT]
    chains = [chain for chain in _chains(text, near) if _stands(chain, text, near)]
    if not chains:
        return _in_latin(text)
    best = max(chains, key=lambda chain: (chain.score, -chain.hits[0].start))
    return _found(best, text, near)


def _hits(text: str, near: Sequence[str]) -> Iterator[_Hit]:
    names, towns = index(), towns_near(tuple(near))
    for at in range(len(text) - 1):
        pair = text[at : at + 2]
        for name in (*names.get(pair, ()), *towns.get(pair, ())):
            if text.startswith(name.text, at):
                yield _Hit(name, at, at + len(name.text))


def _chains(text: str, near: Sequence[str]) -> Iterator[_Chain]:
    by_start: dict[int, list[_Hit]] = defaultdict(list)
    for hit in _hits(text, near):
        by_start[hit.start].append(hit)
    for hits in list(by_start.values()):
        for hit in hits:
            yield from _grown(_Chain((hit,), hit.name.places), text, by_start)


def _grown(chain: _Chain, text: str, by_start: dict[int, list[_Hit]]) -> Iterator[_Chain]:
    """The chain with every way it can go on; itself where it cannot."""
    last = chain.hits[-1]
    gap = _BETWEEN.match(text, last.end)
    follow = gap.end() if gap else last.end
    longer = False
    for hit in {*by_start.get(last.end, ()), *by_start.get(follow, ())}:
        if hit.name.level <= last.name.level:
            continue
        places, mended = narrowed(hit.name.places, chain.places), False
        if not places and last.name.level == DISTRICT and hit.name.level == STREET and hit.name.alone:
            cities = {place.city for place in chain.places}
            places = tuple(place for place in hit.name.places if place.city in cities)
            mended = True
        if places:
            longer = True
            yield from _grown(_Chain((*chain.hits, hit), places, mended), text, by_start)
    if not longer:
        yield chain


def _stands(chain: _Chain, text: str, near: Sequence[str]) -> bool:
    """Whether these names are an address and not words that look like one."""
    last = chain.hits[-1]
    if not last.name.full and _ROAD.match(text, last.end):
        return False
    if len(chain.hits) > 1:
        return any(hit.name.level > PROVINCE for hit in chain.hits)
    if last.name.level == PROVINCE:
        return False
    if last.name.level == STREET:
        if not last.name.full and not looks_like_a_place(text, last.end):
            return False
        return (last.name.alone or not last.name.full) and len(_preferred(chain.places, near)) <= MOST_CHOICES
    if last.name.alone:
        return True
    return _alone_by_place(last, chain.places, text, near)


def _alone_by_place(hit: _Hit, places: tuple[Division, ...], text: str, near: Sequence[str]) -> bool:
    """A short name of a district alone: near here, or a town of its own rank, with an address behind it."""
    close = any(place.city in near for place in places)
    if hit.name.full:
        return close
    county = len(places) == 1 and places[0].district.endswith("市")
    return (close or county) and looks_like_a_place(text, hit.end)


def _preferred(places: Iterable[Division], near: Sequence[str]) -> tuple[Division, ...]:
    held = tuple(places)
    return tuple(place for place in held if place.city in near) or held


def _found(chain: _Chain, text: str, near: Sequence[str]) -> Found:
    places = _preferred(chain.places, near)
    last = chain.hits[-1]
    end = last.end
    other = next((hit.name.text for hit in chain.hits if hit.name.other), "")
    if chain.mended:
        other = next(hit.name.text for hit in chain.hits if hit.name.level == DISTRICT)
    if len(places) == 1 and places[0].district and not places[0].street:
        street, end = _street_after(places[0], text, end)
        places = (Division(places[0].province, places[0].city, places[0].district, street),)
    begin = after(text, end)
    stop = ends_at(text, begin)
    shared = _shared(places)
    spread = len(places) == 1 and last.name.level == DISTRICT and not shared.district
    return Found(
        province=shared.province,
        city=shared.city,
        district=shared.district,
        street=shared.street,
        rest=text[begin:stop],
        sure=len(places) == 1 and not spread,
        span=(chain.hits[0].start, end),
        rest_span=(begin, stop),
        choices=() if len(places) == 1 else places[:MOST_CHOICES],
        said=other,
    )


def _shared(places: tuple[Division, ...]) -> Division:
    """What all of them have in common, from above."""
    told: list[str] = []
    for parts in zip(*((one.province, one.city, one.district, one.street) for one in places), strict=True):
        if len(set(parts)) > 1:
            break
        told.append(parts[0])
    return Division(*told) if told else Division("")


def _street_after(place: Division, text: str, end: int) -> tuple[str, int]:
    """The street that the words after a district name: a town without its rank, or an official name further on."""
    gap = _BETWEEN.match(text, end)
    begin = gap.end() if gap else end
    streets = streets_of(place.city, place.district)
    for street in sorted(streets, key=len, reverse=True):
        brief = street[:-1] if street.endswith(("镇", "乡")) else ""
        if len(brief) >= 2 and text.startswith(brief, begin) and not _ROAD.match(text, begin + len(brief)):
            return street, begin + len(brief)
    window = text[begin : begin + 30].partition("\n")[0]
    told = [s for s in streets if len(s) > 2 and s.endswith(("街道", "镇", "乡")) and s in window]
    return (told[0], end) if len(told) == 1 else ("", end)


_LATIN_DOOR = re.compile(
    r"\d|\b(?:room|building|road|street|lane|avenue|residence|garden|court|tower|unit|block|floor|estate|plaza|no)\b",
    re.I,
)


def _before(text: str, end: int) -> int:
    """Where the parts between commas begin that lead to an English address."""
    stop = max(text.rfind(mark, 0, end) for mark in "\n\0;:：；。.!?") + 1
    begin = end
    while begin > stop:
        comma = max(text.rfind(mark, stop, max(begin - 2, stop)) for mark in ",，") + 1
        start = max(comma, stop)
        if not _LATIN_DOOR.search(text[start:begin]):
            break
        begin = start
    while begin < end and text[begin] in " ,":
        begin += 1
    return begin


def _in_latin(text: str) -> Found | None:
    """An English address: the district and the city as words, in any order."""
    told = [(hit, latin().get(hit.group().lower())) for hit in _LATIN.finditer(text)]
    named = [(hit, place) for hit, place in told if place]
    cities = [place for _, place in named if not place.district]
    districts = [
        place for _, place in named if place.district and (not cities or place.city == cities[0].city)
    ]
    place = districts[0] if districts else cities[0] if cities else None
    if place is None:
        return None
    spots = [hit.span() for hit, one in named if one.covers(place)]
    begin, end = min(s for s, _ in spots), max(e for _, e in spots)
    start = _before(text, begin)
    return Found(
        province=place.province,
        city=place.city,
        district=place.district,
        street="",
        rest=text[start:begin].strip(" ,"),
        sure=bool(cities),
        span=(begin, end),
        rest_span=(start, begin),
    )
