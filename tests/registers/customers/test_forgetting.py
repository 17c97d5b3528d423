"""Forgetting a customer: nothing about them can be read again, and everything that was done stays proved."""

import os
import sqlite3
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from bihuan.ground.journal.queries import all_faults
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys_for
from bihuan.ground.vault.models import Key
from bihuan.registers.access.errors import NotAllowed, NotFound, Refusal
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import Contact, CustomerSignIn, Serial
from bihuan.registers.customers.queries import known_by, named, shown, with_serial
from bihuan.registers.customers.signing_in import ask_in
from bihuan.registers.customers.told import Reach
from bihuan.service.cases import handing_over, talking
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case, Note
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.queries import link_of
from bihuan.service.notices.forgetting import find, forget_customer, held_about
from bihuan.service.notices.models import Notice
from tests.makers import NOW, Company, a_case, company, later, settle

NAME, DOOR, WORDS = "欧阳㙍𠮷", "文一西路1号1幢101室", "机器突然不制冷了，我家老人着急"
PHONE, SERIAL, ORDER = "13912345678", "SNRARE778899", "TM-20261123-77"


@pytest.fixture(autouse=True)
def _a_disk_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.BIHUAN_DATA = tmp_path / "data"
    settings.BIHUAN_DATA.mkdir()


def a_whole_case(made: Company) -> Case:
    """A case with notes, notices and a file, concluded: everything that holds words of a customer."""
    case = a_case(made, words=WORDS, phone=PHONE, name=NAME, outside_number=ORDER)
    Serial.objects.filter(machine=case.machine).update(number=SERIAL)
    agent = made.viewer(Role.AGENT)
    talking.note(case, "客户说老人在家，先打电话", by=agent.actor, now=NOW, contact="phone", public=True)
    settle()
    hand = keys_for([case.customer.key_id])
    files.keep(b"a photo of the kitchen", key_id=case.customer.key_id, by=hand)
    move_case(
        Case.objects.get(id=case.id),
        "cancel",
        doer=Doer.of(agent),
        now=later(hours=1),
        reason="客户自己修好了",
    )
    settle(later(hours=1))
    return Case.objects.get(id=case.id)


def sealed_of(case: Case) -> list[str]:
    """Every sealed text about this case."""
    raw = RawMessage.objects.get(id=case.report.raw_id)
    texts = [case.customer.name_sealed, raw.body_sealed, case.report.words_sealed, case.report.asked_sealed]
    texts += Note.objects.filter(case=case).values_list("words_sealed", flat=True)
    texts += Notice.objects.filter(customer=case.customer).values_list("words_sealed", flat=True)
    texts += Contact.objects.filter(customer=case.customer).values_list("sealed", flat=True)
    return [text for text in texts if text]


@pytest.mark.django_db
@pytest.mark.demand("S3-185")
def test_nothing_can_be_read_or_found_again_and_every_chain_still_verifies() -> None:
    made = company()
    case = a_whole_case(made)
    customer, link, texts = case.customer, link_of(case.report), sealed_of(case)
    hand = keys_for([customer.key_id])
    assert len(texts) >= 6 and all(hand.open(text) for text in texts)
    assert (
        find(made.viewer(Role.ADMINISTRATOR), PHONE)
        == customer
        == find(made.viewer(Role.ADMINISTRATOR), case.number)
    )
    before = (Case.objects.count(), Report.objects.count(), Notice.objects.count(), Note.objects.count())

    forget_customer(made.viewer(Role.ADMINISTRATOR), customer.id, now=later(hours=2))

    hand = keys_for([customer.key_id])
    assert [hand.open(text) for text in texts] == [None] * len(texts)
    assert known_by([Reach(kind=Contact.MOBILE, value=f"+86{PHONE}")]) is None
    assert (named(NAME), with_serial(SERIAL), Key.objects.get(id=customer.key_id).wrapped) == ([], None, None)
    customer.refresh_from_db()
    seen = shown([customer], full=frozenset({customer.id}))[customer.id]
    assert (seen.name, seen.phone, DOOR in seen.address) == ("", "", False)
    assert (
        Case.objects.get(id=case.id).outside_number
        == Report.objects.get(id=case.report_id).outside_number
        == ""
    )
    assert Client().get(link.removeprefix(settings.BIHUAN_ADDRESS)).status_code == 404
    assert (
        Case.objects.count(),
        Report.objects.count(),
        Notice.objects.count(),
        Note.objects.count(),
    ) == before
    assert list(all_faults()) == []
    with pytest.raises(NotFound):
        find(made.viewer(Role.ADMINISTRATOR), PHONE)


@pytest.mark.django_db
@pytest.mark.demand("S3-185")
def test_what_shifts_wrote_of_them_and_who_asked_for_their_number_go_too() -> None:
    made = company()
    case, other, mine = a_whole_case(made), a_case(made, phone="13800138001"), made.viewer(Role.AGENT)
    on = [handing_over.Handed(case_id=case.id, why="urgent")]
    beside = [handing_over.Handed(case_id=other.id, why="urgent")]
    told = [
        ("门口有狗，先敲邻居的门", on),
        (f"{NAME}家明天再打", []),
        (f"{case.number}等发票", beside),
        ("等配件", beside),
    ]
    notes = [
        handing_over.hand_over_shift(words, items=items, to=None, viewer=mine, now=NOW)
        for words, items in told
    ]
    sealed = [one.words_sealed for one in notes]
    ask_in(f"+86{PHONE}", now=NOW)
    ask_in("+8613800138001", now=NOW)
    forget_customer(made.viewer(Role.ADMINISTRATOR), case.customer_id, now=later(hours=2))
    read = [
        handing_over.words_of(handing_over.hand_over(made.viewer(Role.SUPERVISOR), one.id)) for one in notes
    ]
    assert read == ["", "", "", "等配件"]
    hand = keys_for([one.key_id for one in notes])
    assert [hand.open(text) for text in sealed] == [None, None, None, "等配件"]
    assert CustomerSignIn.objects.count() == 1


@pytest.mark.django_db
def test_the_pages_of_a_forgotten_customers_case_still_open() -> None:
    made = company()
    case = a_whole_case(made)
    forget_customer(made.viewer(Role.ADMINISTRATOR), case.customer_id, now=later(hours=2))
    client = Client()
    client.force_login(made.people[Role.SUPERVISOR])
    for page in (f"/desk/case/{case.number}", f"/desk/case/{case.number}/record", "/desk/cases"):
        answer = client.get(page)
        assert (answer.status_code, NAME in answer.content.decode()) == (200, False), page


@pytest.mark.django_db
def test_the_same_number_may_come_back_as_somebody_new() -> None:
    made = company()
    case = a_whole_case(made)
    forget_customer(made.viewer(Role.ADMINISTRATOR), case.customer_id, now=later(hours=2))
    again = a_case(made, phone=PHONE, name=NAME, now=later(hours=3))
    assert again.customer_id != case.customer_id


@pytest.mark.django_db
def test_only_an_administrator_forgets_and_not_while_work_is_open() -> None:
    made = company()
    case = a_case(made)
    with pytest.raises(NotAllowed):
        forget_customer(made.viewer(Role.MANAGER), case.customer_id, now=NOW)
    with pytest.raises(Refusal):
        forget_customer(made.viewer(Role.ADMINISTRATOR), case.customer_id, now=NOW)
    assert Key.objects.get(id=case.customer.key_id).wrapped is not None


@pytest.mark.django_db
def test_the_page_shows_what_would_go_and_wants_it_typed() -> None:
    made = company()
    case = a_whole_case(made)
    client = Client()
    client.force_login(made.people[Role.ADMINISTRATOR])
    page = client.post("/settings/customers/forget", {"who": PHONE}).content.decode()
    assert ("欧阳*" in page, NAME in page) == (True, False)
    told = {"customer_id": case.customer_id, "typed": "yes"}
    assert client.post("/settings/customers/forget", told).status_code == 422
    assert client.post("/settings/customers/forget", {"who": "13900000000"}).status_code == 422
    told["typed"] = str(case.customer_id)
    assert client.post("/settings/customers/forget", told).status_code == 302
    assert client.post("/settings/customers/forget", told).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_files_leave_the_disk_and_so_do_old_pages_of_the_database() -> None:
    made = company()
    case = a_whole_case(made)
    assert (held_about(case.customer).files, case.customer.key_id > 0) == (1, True)
    wrapped = bytes(Key.objects.get(id=case.customer.key_id).wrapped or b"")
    forget_customer(made.viewer(Role.ADMINISTRATOR), case.customer_id, now=later(hours=2))
    assert files.count_of(case.customer.key_id) == 0
    if connection.vendor == "sqlite" and os.path.exists(str(connection.settings_dict["NAME"])):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete")
            assert cursor.fetchone()[0] == 1
        assert wrapped not in read_elsewhere(str(connection.settings_dict["NAME"]))


def read_elsewhere(path: str) -> bytes:
    """The bytes of a database in use, read by another process: closing the file in this one would drop the locks
    by which SQLite keeps others from taking its log away (https://www.sqlite.org/howtocorrupt.html, 2.2)."""
    return subprocess.run(["cat", path], check=True, capture_output=True).stdout


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_no_key_and_the_keys_lie_apart(tmp_path: Path) -> None:
    made = company()
    case = a_whole_case(made)
    if connection.vendor != "sqlite":
        pytest.skip("tests/management/test_backup.py does it on PostgreSQL")
    folder = tmp_path / "backup"
    call_command("backup", str(folder), verbosity=0)
    copy = sqlite3.connect(folder / "bihuan.sqlite3")
    kept = copy.execute("SELECT count(*) FROM vault_key").fetchone()[0]
    cases = copy.execute("SELECT count(*) FROM cases_case").fetchone()[0]
    copy.close()
    wrapped = bytes(Key.objects.get(id=case.customer.key_id).wrapped or b"")
    assert (kept, cases, wrapped in (folder / "bihuan.sqlite3").read_bytes()) == (
        0,
        Case.objects.count(),
        False,
    )
    assert stat.S_IMODE((folder / "keys.bak").stat().st_mode) == 0o600
    assert not list(folder.rglob("secrets"))
    assert sum(1 for path in (folder / "files").rglob("*") if path.is_file()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_backup_can_be_brought_back_with_its_keys_and_a_forgotten_customer_cannot(tmp_path: Path) -> None:
    made = company()
    if connection.vendor != "sqlite":
        pytest.skip("tests/management/test_backup.py does it on PostgreSQL")
    case = a_whole_case(made)
    call_command("backup", str(tmp_path / "one"), verbosity=0)
    forget_customer(made.viewer(Role.ADMINISTRATOR), case.customer_id, now=later(hours=2))
    call_command("backup", str(tmp_path / "two"), verbosity=0)
    seen = []
    for name in ("one", "two"):
        copy = sqlite3.connect(tmp_path / name / "bihuan.sqlite3")
        copy.executescript((tmp_path / name / "keys.bak").read_text("utf-8"))
        row: Any = copy.execute(
            "SELECT wrapped FROM vault_key WHERE id = ?", (case.customer.key_id,)
        ).fetchone()
        seen.append(bool(row and row[0]))
        copy.close()
    assert seen == [True, False]
