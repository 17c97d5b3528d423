"""Codes to customers' phones under attack: many guesses at once are no more than five, one code lets in once."""

from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection, transaction

from bihuan.registers.customers.actions import know_by, reach_by
from bihuan.registers.customers.models import Customer, CustomerSession, CustomerSignIn
from bihuan.registers.customers.signing_in import (
    TRIES,
    CodeRefused,
    ask_in,
    code_for,
    drop_ended,
    end_sessions_of,
    open_session,
    session_of,
    unheard,
    use_code,
)
from bihuan.registers.organisation.actions import add_node
from bihuan.registers.organisation.models import Node
from tests.makers import NOW, later

PHONE = "+8613800138000"


def somebody() -> Customer:
    node = add_node(kind=Node.HEAD_OFFICE, name="总部", code="HQ")
    with transaction.atomic():
        return know_by(reach_by(phone=PHONE), name="张三", node=node, now=NOW).customer


def guessing(secret: str, codes: list[str]) -> list[str]:
    """These codes at once; what came of each: in, refused, busy."""
    found: list[str] = []
    start = Barrier(len(codes))

    def guess(code: str) -> None:
        start.wait(timeout=10)
        try:
            use_code(secret, code, now=NOW)
            found.append("in")
        except CodeRefused:
            found.append("refused")
        except OperationalError:  # SQLite had another writer
            found.append("busy")
        finally:
            connection.close()

    threads = [Thread(target=guess, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_are_no_more_than_five() -> None:
    somebody()
    asked_id, secret = ask_in(PHONE, now=NOW)
    made = code_for(asked_id, now=NOW)
    assert made is not None
    wrong = [f"{n:06d}" for n in range(16) if f"{n:06d}" != made[1]][:15]
    assert "in" not in guessing(secret, wrong)
    assert CustomerSignIn.objects.get().tries <= TRIES
    for _ in range(TRIES):
        if CustomerSignIn.objects.get().tries < TRIES:
            with pytest.raises(CodeRefused):
                use_code(secret, wrong[0], now=NOW)
    with pytest.raises(CodeRefused):
        use_code(secret, made[1], now=NOW)


@pytest.mark.django_db(transaction=True)
def test_the_right_code_sent_five_times_at_once_lets_in_once() -> None:
    somebody()
    asked_id, secret = ask_in(PHONE, now=NOW)
    made = code_for(asked_id, now=NOW)
    assert made is not None
    assert guessing(secret, [made[1]] * 5).count("in") <= 1
    assert CustomerSignIn.objects.get().used_at in {None, NOW}


@pytest.mark.django_db
def test_the_house_acts_on_an_asking_once() -> None:
    somebody()
    asked_id, _secret = ask_in(PHONE, now=NOW)
    assert unheard(NOW) == [asked_id]
    assert [code_for(asked_id, now=NOW) is not None for _ in range(2)] == [True, False]
    assert unheard(NOW) == []


@pytest.mark.django_db
def test_an_unknown_number_and_a_quiet_one_get_no_code() -> None:
    somebody()
    other, _secret = ask_in("+8613900139000", now=NOW)
    quiet, _secret = ask_in(PHONE, now=NOW, heard=True)
    assert [code_for(asked_id, now=NOW) for asked_id in (other, quiet)] == [None, None]


@pytest.mark.django_db
def test_sessions_end_in_time_everywhere_and_leave_no_rows() -> None:
    held = somebody()
    short, long = (open_session(held, remember=remember, now=NOW) for remember in (False, True))
    ask_in(PHONE, now=NOW)
    at = later(hours=12)
    assert [session_of(one, now=at) is None for one in (short, long)] == [True, False]
    assert end_sessions_of(held.id, now=at) == 2
    assert [session_of(one, now=at) for one in (short, long, "", "x")] == [None] * 4
    assert drop_ended(at) == 0
    assert drop_ended(later(days=3)) == 3
    assert (CustomerSession.objects.count(), CustomerSignIn.objects.count()) == (0, 0)
