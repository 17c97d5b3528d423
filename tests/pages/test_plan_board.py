"""The plan of a day as a dispatcher sees it: drawn, weighed, changed only where it is still the one that was seen."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, make_aware
from pytest_django.plugin import DjangoDbBlocker

from bihuan.ground.worktime import clock
from bihuan.installation import map_ground
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Technician
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, booking
from bihuan.service.dispatch.choosing import workers_for
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.planning.board import board_of
from bihuan.service.dispatch.planning.intending import intended_for
from bihuan.service.dispatch.planning.models import DayPlan
from bihuan.service.dispatch.planning.moving import move
from bihuan.service.dispatch.slots import WIDTH, Slot
from tests.makers import Company, company
from tests.pages.test_dispatching import accepted, assigned, signed_in
from tests.shared import rows_of_a_module
from tests.statements import statements


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    with rows_of_a_module(django_db_blocker):
        yield staged()


def staged() -> dict[str, Any]:
    """Tomorrow at a service point: one visit agreed for ten, one case that waits."""
    made = company()
    visit = agreed(made, words="冰箱漏水了")
    waits = accepted(made, words="洗衣机不转了")
    return {"made": made, "visit": visit, "waits": waits}


def at(hour: int, minute: int = 0) -> datetime:
    return make_aware(datetime.combine(tomorrow(), time(hour, minute)))


def tomorrow() -> Any:
    return localdate(clock.now()) + timedelta(days=1)


def not_the_best(made: Company, case: Case) -> Technician:
    """Who does not come first for a case; by the hour of the clock somebody else does."""
    best = workers_for(case, now=clock.now()).best
    assert best is not None
    return next(one for one in made.technicians[:2] if one.id != best.id)


def agreed(made: Company, **more: Any) -> Visit:
    case = assigned(made, **more)
    technician = made.technicians[0]
    mine = Doer.of(made.viewer(Role.TECHNICIAN))
    assigning.accept_job(case, technician_id=technician.id, doer=mine, now=clock.now())
    visit = Visit.objects.get(case=case)
    slot = Slot(at(10), at(10) + WIDTH)
    return booking.book(visit, slot, doer=Doer.of(made.viewer(Role.AGENT)), now=clock.now())


def asked(client: Client, made: Company, **headers: str) -> Any:
    told = {"day": tomorrow().isoformat()}
    return client.get(reverse("dispatchers:plan", args=[made.own.id]), told, headers=headers)


@pytest.mark.django_db
@pytest.mark.demand("U-01", "U-20")
def test_the_day_shows_who_goes_where_and_what_waits_and_only_to_whom_it_belongs(
    shared: dict[str, Any],
) -> None:
    made: Company = shared["made"]
    client = signed_in(made, Role.SERVICE_POINT_DISPATCHER)
    shown = asked(client, made)
    page = shown.content.decode()
    assert f'data-case="{shared["visit"].case.number}" data-span="' in page
    assert 'data-slot="600-720"' in page and "agreed 10:00–12:00" in page
    assert f'class="plan-item" data-case="{shared["waits"].number}"' in page
    assert "13800" not in page and "张" not in page
    assert "img-src 'self' data: blob:;" in shown.headers["Content-Security-Policy"]
    assert f"lane=to_book&amp;node={made.own.id}" in page
    lanes = reverse("dispatchers:board")
    for node, held in ((made.own, True), (made.authorised, False)):
        asked_for = {"lane": "to_assign", "node": str(node.id)}
        lane = signed_in(made, Role.DISPATCHER).get(lanes, asked_for)
        assert (shared["waits"].number in lane.content.decode()) is held
        assert f"Only of {node.name}" in lane.content.decode()
    foreign = client.get(reverse("dispatchers:plan", args=[made.authorised.id]))
    assert foreign.status_code == 404
    assert (
        client.get(reverse("dispatchers:plan_nodes"))
        .headers["Location"]
        .startswith(reverse("dispatchers:plan", args=[made.own.id]))
    )
    over_all = signed_in(made, Role.DISPATCHER).get(
        reverse("dispatchers:plan_nodes"), {"day": tomorrow().isoformat(), "sort": "booked"}
    )
    assert over_all.context["rows"][0].node == made.own and over_all.context["rows"][0].booked == 1
    for name in ("plan_print", "plan"):
        kept = client.get(
            reverse(f"dispatchers:{name}", args=[made.own.id]),
            {"day": tomorrow().isoformat(), "format": "csv"},
        )
        content = kept.getvalue() if kept.streaming else kept.content
        assert shared["visit"].case.number in content.decode()


@pytest.mark.django_db
def test_a_board_costs_as_many_statements_for_many_visits_as_for_one(shared: dict[str, Any]) -> None:
    made: Company = shared["made"]
    viewer, now = made.viewer(Role.DISPATCHER), clock.now()
    one = statements(lambda: board_of(viewer, made.own.id, tomorrow(), now=now))
    agreed(made, words="空调不制热")
    accepted(made, words="燃气灶打不着火")
    more = statements(lambda: board_of(viewer, made.own.id, tomorrow(), now=now))
    assert len(more) == len(one) <= 25
    some = board_of(viewer, made.own.id, tomorrow(), now=now, in_pool=1)
    assert (len(some.pool), some.waits) == (1, 2)


@pytest.mark.django_db
def test_a_board_that_asks_again_is_answered_when_somebody_moved_something(shared: dict[str, Any]) -> None:
    made, waits = shared["made"], shared["waits"]
    client = signed_in(made, Role.SERVICE_POINT_DISPATCHER)
    mark = asked(client, made).context["mark"]
    live = {"HX-Request": "true", "X-Seen": mark}
    now = clock.now()
    again = asked(client, made, **live)
    assert again.status_code == 204 or again.context["mark"].rsplit("-", 1)[0] == mark.rsplit("-", 1)[0]
    move(made.viewer(Role.DISPATCHER), waits, technician_id=made.technicians[0].id, at=at(14), now=now)
    after = asked(client, made, **live)
    assert after.status_code == 200
    assert "is-meant" in after.content.decode() and "<html" not in after.content.decode()


@pytest.mark.django_db
def test_what_follows_is_said_and_a_plan_that_moved_is_not_changed(shared: dict[str, Any]) -> None:
    made, waits = shared["made"], shared["waits"]
    client = signed_in(made, Role.SERVICE_POINT_DISPATCHER)
    other = not_the_best(made, waits)
    told = {"case": waits.number, "technician": str(other.id), "at": at(14).isoformat()}
    weighed = client.get(reverse("dispatchers:plan_weigh", args=[made.own.id]), told)
    assert f"{other.person.name} is there 14:00–15:00" in weighed.content.decode()
    form = client.get(reverse("dispatchers:plan_move", args=[made.own.id]), told)
    assert 'name="why_not_best"' in form.content.decode()
    address = reverse("dispatchers:plan_move", args=[made.own.id])
    DayPlan.objects.update_or_create(node=made.own, day=tomorrow(), defaults={"version": 7})
    stale = client.post(
        address, told | {"version": "6", "why_not_best": "nearer"}, headers={"HX-Request": "true"}
    )
    assert stale.status_code == 409 and "The plan changed in the meantime" in stale.content.decode()
    assert intended_for(waits.id) is None
    done = client.post(address, told | {"version": "7", "why_not_best": "nearer"}, follow=True)
    assert f"Case {waits.number} was moved." in done.content.decode()
    assert intended_for(waits.id) is not None


def test_tiles_come_from_an_approved_provider_by_key_and_from_nobody_else() -> None:
    assert map_ground({}) is None
    ground = map_ground(
        {"BIHUAN_MAP": "tianditu", "BIHUAN_MAP_KEY": "k&y", "BIHUAN_MAP_APPROVAL": "审图号 GS(2026)1号"}
    )
    assert ground is not None and not ground.gcj02 and "审图号 GS(2026)1号" in ground.named
    assert all(address.startswith("https://t{s}.tianditu.gov.cn/") for address in ground.addresses)
    assert all(address.endswith("tk=k%26y") for address in ground.addresses)
    for wrong in ({"BIHUAN_MAP": "osm"}, {"BIHUAN_MAP": "amap", "BIHUAN_MAP_KEY": "k"}):
        with pytest.raises(ValueError, match="BIHUAN_MAP"):
            map_ground(wrong)
