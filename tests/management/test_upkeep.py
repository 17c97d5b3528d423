"""What SQLite plans by is kept fresh."""

from datetime import timedelta

import pytest
from django.db import connection

from bihuan.management import upkeep
from tests.makers import NOW, company


@pytest.mark.one_database
@pytest.mark.django_db
def test_statistics_are_kept_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_looked", {})
    company()
    assert known() == 0
    upkeep.keep_statistics(NOW)
    first = known()
    assert first > 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_stat1")
    upkeep.keep_statistics(NOW + timedelta(minutes=59))
    assert known() == 0
    upkeep.keep_statistics(NOW + timedelta(hours=1))
    assert known() > 0


def known() -> int:
    """How many tables and indexes the planner knows something of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT COUNT(*) FROM sqlite_stat1")
        return int(cursor.fetchone()[0])
