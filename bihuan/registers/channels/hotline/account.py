"""The telephone system, as the environment tells it: `BIHUAN_HOTLINE_SECRET` (it signs what it tells us),
`…_PATH_SECRET` (for one that can only call an address) and `…_KEYS`: what the keys of its menu mean, such as
`1=repair,2=installation,3=consultation,4=complaint,8=ring_back,9=en`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

USUAL_KEYS = "1=repair,2=installation,3=consultation,4=complaint,8=ring_back,9=en"
RING_BACK = "ring_back"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
SHORTEST_PATH_SECRET = 20  # characters; a shorter one could be guessed and opens nothing


@dataclass(frozen=True, kw_only=True)
class Account:
    """`secret` and `path_secret` are empty where that way in is closed."""

    secret: str = field(repr=False)
    path_secret: str = field(repr=False)
    keys: Mapping[str, str]

    @property
    def is_set_up(self) -> bool:
        return bool(self.secret or self.path_secret)


def account() -> Account:
    """The telephone system that may knock; nothing is let in while no secret is set."""
    path_secret = os.environ.get("BIHUAN_HOTLINE_PATH_SECRET", "").strip()
    return Account(
        secret=os.environ.get("BIHUAN_HOTLINE_SECRET", "").strip(),
        path_secret=path_secret if len(path_secret) >= SHORTEST_PATH_SECRET else "",
        keys=keys_of(os.environ.get("BIHUAN_HOTLINE_KEYS", "").strip() or USUAL_KEYS),
    )


def keys_of(told: str) -> dict[str, str]:
    """What each key means: `1=repair,9=en`; what has no such shape is left out."""
    pairs = (part.split("=", 1) for part in told.split(",") if "=" in part)
    return {key.strip(): meaning.strip() for key, meaning in pairs if key.strip() and meaning.strip()}
