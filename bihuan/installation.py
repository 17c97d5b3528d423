"""What differs between one installation and the next: where its data lies, its database, its secrets.

Read once by `settings`. Nothing here knows Django.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from bihuan.ground.vault import private

SECRET_NAMES = ("django", "installation", "blind_index")


@dataclass(frozen=True)
class Secrets:
    """Django's own secret (384 bits); of 256 bits each: the key that wraps customers' keys, the blind-index key."""

    django: str
    installation: bytes
    blind_index: bytes


def data_folder(environ: Mapping[str, str], *, root: Path) -> Path:
    """`BIHUAN_DATA`, or `data` beside the code; made when absent."""
    folder = Path(environ.get("BIHUAN_DATA") or root / "data").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secrets_of(folder: Path, environ: Mapping[str, str]) -> Secrets:
    """The installation's secrets: from `BIHUAN_SECRET_*` where set, else a file of mode 0600 made once."""
    path = folder / "secrets"
    if not path.exists():
        made = {
            name: base64.b64encode(secrets.token_bytes(48 if name == "django" else 32)).decode()
            for name in SECRET_NAMES
        }
        private.write_once(path, json.dumps(made))
    told = json.loads(path.read_text("utf-8"))
    told |= {
        name: environ[f"BIHUAN_SECRET_{name.upper()}"]
        for name in SECRET_NAMES
        if f"BIHUAN_SECRET_{name.upper()}" in environ
    }
    return Secrets(
        django=told["django"],
        installation=base64.b64decode(told["installation"]),
        blind_index=base64.b64decode(told["blind_index"]),
    )


def database(environ: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Django's settings for the database that `DATABASE_URL` names; SQLite in the data folder when unset."""
    url = environ.get("DATABASE_URL", "")
    if not url:
        return _sqlite(folder / "bihuan.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL begins with {parts.scheme!r}; sqlite or postgresql is expected.")
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "postgres",
        "USER": unquote(parts.username or "postgres"),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 12}},
    }


def _sqlite(path: Path) -> dict[str, Any]:
    """FULL: what was accepted survives a power cut (it costs about a third of the writes)."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "TEST": {"NAME": str(path.with_name("test.sqlite3"))},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;"
            "PRAGMA temp_store=MEMORY;PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=27103364;"
            "PRAGMA cache_size=-20000;",
        },
    }


def cache(environ: Mapping[str, str]) -> dict[str, Any]:
    """Where tries are counted: in the process (right for the one web process that `serve` starts), or in a table
    that several processes and machines share (`BIHUAN_CACHE=database`)."""
    told = environ.get("BIHUAN_CACHE", "")
    if told in {"", "process"}:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if told == "database":
        return {
            "BACKEND": "bihuan.web.look.shared_cache.SharedCache",
            "LOCATION": "bihuan_cache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    raise ValueError(f"BIHUAN_CACHE is {told!r}; process or database is expected.")


@dataclass(frozen=True)
class MapGround:
    """Whose tiles lie under the map: their addresses (`{s}`: one of `subdomains`), the hosts that they come from, the
    system in which the provider counts, and what the map must always say."""

    addresses: tuple[str, ...]
    subdomains: str
    hosts: tuple[str, ...]
    gcj02: bool
    named: str


_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
_AMAP = (
    "https://webrd0{{s}}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8"
    "&x={{x}}&y={{y}}&z={{z}}&key={key}"
)


def map_ground(environ: Mapping[str, str]) -> MapGround | None:
    """`BIHUAN_MAP=tianditu` or `amap`, with `BIHUAN_MAP_KEY` and `BIHUAN_MAP_APPROVAL`, the number under which the
    provider's map is approved (审图号). None without: the map has plain ground then, and no host is asked."""
    told = environ.get("BIHUAN_MAP", "").strip()
    if not told:
        return None
    if told not in {"tianditu", "amap"}:
        raise ValueError(f"BIHUAN_MAP is {told!r}; tianditu or amap is expected.")
    key, approval = environ.get("BIHUAN_MAP_KEY", "").strip(), environ.get("BIHUAN_MAP_APPROVAL", "").strip()
    if not key or not approval:
        raise ValueError("BIHUAN_MAP needs BIHUAN_MAP_KEY and BIHUAN_MAP_APPROVAL.")
    if told == "amap":
        return MapGround(
            addresses=(_AMAP.format(key=quote(key, safe="")),),
            subdomains="1234",
            hosts=tuple(f"https://webrd0{at}.is.autonavi.com" for at in "1234"),
            gcj02=True,
            named=f"© 高德地图 · {approval}",
        )
    return MapGround(
        addresses=tuple(_TIANDITU.format(layer=layer, key=quote(key, safe="")) for layer in ("vec", "cva")),
        subdomains="01234567",
        hosts=tuple(f"https://t{at}.tianditu.gov.cn" for at in "01234567"),
        gcj02=False,
        named=f"© 天地图 · {approval}",
    )


def providers(environ: Mapping[str, str]) -> dict[str, str]:
    """Who carries which channel: `BIHUAN_PROVIDER_SMS=aliyun_sms` and the like, by short or dotted name. What is not
    named stays in the outbox, or goes the channel's own way."""
    named = {
        name.removeprefix("BIHUAN_PROVIDER_").lower(): told.strip()
        for name, told in environ.items()
        if name.startswith("BIHUAN_PROVIDER_")
    }
    return {channel: told for channel, told in named.items() if told}
