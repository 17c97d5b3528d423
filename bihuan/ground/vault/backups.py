"""What a backup says of itself: its manifest. Read by whoever restores it, and by the page that lists backups.

A manifest holds names of tables, counts and digests; nothing personal. Digests are SHA-256 in hexadecimal.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from bihuan.ground.vault import private
from bihuan.ground.vault.actions import signature

MANIFEST, KEYS_FILE, FILE_SUMS, UNFINISHED = "manifest.json", "keys.bak", "files.sha256", ".part"
EMPTY_KEYS = "keys-empty.sql"  # the numbers of the keys, without the keys: what refers to one finds a row
KEYS_KEPT = timedelta(days=30)  # older keys would bring back whom we promised to forget
MARK = "backup"
LAST, ASKED = "last-backup.json", ".asked"


@dataclass(frozen=True)
class Table:
    """How many rows a table has, and a digest over all of them in the order of their key."""

    rows: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What one backup holds. `files` counts sealed files and `bytes` their sizes on disk; `secrets_mark` tells
    whether an installation's secrets are those that can open it."""

    made_at: datetime
    version: str
    vendor: str
    database: str
    tables: Mapping[str, Table]
    keys: Table
    migrations: Mapping[str, str]
    files: int
    bytes: int
    file_sums: str
    secrets_mark: str

    def write(self, folder: Path) -> None:
        told = {**asdict(self), "made_at": self.made_at.isoformat(), "in_words": in_words(self)}
        text = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)
        private.write(folder / MANIFEST, text + "\n")


@dataclass(frozen=True, kw_only=True)
class Known:
    """A backup on disk: its folder, what it says (None when that cannot be read), and whether keys lie in it."""

    folder: Path
    manifest: Manifest | None
    has_keys: bool
    unfinished: bool = False

    @property
    def size(self) -> int:
        """Bytes on the disk; every file is looked at."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def keys_too_old(self, now: datetime) -> bool:
        """Whether the keys in it are older than anybody may keep them."""
        return self.has_keys and self.manifest is not None and now - self.manifest.made_at > KEYS_KEPT


class NotABackup(Exception):
    """There is no manifest that can be read; the text says where and why."""


def read(folder: Path) -> Manifest:
    """The manifest of a backup; `NotABackup` where there is none that makes sense."""
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        told.pop("in_words", None)
        told["made_at"] = datetime.fromisoformat(told["made_at"])
        told["tables"] = {name: Table(**each) for name, each in told["tables"].items()}
        told["keys"] = Table(**told["keys"])
        return Manifest(**told)
    except FileNotFoundError as error:
        raise NotABackup(f"{folder} holds no {MANIFEST}; it is no backup, or an unfinished one.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotABackup(f"The {MANIFEST} in {folder} cannot be read.") from error


def known(folder: Path) -> list[Known]:
    """The backups in a folder, the newest first; what is no backup is left out."""
    if not folder.is_dir():
        return []
    found = [each for each in folder.iterdir() if each.is_dir() and not each.name.startswith(".")]
    return sorted((one for each in found if (one := _known(each))), key=_age, reverse=True)


def _known(folder: Path) -> Known | None:
    unfinished = folder.name.endswith(UNFINISHED)
    try:
        manifest = None if unfinished else read(folder)
    except NotABackup:
        if not (folder / MANIFEST).exists():
            return None
        manifest = None
    has_keys = (folder / KEYS_FILE).exists()
    return Known(folder=folder, manifest=manifest, has_keys=has_keys, unfinished=unfinished)


def _age(one: Known) -> str:
    return one.manifest.made_at.isoformat() if one.manifest else ""


def secrets_mark() -> str:
    """A mark that only the holder of this installation's secrets can make."""
    return signature(MARK)[:32]


def of_lines(sums: str) -> str:
    """The digest of a list of digests."""
    return hashlib.sha256(sums.encode()).hexdigest()


def note_last(folder: Path, *, at: datetime) -> None:
    """Write down when the newest backup was made, where the doctor looks for it."""
    private.replace(settings.BIHUAN_DATA / LAST, json.dumps({"at": at.isoformat(), "folder": str(folder)}))


def last() -> tuple[datetime, str] | None:
    """When and where the newest backup was made; None when there was none yet."""
    try:
        told = json.loads((settings.BIHUAN_DATA / LAST).read_text("utf-8"))
        return datetime.fromisoformat(told["at"]), str(told["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def in_words(told: Manifest) -> dict[str, list[str]]:
    """What the backup holds, for a person who opens the folder years later."""
    rows = sum(table.rows for table in told.tables.values())
    return {
        "en": [
            f"{told.database}: {len(told.tables)} tables with {rows} rows, without customers' keys.",
            f"files/: {told.files} encrypted files, {told.bytes} bytes; {FILE_SUMS} has a digest of each.",
            f"{KEYS_FILE}: {told.keys.rows} keys. Keep it in another place, and no longer than 30 days.",
            (
                "Not here: the installation's secrets (the file `secrets` of its data folder). "
                "Without them and without the keys no personal data can be read."
            ),
        ],
        "zh": [
            f"{told.database}：{len(told.tables)} 张表，共 {rows} 行，不含客户密钥。",
            f"files/：{told.files} 个加密文件，{told.bytes} 字节；{FILE_SUMS} 里有每个文件的校验值。",
            f"{KEYS_FILE}：{told.keys.rows} 把密钥。请另处存放，最多保留 30 天。",
            "不在此处：本系统的主密钥（数据目录里的 secrets 文件）。没有它和客户密钥，任何个人信息都读不出来。",
        ],
    }


def ask_for_one() -> None:
    """Ask for a backup now; the clock begins it within seconds, in a process of its own."""
    settings.BIHUAN_BACKUPS.mkdir(parents=True, exist_ok=True, mode=0o700)
    (settings.BIHUAN_BACKUPS / ASKED).touch()


def is_asked_for() -> bool:
    """Whether somebody asked for a backup that was not begun yet."""
    return bool((settings.BIHUAN_BACKUPS / ASKED).exists())


def take_asking() -> bool:
    """Whether a backup was asked for; whoever is told so makes it, and nobody else is told."""
    try:
        (settings.BIHUAN_BACKUPS / ASKED).unlink()
    except FileNotFoundError:
        return False
    return True
