"""The administrative divisions of China, province to street: how an address is found in a text. No business word.

Where it differs from the official tree, it speaks as addresses do: a municipality is its own city, a county under
a province is its own city, and in a city without districts (东莞市) the towns stand as districts.
"""

from bihuan.ground.divisions.finding import find
from bihuan.ground.divisions.names import since
from bihuan.ground.divisions.table import (
    AS_OF,
    LICENCE,
    SOURCE,
    VERSION,
    NotBuilt,
    cities_of,
    districts_of,
    provinces,
    streets_of,
    where,
)
from bihuan.ground.divisions.values import Division, Found

__all__ = [
    "AS_OF",
    "LICENCE",
    "SOURCE",
    "VERSION",
    "Division",
    "Found",
    "NotBuilt",
    "cities_of",
    "districts_of",
    "find",
    "provinces",
    "since",
    "streets_of",
    "where",
]
