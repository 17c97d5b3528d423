"""Knowing customers: one person is one customer however they type their number, and whoever calls at once."""

from datetime import date
from threading import Barrier, Thread

import phonenumbers
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.access.masking import masked_email, masked_name, masked_phone
from bihuan.registers.customers.actions import know_by, note_consents, reach_by
from bihuan.registers.customers.models import Contact, Customer
from bihuan.registers.customers.queries import consents_of, known_by, shown
from bihuan.registers.customers.rules import (
    Cover,
    cover_on,
    is_same_name,
    months_after,
    read_email,
    read_phone,
)
from bihuan.registers.organisation.actions import add_node
from bihuan.registers.organisation.models import Node
from tests.makers import NOW, later

FORMS = [
    "13800138000",
    "138 0013 8000",
    "138-0013-8000",
    "+86 138 0013 8000",
    "0086 13800138000",
    "１３８００１３８０００",
    "＋86　138—0013—8000",
    "(138)00138000",
]


def head() -> Node:
    return add_node(kind=Node.HEAD_OFFICE, name="总部", code="HQ")


@pytest.mark.parametrize("typed", FORMS)
def test_a_number_is_the_same_however_it_is_typed(typed: str) -> None:
    read = read_phone(typed)
    assert read is not None and (read.number, read.mobile) == ("+8613800138000", True)


@pytest.mark.parametrize(
    "typed", ["", "110", "1380013800", "138001380000", "abc", "12345678901", "１２", "0" * 40]
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert read_phone(typed) is None


def test_a_landline_is_known_as_one() -> None:
    read = read_phone("0571-88889999")
    assert read is not None and (read.number, read.mobile) == ("+8657188889999", False)


@given(st.text(max_size=60))
def test_no_text_upsets_the_reading(text: str) -> None:
    read_phone(text)
    read_email(text)
    assert masked_phone(text) == "" or masked_phone(text) != text or not any(sign.isdigit() for sign in text)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" Li.Hua@Example.COM ", "li.hua@example.com"),
        ("李@例子.中国", "李@例子.中国"),
        ("a@b", None),
        ("a b@c.de", None),
        ("<a@b.cd>", None),
        ("@b.cd", None),
        ("x" * 250 + "@b.cd", None),
    ],
)
def test_an_address_is_lower_case_or_none(typed: str, read: str | None) -> None:
    assert read_email(typed) == read


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三丰", "张*"),
        ("欧阳娜娜", "欧阳*"),
        ("𠮷田", "𠮷*"),
        ("㙍", "㙍*"),
        ("John Smith", "J* S*"),
        ("  ", ""),
    ],
)
@pytest.mark.demand("S0-42")
def test_a_masked_name_keeps_the_surname(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"), [("+8613800138000", "138****8000"), ("+8657188889999", "*******9999"), ("", "")]
)
def test_a_masked_number_tells_too_little_to_call(number: str, masked: str) -> None:
    assert masked_phone(number) == masked
    assert masked_email("li.hua@example.com") == "l***@example.com"


@pytest.mark.parametrize(
    ("day", "until", "extended", "cover"),
    [
        (date(2026, 5, 15), date(2026, 5, 15), None, Cover.IN),
        (date(2026, 5, 16), date(2026, 5, 15), None, Cover.OUT),
        (date(2026, 5, 16), date(2026, 5, 15), date(2026, 5, 16), Cover.EXTENDED),
        (date(2026, 5, 17), date(2026, 5, 15), date(2026, 5, 16), Cover.OUT),
        (date(2026, 5, 16), None, date(2026, 5, 16), Cover.EXTENDED),
        (date(2026, 5, 16), None, None, Cover.UNKNOWN),
    ],
)
def test_the_last_day_of_cover_counts(
    day: date, until: date | None, extended: date | None, cover: Cover
) -> None:
    assert cover_on(day, bought_on=None, cover_until=until, extended_until=extended) is cover


@pytest.mark.parametrize(
    ("bought", "months", "until"),
    [
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2023, 5, 15), 36, date(2026, 5, 15)),
        (date(2023, 12, 31), 0, date(2023, 12, 31)),
    ],
)
def test_months_end_where_the_calendar_ends(bought: date, months: int, until: date) -> None:
    assert months_after(bought, months) == until


@pytest.mark.django_db
def test_every_form_of_a_number_finds_the_one_customer() -> None:
    node = head()
    found = {know_by(reach_by(phone=typed), name="张三", node=node, now=NOW)[0].id for typed in FORMS}
    assert (len(found), Customer.objects.count(), Contact.objects.count()) == (1, 1, 1)


@pytest.mark.django_db
def test_a_second_way_to_reach_them_finds_them_too() -> None:
    node = head()
    first, _, _ = know_by(
        reach_by(phone="13800138000", email="z@example.com"), name="张三", node=node, now=NOW
    )
    assert know_by(reach_by(email="Z@Example.com"), name="", node=node, now=NOW)[0] == first
    assert known_by(reach_by(phone="13900139000")) is None


@pytest.mark.django_db
def test_nothing_personal_stands_in_clear_in_any_row() -> None:
    customer, _, _ = know_by(reach_by(phone="13800138000"), name="欧阳㙍", node=head(), now=NOW)
    stored = str(list(Customer.objects.values())) + str(list(Contact.objects.values()))
    assert ("13800138000" in stored, "欧阳㙍" in stored) == (False, False)
    seen = shown([customer])[customer.id]
    assert (seen.name, seen.phone, seen.full) == ("欧阳*", "138****8000", False)
    full = shown([customer], full=frozenset({customer.id}))[customer.id]
    assert (full.name, full.phone) == ("欧阳㙍", "+8613800138000")


@pytest.mark.django_db
def test_the_newest_answer_to_each_consent_counts() -> None:
    customer, _, _ = know_by(reach_by(phone="13800138000"), name="", node=head(), now=NOW)
    note_consents(customer, {"service": True, "marketing": True}, how="phone", now=NOW)
    note_consents(customer, {"marketing": False}, how="web", now=later(hours=1))
    assert consents_of(customer.id) == {"service": True, "marketing": False}


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_once_from_one_number_know_one_customer() -> None:
    node, barrier = head(), Barrier(4)
    known: list[int] = []

    def call() -> None:
        barrier.wait()
        try:
            for _ in range(300):
                try:
                    with transaction.atomic():
                        customer, *_ = know_by(reach_by(phone="13800138000"), name="张三", node=node, now=NOW)
                except (IntegrityError, OperationalError):
                    continue
                known.append(customer.id)
                return
        finally:
            connection.close()

    threads = [Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(known), len(set(known)), Customer.objects.count()) == (4, 1, 1)


@pytest.mark.one_database
def test_the_mobiles_that_are_known_without_asking_are_those_that_the_library_knows() -> None:
    for beginning in range(1300, 2000):
        number = f"{beginning}0001234"[:11]
        read = phonenumbers.parse(number, "CN")
        mobile = phonenumbers.is_valid_number(read) and phonenumbers.number_type(read) in {
            phonenumbers.PhoneNumberType.MOBILE,
            phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        }
        found = read_phone(number)
        assert (found is not None and found.mobile) == mobile
        assert found is None or found.number == f"+86{number}"
    assert read_phone("8613800138000") == read_phone("+86 138 0013 8000") == read_phone("13800138000")


def test_a_title_or_spaces_make_no_other_name() -> None:
    assert [is_same_name("张三丰", told) for told in ("张先生", "张 三丰", "李先生", "张三")] == [
        True,
        True,
        False,
        False,
    ]
