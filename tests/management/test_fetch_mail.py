"""Mail is fetched from a real server: kept once, never deleted, nothing passed over."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection

from bihuan.management.commands.fetch_mail import keep_mail
from bihuan.management.commands.serve import commands
from bihuan.registers.channels.mail.account import Account, account
from bihuan.registers.channels.mail.fetching import LEASE, Round, fetch, mailbox_of
from bihuan.registers.channels.mail.imap import Folder, Trouble, mailbox_name
from bihuan.registers.channels.models import Mailbox
from bihuan.service.cases.models import Case
from bihuan.service.intake.arriving import bytes_of
from bihuan.service.intake.models import RawMessage
from tests.mailbox import Box, a_mailbox
from tests.makers import NOW, company, settle
from tests.registers.channels.mails import mail


@pytest.fixture(scope="module")
def server() -> Iterator[Box]:
    with a_mailbox() as box:
        yield box


@pytest.fixture
def box(server: Box, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    for name in [one for one in os.environ if one.startswith("BIHUAN_IMAP_")]:
        monkeypatch.delenv(name)
    for name, value in server.told().items():
        monkeypatch.setenv(name, value)
    server.empty()
    yield server


def a_mail(number: int) -> bytes:
    return mail(f"第{number}台空调不制冷".encode(), number=f"{number}@mail.example")


def looked(now: datetime = NOW, keep: object = None) -> Round:
    done = fetch(account(), keep or keep_mail, now=now)  # type: ignore[arg-type]
    assert done is not None
    return done


@pytest.mark.demand("S3-37", "S3-126", "S2-20")
@pytest.mark.django_db
def test_each_mail_becomes_one_case_and_stays_in_the_mailbox(box: Box) -> None:
    company()
    for number in range(3):
        box.put(a_mail(number))
    assert looked() == Round(fresh=3)
    assert looked() == Round()
    box.put(a_mail(3))
    assert looked() == Round(fresh=1)
    settle()
    rows = RawMessage.objects.order_by("id")
    assert [bytes_of(row) for row in rows] == [a_mail(number) for number in range(4)]
    assert (Case.objects.count(), box.count()) == (4, 4)
    assert {row.state for row in RawMessage.objects.all()} == {"report"}


@pytest.mark.django_db
def test_what_was_kept_is_moved_where_a_folder_is_named(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_IMAP_KEPT_FOLDER", "已收 & 留")
    box.put(a_mail(1))
    assert (looked(), looked()) == (Round(fresh=1), Round())
    assert (box.count(), box.count("&XfJlNg- &- &dVk-")) == (0, 1)


@pytest.mark.django_db
def test_at_first_sight_what_somebody_has_read_is_old(box: Box) -> None:
    box.put(a_mail(1), seen=True)
    box.put(a_mail(2))
    assert looked() == Round(fresh=1)
    box.put(a_mail(3), seen=True)  # from now on everything that comes counts, read or not
    assert looked() == Round(fresh=1)


@pytest.mark.django_db
def test_the_same_mail_again_is_known(box: Box) -> None:
    box.put(a_mail(1))
    box.put(a_mail(1))
    assert looked() == Round(fresh=1, known=1)


@pytest.mark.django_db
def test_numbers_that_begin_anew_lose_nothing_and_double_nothing(box: Box) -> None:
    now = datetime.now(NOW.tzinfo)
    box.put(a_mail(1))
    assert looked(now) == Round(fresh=1)
    box.put(a_mail(2))
    box.number_anew()
    assert looked(now) == Round(fresh=1, known=1)
    assert looked(now) == Round()


@pytest.mark.django_db
def test_a_mail_that_cannot_be_kept_stops_no_other_and_is_tried_again(box: Box) -> None:
    for number in range(3):
        box.put(a_mail(number))
    full = True

    def keep(raw: bytes, once: str, at: datetime) -> bool:
        if full and raw == a_mail(1):
            raise OSError("no room")
        return keep_mail(raw, once, at)

    assert looked(keep=keep) == Round(fresh=2, left=1)
    assert looked(keep=keep) == Round(left=1)
    full = False
    assert looked(keep=keep) == Round(fresh=1)
    assert looked(keep=keep) == Round()


@pytest.mark.django_db
def test_a_database_that_is_away_leaves_the_mailbox_as_it_was(box: Box) -> None:
    box.put(a_mail(1))

    def away(raw: bytes, once: str, at: datetime) -> bool:
        raise OperationalError("gone")

    with pytest.raises(OperationalError):
        fetch(account(), away, now=NOW)
    assert looked() == Round(fresh=1)


@pytest.mark.django_db
def test_one_fetcher_reads_at_a_time_and_one_that_died_is_followed(box: Box) -> None:
    box.put(a_mail(1))
    assert looked() == Round(fresh=1)
    Mailbox.objects.update(taken_until=NOW + LEASE, taken_by="dead")
    box.put(a_mail(2))
    assert fetch(account(), keep_mail, now=NOW) is None
    assert looked(NOW + LEASE + timedelta(seconds=1)) == Round(fresh=1)


@pytest.mark.django_db
def test_a_mail_that_goes_while_it_is_read_stops_nothing(box: Box) -> None:
    box.put(a_mail(1))
    box.put(a_mail(2))
    kept: list[bytes] = []

    def keep(raw: bytes, once: str, at: datetime) -> bool:
        if not kept:
            for one in (box.at / "mail" / "cur").iterdir():
                if a_mail(2) == one.read_bytes():
                    one.unlink()
        kept.append(raw)
        return True

    done = fetch(account(), keep, now=NOW)
    assert done is not None
    assert (kept[0], done.trouble) == (a_mail(1), "")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PASSWORD", "wrong", "account_refused"),
        ("FOLDER", "nowhere", "no_folder"),
        ("PORT", "9", "unreachable"),
        ("TLS", "ssl", "unreachable"),
    ],
)
@pytest.mark.django_db
def test_what_is_wrong_with_a_mailbox_is_noted(
    name: str, value: str, code: str, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"BIHUAN_IMAP_{name}", value)
    assert looked().trouble == code
    row = mailbox_of(account())
    assert row is not None
    assert (row.trouble, row.failed_at, row.fetched_at, row.taken_until) == (code, NOW, None, None)
    with pytest.raises(CommandError) as caught:
        call_command("fetch_mail", "--once")
    assert "wrong" not in str(caught.value)


@pytest.mark.django_db
def test_the_command_says_how_many(box: Box) -> None:
    box.put(a_mail(1))
    said = StringIO()
    call_command("fetch_mail", "--once", stdout=said)
    assert said.getvalue() == "1 new, 0 known, 0 left.\n"


def test_without_a_mailbox_no_process_fetches(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "mail" in commands("127.0.0.1", 8000)
    monkeypatch.delenv("BIHUAN_IMAP_HOST")
    assert "mail" not in commands("127.0.0.1", 8000)
    with pytest.raises(CommandError):
        call_command("fetch_mail", "--once")


def test_the_names_of_folders() -> None:
    assert mailbox_name('a "b" & 台北') == '"a \\"b\\" &- &U,BTFw-"'


@pytest.mark.demand("S2-20")
@pytest.mark.django_db(transaction=True)
def test_four_fetchers_at_once_keep_each_mail_once(box: Box) -> None:
    """Each takes the folder for another one, so that no row keeps them apart."""
    for number in range(20):
        box.put(a_mail(number))

    def fetched(name: str) -> Round | None:
        try:
            return fetch(replace(account(), folder=name), keep_mail, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        rounds = [one for one in pool.map(fetched, ("INBOX", "inbox", "Inbox", "inBox")) if one is not None]
    assert [(one.fresh + one.known, one.left, one.trouble) for one in rounds] == [(20, 0, "")] * 4
    assert (sum(one.fresh for one in rounds), RawMessage.objects.count(), box.count()) == (20, 20, 20)


def test_an_account_in_words_holds_no_password(box: Box) -> None:
    held: Account = account()
    assert "a-mailbox-password" not in repr(held)
    with Folder(held) as folder, pytest.raises(Trouble) as caught:
        folder._asked("uid", "NONSENSE")
    assert caught.value.code == "refused"
