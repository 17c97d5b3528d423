"""The demo goes and one's own company comes: by real processes, on a database of their own, killed in the middle.

Whatever happens, the demo is whole or the own company is whole.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

from bihuan.management.beginning_anew import RestartWish, finish_removal, wish_restart
from tests import template

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.demand("U-04")]

MANAGE = str(Path(settings.BASE_DIR) / "manage.py")
ON_POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
COMPANY = ("--company", "远山电器", "--login", "lin", "--name", "林一", "--brand", "远山")
SWAPPING = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "bihuan.settings"
import django
django.setup()
from bihuan.management import fresh
print("ready", flush=True)
sys.stdin.readline()
fresh.swap()
print("swapped", flush=True)
"""
BUILDING = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "bihuan.settings"
import django
django.setup()
from bihuan.management import beginning_anew, fresh
from bihuan.web.managers.founding import Founding
fresh.clear()
fresh._make_schema()
founding = Founding(company="远山电器", login="lin", name="林一", password="a quite long pass phrase")
beginning_anew._build(founding, fresh.environment())
"""


@dataclass(frozen=True)
class Installation:
    """A data folder and a database of its own, worked on from outside."""

    folder: Path
    name: str

    @property
    def environment(self) -> dict[str, str]:
        told = {**os.environ, "BIHUAN_DATA": str(self.folder), "BIHUAN_DEMO": "1"}
        told["BIHUAN_FIRST_PASSWORD"] = "a quite long pass phrase"
        told.pop("DATABASE_URL", None)
        if ON_POSTGRESQL:
            given = urlsplit(os.environ["DATABASE_URL"])
            told["DATABASE_URL"] = given._replace(path=f"/{self.name}").geturl()
        return told

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, MANAGE, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, script: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", script],
            env=self.environment,
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        if ON_POSTGRESQL:
            with psycopg.connect(self.environment["DATABASE_URL"]) as database:
                return database.execute(statement.encode()).fetchall()
        with closing(sqlite3.connect(self.folder / "bihuan.sqlite3", timeout=20)) as database:
            return database.execute(statement).fetchall()

    def is_sound(self) -> bool:
        return ON_POSTGRESQL or self.ask("PRAGMA integrity_check") == [("ok",)]

    def whose(self) -> str:
        """ "demo" or "own": whose company stands here, whole; anything else is a broken one."""
        (name,) = self.ask("SELECT name FROM organisation_node WHERE kind = 'head_office'")
        facts = {
            "name": name[0],
            "demo": self.ask("SELECT count(*) FROM demo_filling")[0][0],
            "people": self.ask("SELECT count(*) FROM access_person")[0][0],
            "cases": self.ask("SELECT count(*) FROM cases_case")[0][0],
        }
        if facts == {"name": "远山电器", "demo": 0, "people": 1, "cases": 0}:
            return "own"
        demo = facts["demo"] == 1 and int(str(facts["people"])) > 50 and int(str(facts["cases"])) > 0
        return "demo" if demo and name[0] == "澄川电器总部" else f"neither: {facts}"

    def copy_to(self, folder: Path) -> "Installation":
        other = Installation(folder=folder, name=f"{self.name}_copy")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        if ON_POSTGRESQL:
            _administer(
                f"DROP DATABASE IF EXISTS {other.name}", f"CREATE DATABASE {other.name} TEMPLATE {self.name}"
            )
        return other


def _administer(*statements: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        for statement in statements:
            database.execute(statement.encode())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Installation]:
    """The demo company with a sealed file, and nobody at work in it."""
    made = Installation(folder=tmp_path_factory.mktemp("demo"), name=f"anew_{os.getpid()}")
    if ON_POSTGRESQL:
        _administer(f"CREATE DATABASE {made.name}")
        made.manage("migrate", "-v0")
    else:
        template.copy_to(made.folder)
    made.manage("demo", "--at-once", "2", "--cases", "3", "--no-logins")
    (made.folder / "files" / "ab").mkdir(parents=True)
    (made.folder / "files" / "ab" / "sealed").write_bytes(b"x")
    yield made
    if ON_POSTGRESQL:
        _administer(f"DROP DATABASE IF EXISTS {made.name}", f"DROP DATABASE IF EXISTS {made.name}_copy")


@pytest.mark.drill
def test_the_own_company_stands_in_the_place_of_the_demo(demo: Installation, tmp_path: Path) -> None:
    here = demo.copy_to(tmp_path / "data")
    last = here.ask("SELECT max(id) FROM access_person")[0][0]
    printed = here.manage("start_company", "--remove-demo", "--yes", *COMPANY)
    assert [line[:3] for line in printed.splitlines() if line[1:3] == "/4"] == ["1/4", "2/4", "3/4", "4/4"]
    assert (here.whose(), here.is_sound()) == ("own", True)
    assert here.ask("SELECT count(*) FROM django_session")[0][0] == 0
    assert int(str(here.ask("SELECT id FROM access_person")[0][0])) > int(str(last))
    assert [path for path in (here.folder / "files").rglob("*") if path.is_file()] == []
    assert sorted(path.name for path in here.folder.iterdir() if "next" in path.name) == []
    assert (here.folder / "begin-anew").exists()
    refused = subprocess.run(
        [sys.executable, MANAGE, "start_company", "--remove-demo", "--yes", *COMPANY],
        env=here.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "This is not the demo company" in refused.stderr
    assert here.whose() == "own"


@pytest.mark.drill
def test_killed_while_building_the_demo_is_whole(demo: Installation, tmp_path: Path) -> None:
    here = demo.copy_to(tmp_path / "data")
    process = subprocess.Popen(
        [sys.executable, MANAGE, "start_company", "--remove-demo", "--yes", *COMPANY],
        env=here.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    while not process.stdout.readline().startswith("1/4"):
        pass
    sleep(4)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert (here.whose(), here.is_sound()) == ("demo", True)
    assert (here.folder / "files" / "ab" / "sealed").exists()


@pytest.mark.drill
def test_killed_at_any_moment_of_the_swap_one_of_the_two_is_whole(demo: Installation, tmp_path: Path) -> None:
    built = demo.copy_to(tmp_path / "built")
    process = built.start(BUILDING)
    assert process.wait() == 0
    seen = []
    for milliseconds in (0, 2, 10, 50, 5000):
        here = built.copy_to(tmp_path / "data")
        process = here.start(SWAPPING)
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()
        sleep(milliseconds / 1000)
        process.kill()
        process.communicate()
        seen.append(here.whose())
        assert here.is_sound()
    assert set(seen) <= {"demo", "own"}
    assert seen[-1] == "own"


@pytest.mark.drill
@pytest.mark.one_database
@pytest.mark.skipif(ON_POSTGRESQL, reason="the file of SQLite")
def test_whoever_reads_meanwhile_sees_one_or_the_other(demo: Installation, tmp_path: Path) -> None:
    here = demo.copy_to(tmp_path / "data")
    assert here.start(BUILDING).wait() == 0
    with closing(sqlite3.connect(here.folder / "bihuan.sqlite3", timeout=20)) as reader:
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM access_person").fetchone()[0]
        process = here.start(SWAPPING)
        process.communicate("\n")
        assert process.returncode == 0
        assert reader.execute("SELECT count(*) FROM access_person").fetchone()[0] == before
        reader.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM access_person").fetchone()[0] == 1


@pytest.mark.drill
@pytest.mark.skipif(not ON_POSTGRESQL, reason="the schemas of PostgreSQL")
def test_the_swap_waits_for_whoever_is_at_work_and_then_they_see_the_new_company(
    demo: Installation, tmp_path: Path
) -> None:
    here = demo.copy_to(tmp_path / "data")
    assert here.start(BUILDING).wait() == 0
    with psycopg.connect(here.environment["DATABASE_URL"], autocommit=True) as other:
        for _ in range(8):  # often enough for a prepared statement, which must find the new table
            other.execute("SELECT count(*) FROM access_person", prepare=True)
        with other.transaction():
            before = other.execute("SELECT count(*) FROM access_person").fetchone()
            process = here.start(SWAPPING)
            assert process.stdin is not None and process.stdout is not None
            process.stdout.readline()
            process.stdin.write("\n")
            process.stdin.flush()
            sleep(1)
            assert process.poll() is None
            assert other.execute("SELECT count(*) FROM access_person").fetchone() == before
        assert process.wait(30) == 0
        assert other.execute("SELECT count(*) FROM access_person", prepare=True).fetchone() == (1,)


def test_files_of_the_demo_that_stayed_are_taken_away_at_the_next_start(
    demo: Installation, tmp_path: Path
) -> None:
    here = demo.copy_to(tmp_path / "data")
    (here.folder / "demo-removed.json").write_text('{"at": 32503680000}')
    finish = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'bihuan.settings'; import django; django.setup()\n"
    )
    finish += "from bihuan.management.beginning_anew import finish_removal; print(finish_removal())"
    assert here.start(finish).communicate()[0] == "0\n"  # the demo is there: the swap did not come to pass
    assert (here.folder / "files" / "ab" / "sealed").exists()


def test_cut_short_after_the_swap_only_what_is_older_than_it_goes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "BIHUAN_DATA", tmp_path)
    (tmp_path / "files" / "ab").mkdir(parents=True)
    of_demo, of_ours = tmp_path / "files" / "ab" / "old", tmp_path / "files" / "ab" / "new"
    for file, moment in ((of_demo, 1_000_000), (of_ours, 3_000_000)):
        file.touch()
        os.utime(file, (moment, moment))
    marker = tmp_path / "demo-removed.json"
    marker.write_text('{"at": 2000000}')
    assert finish_removal() == 1
    assert (of_demo.exists(), of_ours.exists(), marker.exists()) == (False, True, False)
    assert finish_removal() == 0


def test_a_wish_to_begin_anew_is_heard_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "BIHUAN_DATA", tmp_path)
    wish = RestartWish()
    assert not wish.is_new()
    wish_restart()
    assert (wish.is_new(), wish.is_new()) == (True, False)
    assert not RestartWish().is_new()
