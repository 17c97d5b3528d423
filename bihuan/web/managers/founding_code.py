"""The start code: whoever reads the console of a new installation, and nobody else, may found its company.

Its fingerprint lies in the data folder (mode 0600), the code itself nowhere. A new one ends the old one, and founding
ends it for good.
"""

import hmac
import secrets
from pathlib import Path

from django.conf import settings

from bihuan.ground.vault import private
from bihuan.ground.vault.actions import fingerprint

SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
LENGTH, GROUP = 12, 4  # 59 bits


def new_code() -> str:
    """A new start code, as it is printed: `ABCD-EFGH-JKMN`."""
    code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    private.replace(_file(), fingerprint(code))
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def is_right(typed: str) -> bool:
    """Whether this is the code, however it was written; False when there is none."""
    tidy = "".join(typed.split()).replace("-", "").upper()
    try:
        kept = _file().read_text("utf-8").strip()
    except FileNotFoundError:
        return False
    return bool(tidy) and len(tidy) <= 64 and hmac.compare_digest(fingerprint(tidy), kept)


def forget_code() -> None:
    """The company is founded: the code opens nothing more."""
    _file().unlink(missing_ok=True)


def _file() -> Path:
    return Path(settings.BIHUAN_DATA) / "start-code"
