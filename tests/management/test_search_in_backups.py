"""The search index holds words in clear: no backup has it, and a restored house makes it anew."""

import sqlite3
from pathlib import Path

import pytest
from django.db import connection

from bihuan.management.backups import copying, digests
from tests.makers import a_case, company

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="PostgreSQL's dump leaves the table out by name"
    ),
]


def test_a_copy_has_no_word_of_the_index_and_can_be_indexed_anew(tmp_path: Path) -> None:
    a_case(company(), words="压缩机异响，型号QQXZ-35")
    copy = tmp_path / "copy.sqlite3"
    copying.copy_database(copy)
    assert b"qqxz" in copy.read_bytes()
    copying.take_keys_out(copy)
    assert b"qqxz" not in copy.read_bytes()
    with sqlite3.connect(copy) as database:
        assert [name for name in digests.of_sqlite(database) if name.startswith("searching_")] == []
        assert database.execute("SELECT count(*) FROM searching_words").fetchone() == (0,)
        case, customer = database.execute("SELECT id, customer_id FROM cases_case").fetchone()
        database.execute(
            "INSERT INTO searching_words (case_id, customer_id, tokens, stale) VALUES (?, ?, '异响', 0)",
            (case, customer),
        )
        found = database.execute("SELECT rowid FROM searching_found WHERE searching_found MATCH '\"异响\"'")
        assert found.fetchall() == [(case,)]


def test_a_copy_of_a_house_that_had_no_index_yet_is_made_too(tmp_path: Path) -> None:
    copy = tmp_path / "old.sqlite3"
    with sqlite3.connect(copy) as database:
        database.execute("CREATE TABLE vault_key (id INTEGER PRIMARY KEY, wrapped BLOB)")
        database.execute("CREATE TABLE django_session (session_key TEXT)")
    assert copying.take_keys_out(copy) == "BEGIN;\nCOMMIT;\n"
