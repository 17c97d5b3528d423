"""Travel times of this company: learnt from its own visits, asked of servers it names, and never without an answer."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils.timezone import localtime
from pytest_django import Settings

from bihuan.ground.routing.travel.amap import Amap
from bihuan.ground.routing.travel.asking import NoAnswer, Server
from bihuan.ground.routing.travel.coordinates import Point
from bihuan.ground.routing.travel.haversine import Haversine
from bihuan.registers.customers.models import Place
from bihuan.registers.staff.models import Technician
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.travelling import asked, providing
from bihuan.service.dispatch.travelling.observed import trips
from tests.ground.routing.travel.server import Recorded, served
from tests.makers import NOW, Company, a_case, company, later

pytestmark = pytest.mark.django_db

HERE, THERE, FAR = Point(30.2876, 120.1043), Point(30.2500, 120.1700), Point(30.1800, 120.2600)


@pytest.fixture
def made() -> Iterator[Company]:
    providing.forget()
    yield company()
    providing.forget()


def case_at(made: Company, point: Point | None) -> Case:
    case = a_case(made)
    assert case.place is not None
    Place.objects.filter(id=case.place.id).update(
        latitude=point and point.latitude, longitude=point and point.longitude
    )
    return case


def visit(case: Case, technician: Technician, *, set_off: float, drive: float, number: int = 1) -> Visit:
    """A finished one: `set_off` hours from now, `drive` minutes on the road, half an hour of work."""
    arrived = later(hours=set_off) + timedelta(minutes=drive)
    return Visit.objects.create(
        case=case,
        number=number,
        technician=technician,
        state=Visit.FINISHED,
        set_off_at=later(hours=set_off),
        arrived_at=arrived,
        ended_at=arrived + timedelta(minutes=30),
        made_at=NOW,
    )


def test_drives_are_read_from_one_visit_to_the_next_of_the_same_day(made: Company) -> None:
    one, other = made.technicians[:2]
    first, second, third, unknown = (case_at(made, point) for point in (HERE, THERE, FAR, None))
    visit(first, one, set_off=-30, drive=20)
    visit(second, one, set_off=-29, drive=25)
    visit(third, other, set_off=-28.5, drive=15)
    visit(unknown, one, set_off=-28, drive=15)
    visit(third, one, set_off=-27, drive=15, number=2)
    visit(second, one, set_off=-4, drive=12, number=2)  # the next day
    visit(first, one, set_off=-3, drive=-5, number=2)  # arrived before setting off
    visit(first, one, set_off=-24 * 100, drive=10, number=3)  # long ago
    (trip,) = trips(now=NOW)
    assert (trip.origin, trip.destination, trip.seconds) == (HERE, THERE, 25 * 60)
    assert trip.departed == localtime(later(hours=-29))


def test_the_company_plans_with_what_its_visits_taught(made: Company) -> None:
    plain = Haversine().row(HERE, [THERE, FAR], localtime(NOW))
    assert providing.provider(now=NOW).row(HERE, [THERE, FAR], localtime(NOW)).tolist() == plain.tolist()
    cases = [case_at(made, point) for point in (HERE, THERE)]
    for day in range(1, 7):
        visit(cases[0], made.technicians[0], set_off=-24 * day - 1, drive=5, number=day)
        visit(cases[1], made.technicians[0], set_off=-24 * day, drive=45, number=day)
    again = providing.provider(now=NOW)
    assert again.row(HERE, [THERE], localtime(NOW)).tolist() == [plain[0]]  # not learnt twice on one day
    tomorrow = later(days=1)
    learnt = providing.provider(now=tomorrow)
    to_there, to_far = learnt.row(HERE, [THERE, FAR], localtime(tomorrow))
    assert to_there == 45 * 60  # a habit of its own
    assert to_far > plain[1]  # and the city seems slower
    assert learnt.version != again.version
    assert providing.straight(now=tomorrow) == learnt.floor


def test_a_server_that_is_named_is_asked_and_one_that_fails_is_replaced(
    made: Company, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True
    recorded = Recorded({"code": "Ok", "durations": [[900]]}, (500, b""))
    with served(recorded) as url:
        monkeypatch.setenv("BIHUAN_OSRM", url)
        provider = providing.provider(now=NOW)
        assert provider.row(HERE, [THERE], localtime(NOW)).tolist() == [900 + 120]
        told = provider.told([HERE], [FAR], localtime(NOW))
    assert told.fell_back.all()
    assert told.faults == (("osrm", "status_500"),)
    assert told.seconds.tolist() == [Haversine().row(HERE, [FAR], localtime(NOW)).tolist()]


def test_no_address_is_asked_that_the_installation_does_not_allow(settings: Settings) -> None:
    settings.BIHUAN_CHANNELS_PRIVATE = False
    with served(Recorded({"code": "Ok"})) as url:
        with pytest.raises(NoAnswer) as refused:
            asked.ask(f"{url}/table/v1/driving/1,2", None, 1.0)
        assert refused.value.word == "address_refused"
        settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
        settings.BIHUAN_CHANNELS_PRIVATE = True
        assert json.loads(asked.ask(url, b"{}", 1.0)) == {"code": "Ok"}
    with pytest.raises(NoAnswer) as silent:
        asked.ask(url, None, 1.0)
    assert (silent.value.word, silent.value.again) == ("unreachable", True)


def test_only_what_is_named_is_asked() -> None:
    assert asked.servers({}) == () == asked.traffic({})
    both = {"BIHUAN_OSRM": "http://osrm:5000", "BIHUAN_VALHALLA": "http://valhalla:8002"}
    assert [layer.name for layer in asked.servers(both)] == ["valhalla", "osrm"]
    assert [layer.name for layer in asked.traffic({"BIHUAN_AMAP_KEY": "k"})] == ["amap"]


def test_the_nearest_few_of_one_job_are_asked_of_who_knows_the_traffic(
    made: Company, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"status": "1", "results": [{"origin_id": "1", "duration": "777"}]}
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True
    with served(Recorded(told)) as url:
        amap = Amap(Server(ask=asked.ask, url=url, parking=0), "k", nearest=1)
        monkeypatch.setattr(providing, "traffic", lambda: (amap,))
        found = providing.right_now([FAR, HERE], THERE, now=NOW)
    assert found.seconds[:, 0].tolist() == [
        int(Haversine().row(FAR, [THERE], localtime(NOW))[0]),
        777,
    ]
    assert found.fell_back[:, 0].tolist() == [True, False]
