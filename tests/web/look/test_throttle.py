"""Tries are counted by the address they came from, and by all processes together where there are several."""

from threading import Thread
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from bihuan.installation import cache as cache_of
from bihuan.registers.access.roles import Role
from bihuan.web.look.throttle import Throttle
from bihuan.web.look.whence import whence
from tests.makers import company

SHARED = {"default": cache_of({"BIHUAN_CACHE": "database"})}
ADDRESS = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)


def asked(peer: str = "10.0.0.1", said: str = "") -> Any:
    request = RequestFactory().get("/", REMOTE_ADDR=peer)
    if said:
        request.META["HTTP_X_FORWARDED_FOR"] = said
    return request


@given(st.lists(ADDRESS, max_size=4).map(", ".join))
def test_without_proxies_nothing_a_request_says_is_believed(said: str) -> None:
    assert whence(asked(said=said)) == "10.0.0.1"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60), ADDRESS, ADDRESS)
def test_behind_proxies_only_their_own_words_count(forged: str, client: str, inner: str) -> None:
    with override_settings(BIHUAN_PROXIES=1):
        assert whence(asked(said=f"{forged},{client}")) == client
    with override_settings(BIHUAN_PROXIES=2):
        assert whence(asked(said=f"{forged},{client},{inner}")) == client


@override_settings(BIHUAN_PROXIES=2)
@pytest.mark.parametrize("said", ["", "1.2.3.4", "nonsense, 10.0.0.2", ",,,"])
def test_who_came_past_the_proxies_is_counted_as_themselves(said: str) -> None:
    assert whence(asked(said=said)) == "10.0.0.1"


def test_where_to_count_is_told_or_refused_in_words() -> None:
    kinds = {
        told: cache_of({"BIHUAN_CACHE": told})["BACKEND"].rpartition(".")[2] for told in ("", "database")
    }
    assert kinds == {"": "LocMemCache", "database": "SharedCache"}
    with pytest.raises(ValueError, match="process or database"):
        cache_of({"BIHUAN_CACHE": "memcached"})


@pytest.fixture
def shared() -> Any:
    with override_settings(CACHES=SHARED):
        call_command("createcachetable", verbosity=0)
        caches["default"].clear()
        yield caches["default"]
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bihuan_cache")


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_are_all_counted(shared: Any) -> None:
    shared.add("tries", 0, 60)

    def count() -> None:
        for _ in range(5):
            caches["default"].incr("tries")
        connection.close()

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shared.get("tries") == 20
    with pytest.raises(ValueError, match="no count"):
        shared.incr("unknown")


@pytest.mark.django_db(transaction=True)
def test_a_throttle_and_failed_sign_ins_count_in_the_shared_table(shared: Any) -> None:
    throttle = Throttle(name="test", times=2, seconds=60)
    assert [throttle.count(asked()) for _ in range(3)] == [True, True, False]
    assert (throttle.spent(asked()), throttle.spent(asked("10.0.0.2"))) == (True, False)
    login = company().people[Role.AGENT].login
    wrong = {"login": login, "password": "wrong-wrong-wrong"}
    shown = [Client().post("/accounts/login/", wrong).content.decode() for _ in range(7)]
    assert shown[-1] != shown[0]
    assert "too many" in shown[-1].lower() or "过多" in shown[-1] or "太多" in shown[-1]


@pytest.mark.django_db
@override_settings(BIHUAN_PROXIES=1)
def test_behind_a_proxy_one_clients_failures_do_not_shut_out_another() -> None:
    caches["default"].clear()
    logins = [person.login for person in company().people.values()]
    for login in logins[:11]:
        told = {"login": login, "password": "wrong-wrong-wrong"}
        Client().post("/accounts/login/", told, headers={"X-Forwarded-For": "203.0.113.7"})
    from_there = Client().post(
        "/accounts/login/",
        {"login": logins[12], "password": "a-long-test-password"},
        headers={"X-Forwarded-For": "198.51.100.9"},
    )
    assert from_there.status_code == 302
    caches["default"].clear()


def test_addresses_of_one_line_are_counted_together_and_of_two_apart() -> None:
    caches["default"].clear()
    tries = Throttle(name="lines", times=2, seconds=60)
    one = [tries.count(asked(f"2001:db8:1:2::{at:x}")) for at in range(1, 5)]
    assert one == [True, True, False, False]
    assert tries.count(asked("2001:db8:1:3::1"))
    assert [tries.count(asked(peer)) for peer in ("10.0.0.7", "::ffff:10.0.0.7", "10.0.0.7", "10.0.0.8")] == [
        True, True, False, True,
    ]  # fmt: skip
