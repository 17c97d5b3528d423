"""Messages of nobody go after their term, and only those; the daily closing stays even."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import localdate

from bihuan.ground.journal.models import Entry
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.channel import READERS
from bihuan.registers.customers.models import Term
from bihuan.registers.customers.terms import NOBODYS
from bihuan.service.improvement.daily_closing import closing
from bihuan.service.intake.arriving import IN_THE_ROW, bytes_of, keep
from bihuan.service.intake.clearing import due, erase_nobodys
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.settling import decide
from tests.fake_channel import bytes_of as fake
from tests.makers import NOW, Company, company, later, settle

pytestmark = [pytest.mark.django_db, pytest.mark.demand("L-22")]
NIGHT = datetime.fromisoformat("2027-05-25T03:00:00+08:00")  # more than half a year later


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Company:
    monkeypatch.setitem(READERS, "sms", "tests.fake_channel.READER")
    settings.BIHUAN_DATA = tmp_path
    return company()


def arrived(raw: bytes, once: str) -> RawMessage:
    kept = keep("sms", raw, once=once, now=NOW)
    settle()
    return RawMessage.objects.get(id=kept.message.id)


def three(made: Company) -> list[RawMessage]:
    """Spam by a person (so large that it lies in a file), a machine's, and a customer's."""
    spam = arrived(b"\xff" * (IN_THE_ROW + 1), "1")
    decide(made.viewer(Role.AGENT), spam, RawMessage.SPAM, why="广告", now=later(hours=1))
    machine = arrived(fake(automatic="auto_reply"), "2")
    customer = arrived(fake(words="冰箱不制冷", phone="13900001111"), "3")
    return [RawMessage.objects.get(id=one.id) for one in (spam, machine, customer)]


def test_bytes_and_keys_go_after_the_term_and_the_closing_stays_even(made: Company) -> None:
    spam, machine, customer = three(made)
    files = sorted((Path(made_data()) / "files").glob("*/*"))
    assert (len(files), [one.state for one in (spam, machine, customer)]) == (
        1,
        ["spam", "automatic", "report"],
    )
    assert (erase_nobodys(NIGHT), erase_nobodys(NIGHT)) == (2, 0)
    held = [RawMessage.objects.get(id=one.id) for one in (spam, machine, customer)]
    assert [bytes_of(one) is None or bytes_of(one) == b"" for one in held] == [True, True, False]
    assert list((Path(made_data()) / "files").glob("*/*")) == []
    assert Entry.objects.filter(kind="message.erased").count() == 2
    day = next(one for one in closing(localdate(NOW)) if one.channel == "sms")
    assert (day.received, day.difference, day.ends["spam"], day.ends["automatic"]) == (3, 0, 1, 1)


def made_data() -> Path:
    from django.conf import settings  # as the fixture set it

    data: Path = settings.BIHUAN_DATA
    return data


def test_the_term_is_data_and_what_waits_for_a_person_stays(made: Company) -> None:
    three(made)
    waits = arrived(b"\xff nobody reads this", "4")
    assert waits.state == RawMessage.QUARANTINED
    assert due(later(days=100)).count() == 0
    Term.objects.update_or_create(code=NOBODYS, defaults={"days": 30})
    assert (due(later(days=100)).count(), due(later(days=20)).count()) == (2, 0)
    assert waits.id not in due(NIGHT).values_list("id", flat=True)


def test_by_day_nothing_is_erased(made: Company) -> None:
    three(made)
    assert erase_nobodys(NIGHT.replace(hour=12)) == 0
