"""Files at rest: encrypted, named by a keyed digest of their content, durable before anyone is told."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from bihuan.ground.vault import cipher
from bihuan.ground.vault.actions import SealedBy


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A file as its row remembers it: the keyed digest of the clear bytes, the path's name, its size in bytes."""

    digest: str
    name: str
    size: int


def keep(clear: bytes, *, key_id: int, by: SealedBy) -> Kept:
    """Write the sealed bytes to disk (fsync, then rename) and return how to find them again."""
    digest = cipher.blind(settings.BIHUAN_SECRETS.blind_index, "file", clear.hex())
    name = f"{digest[:2]}/{digest[2:32]}.{key_id}.{secrets.token_hex(8)}"
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    with draft.open("xb") as file:
        file.write(by.seal_bytes(key_id, clear))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    _sync_folder(path.parent)
    return Kept(digest=digest, name=name, size=len(clear))


def fetch(name: str, *, by: SealedBy) -> bytes | None:
    """The clear bytes of a kept file; None when its key was destroyed or the file is gone."""
    try:
        sealed = _path(name).read_bytes()
    except FileNotFoundError:
        return None
    return by.open_bytes(int(name.split(".")[1]), sealed)


def key_of(name: str) -> int:
    """The number of the key that a kept file was sealed with."""
    return int(name.split(".")[1])


def drop(name: str) -> None:
    _path(name).unlink(missing_ok=True)


def count_of(key_id: int) -> int:
    """How many kept files were sealed with this key."""
    return sum(1 for _ in _of(key_id))


def drop_of(key_id: int) -> int:
    """Take every file sealed with this key off the disk. Returns how many."""
    found = list(_of(key_id))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _of(key_id: int) -> Iterator[Path]:
    folder: Path = settings.BIHUAN_DATA / "files"
    return folder.glob(f"*/*.{key_id}.*")


def _path(name: str) -> Path:
    folder: Path = settings.BIHUAN_DATA / "files"
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError("A file's name leads out of the folder of files.")
    return path


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
