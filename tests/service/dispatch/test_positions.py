"""Positions of technicians: by consent, on shift, sealed, shown to them, gone in time."""

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.journal.models import Entry
from bihuan.ground.vault.models import Key
from bihuan.registers.access.errors import NotAllowed, NotFound, Refusal
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.actions import take_time
from bihuan.registers.staff.models import Busy, Technician
from bihuan.service.dispatch.positions.actions import (
    NoConsent,
    forget_old,
    give_consent,
    keep_positions,
    look_at_the_map,
    note_reading,
    withdraw_consent,
)
from bihuan.service.dispatch.positions.models import Position, Track, TrackReading
from bihuan.service.dispatch.positions.queries import followed, last_known, looks_at, own_track, track_of
from bihuan.service.dispatch.positions.rules import APART, Fix, fault, read, thinned, written
from tests.makers import NOW, Company, company, later

pytestmark = pytest.mark.django_db
HERE = {"latitude": 30.2876, "longitude": 120.1043, "accuracy": 20.0}


@pytest.fixture
def made() -> Company:
    return company()


def fix(at: datetime = NOW, **more: Any) -> Fix:
    return Fix(at=at, **(HERE | more))


def agreed(made: Company) -> Technician:
    one = made.technicians[0]
    give_consent(one, now=later(hours=-3))
    return one


def enter(made: Company, role: Role) -> Client:
    client = Client()
    client.force_login(made.people[role])
    return client


@pytest.mark.demand("L-20")
def test_nothing_is_taken_without_a_consent_and_all_is_deleted_when_it_is_withdrawn(made: Company) -> None:
    one = made.technicians[0]
    with pytest.raises(NoConsent):
        keep_positions(one, [fix()], now=NOW)
    give_consent(one, now=later(minutes=-1))
    assert keep_positions(one, [fix()], now=NOW).kept == 1
    key = Track.objects.get().key_id
    assert withdraw_consent(one, now=NOW) == 1
    assert (Position.objects.count(), Track.objects.count()) == (0, 0)
    assert Key.objects.get(id=key).wrapped is None  # not in a backup either
    with pytest.raises(NoConsent):
        keep_positions(one, [fix()], now=NOW)


def test_a_consent_given_again_does_not_reach_back(made: Company) -> None:
    one = agreed(made)
    withdraw_consent(one, now=NOW)
    give_consent(one, now=later(minutes=5))
    taken = keep_positions(one, [fix(NOW), fix(later(minutes=6))], now=later(minutes=6))
    assert (taken.kept, taken.refused) == (1, {"before_consent": 1})


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"at": later(minutes=3)}, "future"),
        ({"at": later(hours=-25)}, "too_old"),
        ({"at": later(hours=-2, minutes=-5)}, "off_shift"),
        ({"latitude": 91.0}, "nowhere"),
        ({"latitude": float("nan")}, "nowhere"),
        ({"latitude": 0.0, "longitude": 0.0}, "nowhere"),
        ({"accuracy": 9000.0}, "too_coarse"),
        ({"accuracy": -1.0}, "too_coarse"),
    ],
)
def test_what_lies_off_shift_or_cannot_be_true_is_not_kept(
    made: Company, wrong: dict[str, Any], why: str
) -> None:
    one = agreed(made)
    taken = keep_positions(one, [fix(**({"at": NOW} | wrong))], now=NOW)
    assert (taken.kept, taken.refused) == (0, {why: 1})


def test_on_leave_nothing_is_taken(made: Company) -> None:
    one = agreed(made)
    take_time(one.id, begins=later(hours=-1), ends=later(hours=1), why=Busy.LEAVE)
    assert keep_positions(one, [fix()], now=NOW).refused == {"off_shift": 1}


def test_what_waited_without_network_is_kept_once_and_thinned(made: Company) -> None:
    one = agreed(made)
    sent = [fix(later(seconds=-20 * at)) for at in range(10)]
    assert keep_positions(one, sent, now=NOW).kept == 4
    assert keep_positions(one, sent, now=NOW).kept == 0
    assert [row.at for row in own_track(one.id, NOW.date())] == sorted(
        later(seconds=-seconds) for seconds in (0, 60, 120, 180)
    )


def test_what_is_kept_cannot_be_read_in_the_database_nor_in_the_journal(made: Company) -> None:
    one = agreed(made)
    keep_positions(one, [fix()], now=NOW)
    assert "30.28" not in Position.objects.get().sealed
    assert own_track(one.id, NOW.date()) == [fix()]
    assert not [row for row in Entry.objects.all() if "30.28" in str(vars(row))]


@pytest.mark.demand("L-20")
def test_after_thirty_days_it_is_gone_with_its_key(made: Company) -> None:
    one = agreed(made)
    keep_positions(one, [fix()], now=NOW)
    key = Track.objects.get().key_id
    assert forget_old(NOW + timedelta(days=30)) == 0
    assert forget_old(NOW + timedelta(days=31)) == 1
    assert (Track.objects.count(), Key.objects.get(id=key).wrapped) == (0, None)


def test_the_last_position_counts_for_a_quarter_of_an_hour(made: Company) -> None:
    one = agreed(made)
    keep_positions(one, [fix(later(minutes=-3)), fix(latitude=30.29)], now=NOW)
    assert last_known([one.id], now=later(minutes=14)) == {one.id: fix(latitude=30.29)}
    assert last_known([one.id], now=later(minutes=16)) == {}


@pytest.mark.demand("L-23")
def test_a_dispatcher_of_the_node_looks_with_a_reason_that_the_technician_reads(made: Company) -> None:
    one = agreed(made)
    keep_positions(one, [fix()], now=NOW)
    viewer, today = made.viewer(Role.SERVICE_POINT_DISPATCHER), NOW.date()
    with pytest.raises(Refusal):
        note_reading(viewer, one, today, purpose=" ", now=NOW)
    with pytest.raises(NotAllowed):
        note_reading(made.viewer(Role.MANAGER), one, today, purpose="because", now=NOW)
    with pytest.raises(NotFound):
        note_reading(viewer, made.technicians[2], today, purpose="because", now=NOW)
    assert made.technicians[2].id not in [row.technician.id for row in followed(viewer, now=NOW)]
    assert track_of(note_reading(viewer, one, today, purpose="customer waits", now=NOW)) == [fix()]
    page = enter(made, Role.TECHNICIAN).get(reverse("technicians:positions"))
    assert "customer waits" in page.content.decode()


@pytest.mark.demand("L-23")
def test_the_map_shows_who_shares_now_and_a_map_that_stays_open_is_one_look(made: Company) -> None:
    one, other, viewer = agreed(made), made.technicians[1], made.viewer(Role.SERVICE_POINT_DISPATCHER)
    keep_positions(one, [fix(later(minutes=-4))], now=NOW)
    give_consent(other, now=later(hours=-3))  # agreed, and was not heard of
    seen = look_at_the_map(viewer, made.own.id, now=NOW)
    [there] = seen.people
    assert (there.technician_id, there.fix, there.old, seen.of) == (one.id, fix(later(minutes=-4)), False, 2)
    for minutes in (1, 14, 16, 31):
        [there] = look_at_the_map(viewer, made.own.id, now=later(minutes=minutes)).people
    assert there.old
    look_at_the_map(made.viewer(Role.DISPATCHER), made.own.id, now=later(minutes=1))
    mine = TrackReading.objects.filter(person=made.people[Role.SERVICE_POINT_DISPATCHER])
    assert [row.at for row in mine.order_by("at")] == [NOW, later(minutes=16), later(minutes=31)]
    assert [(look.since, look.until) for look in looks_at(one.id)] == [
        (later(minutes=1), later(minutes=1)),
        (NOW, later(minutes=31)),
    ]
    assert looks_at(other.id) == []
    page = enter(made, Role.TECHNICIAN).get(reverse("technicians:positions"))
    assert "The map of the day" in page.content.decode()
    take_time(one.id, begins=NOW, ends=later(hours=1), why=Busy.LEAVE)
    assert look_at_the_map(viewer, made.own.id, now=later(minutes=40)).people == ()
    with pytest.raises(NotFound):
        look_at_the_map(viewer, made.authorised.id, now=NOW)
    with pytest.raises(NotAllowed):
        look_at_the_map(made.viewer(Role.MANAGER), made.own.id, now=NOW)


def test_the_phone_gives_withdraws_and_leaves_positions(made: Company, settings: Any) -> None:
    client, url = enter(made, Role.TECHNICIAN), reverse("technicians:position")
    at = int(datetime.now(UTC).timestamp() * 1000)
    sent = json.dumps({"fixes": [{"at": at, **HERE}]})
    refused = client.post(url, sent, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]) == (403, "no_consent")
    assert client.get(url).json() == {"on": False, "until": 0}
    client.post(reverse("technicians:positions"), {"answer": "yes"})
    told = client.post(url, sent, content_type="application/json").json()
    assert told["kept"] + sum(told["refused"].values()) == 1  # by the clock of today, on shift or not
    for junk in (
        b"",
        b"[]",
        b'{"fixes": 3}',
        b'{"fixes": [{"at": "x"}]}',
        b'{"fixes": [{"at": 1e99}]}',
        b"[" * 9999,
    ):
        assert client.post(url, junk, content_type="application/json").status_code == 400
    assert client.post(url, {"fixes": "1"}).status_code == 400
    client.post(reverse("technicians:positions"), {"answer": "no"})
    assert client.get(url).json()["on"] is False


def test_the_page_of_a_dispatcher_shows_a_day_and_writes_it_down(made: Company) -> None:
    agreed(made)
    client = enter(made, Role.DISPATCHER)
    url = reverse("dispatchers:positions")
    assert (client.get(url).status_code, TrackReading.objects.count()) == (200, 0)
    asked = {"technician": made.technicians[0].id, "day": "2026-11-23"}
    assert client.post(url, asked | {"purpose": ""}).status_code == 422
    assert client.post(url, asked | {"purpose": "客户在等"}).status_code == 200
    assert [(row.day, row.purpose) for row in TrackReading.objects.all()] == [
        (date(2026, 11, 23), "客户在等")
    ]


@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    accuracy=st.floats(0, 3000),
    seconds=st.lists(st.integers(0, 3000), max_size=30),
)
def test_whatever_is_written_is_read_and_what_is_kept_lies_apart(
    latitude: float, longitude: float, accuracy: float, seconds: list[int]
) -> None:
    one = Fix(at=NOW, latitude=latitude, longitude=longitude, accuracy=accuracy)
    again = read(NOW, written(one))
    assert abs(again.latitude - latitude) <= 0.00006 and abs(again.longitude - longitude) <= 0.00006
    kept = thinned([Fix(at=later(seconds=at), **HERE) for at in seconds], [])
    assert all(b.at - a.at >= APART for a, b in pairwise(kept))


def test_a_shift_ends_on_the_second() -> None:
    hours = {0: [(time(8), time(10))]}
    told = {"hours": hours, "away": [], "since": later(days=-2), "now": later(hours=1), "zone": UTC}
    at = datetime(2026, 11, 23, 1, 59, 59, tzinfo=UTC)
    assert fault(fix(at), **(told | {"hours": {0: [(time(0), time(2))]}})) == ""  # type: ignore[arg-type]
    assert fault(fix(NOW), **(told | {"hours": {0: [(time(0), time(2))]}})) == "off_shift"  # type: ignore[arg-type]
