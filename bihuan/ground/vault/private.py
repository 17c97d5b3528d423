"""Files that only their owner may read (mode 0600), on the disk before anybody is told. Nothing here knows Django."""

import os
import secrets
from pathlib import Path


def write(path: Path, told: str | bytes) -> None:
    """Write a file that is not there yet; FileExistsError when it is."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(told.encode() if isinstance(told, str) else told)
        file.flush()
        os.fsync(file.fileno())


def write_once(path: Path, told: str | bytes) -> None:
    """Several processes may start at once: the first to link its file wins, the others read that."""
    draft = _draft_of(path)
    write(draft, told)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def replace(path: Path, told: str | bytes) -> None:
    """Write a file whole in the place of the one before; whoever reads meanwhile reads the one or the other."""
    draft = _draft_of(path)
    write(draft, told)
    draft.replace(path)


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
