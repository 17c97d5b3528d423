"""Whether a backup is what its manifest says, before anything is done with it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bihuan.ground.vault import backups
from bihuan.ground.vault.backups import Manifest, Table
from bihuan.management.backups import digests

TOLD = 5  # faults named one by one


def faults_of_files(folder: Path, manifest: Manifest) -> list[str]:
    """What is wrong with the files of a backup; nothing when each is there byte for byte."""
    sums = (folder / backups.FILE_SUMS).read_text("utf-8") if (folder / backups.FILE_SUMS).exists() else ""
    if backups.of_lines(sums) != manifest.file_sums:
        return [f"{backups.FILE_SUMS} is not the one this backup was made with."]
    return list(_wrong_files(folder / "files", sums))


def _wrong_files(held: Path, sums: str) -> Iterator[str]:
    for line in sums.splitlines():
        digest, _two, name = line.partition("  ")
        path = held / name
        if not path.exists():
            yield f"files/{name} is missing."
        elif digests.of_file(path) != digest:
            yield f"files/{name} was altered."


def faults_of_tables(found: Mapping[str, Table], told: Mapping[str, Table]) -> list[str]:
    """Where tables are not what the manifest says."""
    return [
        f"The table {name}: {_said(found.get(name))}, expected {_said(told.get(name))}."
        for name in sorted({*found, *told})
        if found.get(name) != told.get(name)
    ]


def _said(table: Table | None) -> str:
    return "none" if table is None else f"{table.rows} rows ({table.digest[:12]})"


def in_short(faults: list[str]) -> str:
    """The first few of them as one text."""
    more = len(faults) - TOLD
    return " ".join(faults[:TOLD]) + (f" And {more} more." if more > 0 else "")
