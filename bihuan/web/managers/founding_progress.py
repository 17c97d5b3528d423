"""How far the founding in the place of the demo has come: one small file, which outlives the database it is about."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from bihuan.ground.vault import private

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
    private.replace(_file(), json.dumps(asdict(progress)))


def noted() -> Progress | None:
    """What was written last; None when nothing was."""
    try:
        return Progress(**json.loads(_file().read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _file() -> Path:
    return Path(settings.BIHUAN_DATA) / "founding.json"
