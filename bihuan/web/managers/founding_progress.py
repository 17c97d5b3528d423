"""How far the founding in the place of the demo has come: one small file, which outlives the database it is about."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

STEPS = 4
BEGUN, DONE, FAILED = "begun", "done", "failed"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`follower`: the fingerprint of the token by which its page is found. `why` is a sentence when it failed."""

    follower: str
    state: str = BEGUN
    step: int = 0
    why: str = ""
    login: str = ""


def note(progress: Progress) -> None:
    """Write it down whole, for its owner alone."""
    draft = _file().with_name(f".founding-{os.getpid()}-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(progress), file)
    draft.replace(_file())


def noted() -> Progress | None:
    """What was written last; None when nothing was."""
    try:
        return Progress(**json.loads(_file().read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _file() -> Path:
    return Path(settings.BIHUAN_DATA) / "founding.json"
