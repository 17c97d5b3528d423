"""Servers of travel times, against answers as their documentation shows them: whole, partial, wrong, slow and none."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from bihuan.ground.routing.model import UNREACHABLE
from bihuan.ground.routing.travel.amap import Amap
from bihuan.ground.routing.travel.asking import Server
from bihuan.ground.routing.travel.coordinates import Gcj02, Point, point_of
from bihuan.ground.routing.travel.haversine import Haversine, apart
from bihuan.ground.routing.travel.layered import Layered, Remembered
from bihuan.ground.routing.travel.osrm import Osrm
from bihuan.ground.routing.travel.provider import UNKNOWN, Layer, Table
from bihuan.ground.routing.travel.valhalla import Valhalla
from tests.ground.routing.travel.server import Recorded, ask, served, slowly

NINE = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
POINTS = [Point(31.2 + at / 100, 121.4 + at / 50) for at in range(5)]
ONE, TWO = POINTS[:1], POINTS[1:3]


def server(url: str, **told: Any) -> Server:
    return Server(ask=ask, url=url, parking=told.pop("parking", 0), pause=lambda _: None, **told)


def osrm_answers(path: str, sent: Any) -> Any:
    """As OSRM: from place a to place b it takes 100 a + b, by the numbers in the address."""
    asked = urlsplit(path)
    found = re.fullmatch(r"/table/v1/driving/(.+)", asked.path)
    assert found is not None
    places = [round((float(one.split(",")[1]) - 31.2) * 100) for one in found[1].split(";")]
    told = {name: [places[int(at)] for at in text[0].split(";")] for name, text in parse_qs(asked.query).items()
            if name in ("sources", "destinations")}  # fmt: skip
    rows = [[100 * a + b + 0.4 for b in told["destinations"]] for a in told["sources"]]
    return {"code": "Ok", "durations": rows, "sources": [], "destinations": []}


def valhalla_answers(path: str, sent: Any) -> Any:
    assert path == "/sources_to_targets"
    froms, tos = ([round((one["lat"] - 31.2) * 100) for one in sent[name]] for name in ("sources", "targets"))
    cells = [
        [{"from_index": i, "to_index": j, "time": 100 * a + b, "distance": 1.5} for j, b in enumerate(tos)]
        for i, a in enumerate(froms)
    ]
    return {"sources_to_targets": cells, "units": "kilometers"}


SERVERS: list[tuple[Callable[[Server], Layer], Callable[[str, Any], Any]]] = [
    (Osrm, osrm_answers),
    (Valhalla, valhalla_answers),
]


@pytest.mark.parametrize(("kind", "answers"), SERVERS)
@pytest.mark.parametrize("block", [1, 2, 3, 50])
def test_a_table_is_put_together_from_blocks(
    kind: Callable[[Server], Layer], answers: Callable[[str, Any], Any], block: int
) -> None:
    recorded = Recorded(answers)
    with served(recorded) as url:
        found = kind(server(url, block=block, parking=60)).table(POINTS, POINTS[1:], NINE)
    assert found.seconds.tolist() == [[100 * a + b + 60 for b in range(1, 5)] for a in range(5)]
    assert found.faults == ()
    assert len(recorded.asked) == -(-5 // block) * -(-4 // block)


def test_what_osrm_is_asked_is_longitude_before_latitude() -> None:
    recorded = Recorded(osrm_answers)
    with served(recorded) as url:
        Osrm(server(url)).table(ONE, TWO, NINE)
    ((path, sent),) = recorded.asked
    places, _, options = path.removeprefix("/table/v1/driving/").partition("?")
    assert places == "121.400000,31.200000;121.420000,31.210000;121.440000,31.220000"
    assert options == "sources=0&destinations=1;2&annotations=duration&generate_hints=false"
    assert sent is None


def test_valhalla_is_told_the_hour_only_where_it_takes_one() -> None:
    recorded = Recorded(valhalla_answers)
    with served(recorded) as url:
        Valhalla(server(url)).table(ONE, TWO, NINE)
        Valhalla(server(url)).table(TWO, ONE, NINE)
    (_, first), (_, second) = recorded.asked
    assert first["date_time"] == {"type": 1, "value": "2026-11-23T09:05"}
    assert (first["sources"], first["costing"]) == ([{"lat": 31.2, "lon": 121.4}], "auto")
    assert "date_time" not in second


OSRM = "osrm"
WRONG = [
    (OSRM, {"code": "Ok", "durations": [[7.6, None]]}, [[8, UNREACHABLE]], []),
    (OSRM, {"code": "NoSegment", "message": "Could not find a matching segment"}, None, ["refused"]),
    (OSRM, (400, {"code": "TooBig", "message": "Too many table coordinates"}), None, ["status_400"]),
    (OSRM, {"code": "Ok", "durations": []}, None, ["partial"]),
    (OSRM, {"code": "Ok", "durations": [[1]]}, None, ["garbage"]),
    (OSRM, {"code": "Ok", "durations": [[1, "far"]]}, None, ["garbage"]),
    (OSRM, {"code": "Ok", "durations": [[1, [2, 3]]]}, None, ["garbage"]),
    (OSRM, {"code": "Ok", "durations": [[-5, 9]]}, [[UNKNOWN, 9]], []),
    (OSRM, b'{"code": "Ok", "durations": [[NaN, 1]]}', None, ["garbage"]),
    (OSRM, {"code": "Ok", "durations": {"0": 1}}, None, ["garbage"]),
    (OSRM, b'{"code": "Ok", "dura', None, ["garbage"]),
    (OSRM, b"<html>502 Bad Gateway</html>", None, ["garbage"]),
    (OSRM, b"[]", None, ["refused"]),
    (OSRM, (503, b""), None, ["status_503"]),
    (OSRM, (429, {"message": "Too Many Requests"}), None, ["status_429"]),
    ("valhalla", {"sources_to_targets": {"durations": [[7, None]], "distances": [[1, None]]}},
     [[7, UNREACHABLE]], []),
    ("valhalla", {"sources_to_targets": [[{"from_index": 0, "to_index": 1, "time": 4}]]}, [[UNKNOWN, 4]], []),
    ("valhalla", {"sources_to_targets": [[{"from_index": 9, "to_index": "x"}, 3], 4]}, None, []),
    ("valhalla", {"sources_to_targets": "all"}, None, ["garbage"]),
    ("valhalla", (400, {"error_code": 150, "error": "Exceeded max locations: 50", "status_code": 400}),
     None, ["status_400"]),
    ("valhalla", {"error_code": 171, "error": "No suitable edges near location"}, None, ["refused"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "answer", "seconds", "faults"), WRONG)
def test_whatever_comes_back_only_seconds_are_believed(
    kind: str, answer: Any, seconds: list[list[int]] | None, faults: list[str]
) -> None:
    with served(Recorded(answer)) as url:
        layer: Layer = Osrm(server(url)) if kind == OSRM else Valhalla(server(url))
        found = layer.table(ONE, TWO, NINE)
        told = Layered((layer,)).told(ONE, TWO, NINE)
    assert found.seconds.tolist() == (seconds or [[UNKNOWN, UNKNOWN]])
    assert list(found.faults) == faults
    assert told.faults == tuple((layer.name, fault) for fault in faults)
    assert told.fell_back.tolist() == (found.seconds == UNKNOWN).tolist()
    plain = Haversine().table(ONE, TWO, NINE).seconds
    assert told.seconds[told.fell_back].tolist() == plain[told.fell_back].tolist()


def test_a_second_try_helps_after_a_stumble_and_never_after_a_refusal() -> None:
    for first, tries in (((500, b""), 2), ((502, b"<html>"), 2), (b"{", 2), ((403, b""), 1)):
        recorded = Recorded(first, osrm_answers)
        with served(recorded) as url:
            found = Osrm(server(url)).table(ONE, TWO, NINE)
        assert len(recorded.asked) == tries
        assert found.seconds.tolist() == ([[1, 2]] if tries == 2 else [[UNKNOWN, UNKNOWN]])


def test_a_slow_server_is_waited_for_as_long_as_said() -> None:
    recorded = Recorded(slowly(0.6, {"code": "Ok", "durations": [[1, 2]]}))
    with served(recorded) as url:
        found = Osrm(server(url, timeout=0.1)).table(ONE, TWO, NINE)
    assert (list(found.faults), len(recorded.asked)) == (["timeout"], 2)


def test_a_dead_server_is_left_alone_after_a_few_blocks() -> None:
    recorded = Recorded((500, b""))
    with served(recorded) as url:
        found = Osrm(server(url, block=1, patience=2)).table(POINTS, POINTS, NINE)
    assert len(recorded.asked) == 4
    assert found.faults == ("status_500",) * 2 + ("given_up",) * 23
    gone = Osrm(server(url)).table(POINTS, POINTS, NINE)  # nobody listens there any more
    assert gone.faults == ("unreachable",)
    assert (gone.seconds == UNKNOWN).all()


def test_one_bad_block_leaves_the_others_as_they_are() -> None:
    recorded = Recorded((500, b""), (500, b""), osrm_answers)
    with served(recorded) as url:
        told = Layered((Osrm(server(url, block=3)),)).told(POINTS, POINTS, NINE)
    assert told.fell_back.tolist() == [[a < 3 and b < 3 for b in range(5)] for a in range(5)]
    assert (told.names, told.faults) == (("osrm", "haversine"), (("osrm", "status_500"),))


# ---- AMap ----

JOB = Point(31.2304, 121.4737)


def amap_answers(path: str, sent: Any) -> Any:
    """As AMap writes it: numbers as text, origins counted from one."""
    asked = parse_qs(urlsplit(path).query)
    origins = asked["origins"][0].split("|")
    results = [
        {"origin_id": str(at), "dest_id": "1", "distance": "5000", "duration": str(600 + at)}
        for at, _ in enumerate(origins, start=1)
    ]
    return {"status": "1", "info": "OK", "infocode": "10000", "count": str(len(results)), "results": results}


def around(count: int) -> list[Point]:
    """The farther the later in the list, and then the other way round."""
    return [Point(JOB.latitude + at / 200, JOB.longitude) for at in range(count, 0, -1)]


def test_amap_is_asked_for_the_nearest_few_alone_and_in_its_own_coordinates() -> None:
    recorded = Recorded(amap_answers)
    with served(recorded) as url:
        found = Amap(server(url, parking=30), "a-key", nearest=3).table(around(8), [JOB], NINE)
    assert found.seconds[:, 0].tolist() == [UNKNOWN] * 5 + [633, 632, 631]
    ((path, _),) = recorded.asked
    asked = {name: text[0] for name, text in parse_qs(urlsplit(path).query).items()}
    assert (asked["type"], asked["key"], urlsplit(path).path) == ("1", "a-key", "/v3/distance")
    longitude, latitude = map(float, asked["destination"].split(","))
    assert apart([JOB], [Point(latitude, longitude)])[0, 0] > 100
    assert apart([JOB], [point_of(Gcj02(latitude, longitude))])[0, 0] < 0.5


def test_amap_takes_a_hundred_at_once_and_never_a_table() -> None:
    recorded = Recorded(amap_answers)
    with served(recorded) as url:
        amap = Amap(server(url), "a-key", nearest=230)
        assert (amap.table(around(230), [JOB], NINE).seconds > 0).all()
        assert (amap.table(POINTS, POINTS, NINE).seconds == UNKNOWN).all()
        assert (amap.table([Point(48.1, 11.5)], [Point(48.2, 11.6)], NINE).seconds == UNKNOWN).all()
    assert [path.count("%7C") + 1 for path, _ in recorded.asked] == [100, 100, 30]


def test_a_key_is_never_written_down() -> None:
    assert "a-key" not in repr(Amap(server("http://127.0.0.1"), "a-key"))


def refused(code: str, info: str) -> dict[str, Any]:
    return {"status": "0", "info": info, "infocode": code}


@pytest.mark.parametrize(
    ("answer", "seconds", "faults"),
    [
        (refused("10003", "DAILY_QUERY_OVER_LIMIT"), [UNKNOWN, UNKNOWN], ["quota"]),
        (refused("10021", "CUQPS_HAS_EXCEEDED_THE_LIMIT"), [UNKNOWN, UNKNOWN], ["quota"]),
        (refused("10016", "SERVER_IS_BUSY"), [UNKNOWN, UNKNOWN], ["busy"]),
        (refused("10001", "INVALID_USER_KEY"), [UNKNOWN, UNKNOWN], ["refused"]),
        ({"status": "1"}, [UNKNOWN, UNKNOWN], ["garbage"]),
        ([], [UNKNOWN, UNKNOWN], ["garbage"]),
        (
            {"status": "1", "results": [{"origin_id": "2", "duration": "70"}]},
            [70, UNKNOWN],
            ["partial"],
        ),
        (
            {
                "status": "1",
                "results": [
                    {"origin_id": "1", "code": "1", "info": "no street", "duration": "0"},
                    {"origin_id": "2", "code": "2", "info": "far from any street"},
                    {"origin_id": "3", "duration": "5"},
                    {"origin_id": "one"},
                    7,
                ],
            },
            [UNKNOWN, UNREACHABLE],
            ["partial"],
        ),
        ((500, b""), [UNKNOWN, UNKNOWN], ["status_500"]),
    ],
)
def test_what_amap_refuses_others_answer(answer: Any, seconds: list[int], faults: list[str]) -> None:
    with served(Recorded(answer)) as url:
        found = Amap(server(url), "a-key").table(around(2), [JOB], NINE)
    assert found.seconds[:, 0].tolist() == seconds
    assert list(found.faults) == faults


# ---- layers ----


def test_whoever_comes_first_and_knows_is_believed_but_never_flies() -> None:
    class Says:
        version = "1"

        def __init__(self, name: str, seconds: list[int]) -> None:
            self.name, self.seconds = name, seconds

        def table(self, origins: Any, destinations: Any, depart: datetime) -> Any:
            assert len(origins) == 1
            return Table(np.array([self.seconds[-len(destinations) :]], np.int32))

    quick, slow = Says("quick", [1, UNKNOWN, UNKNOWN]), Says("slow", [7, 900, UNKNOWN])
    found = Layered((quick, slow)).told(ONE, [POINTS[4], POINTS[1], ONE[0]], NINE)
    straight = apart(ONE, POINTS[4:])[0, 0]
    assert found.seconds.tolist() == [[-(-int(straight * 3.6) // 130), 900, 0]]
    assert found.said.tolist() == [[0, 1, 2]]
    both = Layered((quick, slow))
    assert (both.symmetric, both.triangle) == (False, False)
    assert both.version.startswith("1+1+haversine:")


def test_a_server_is_asked_once_for_each_pair_and_part_of_the_day() -> None:
    recorded = Recorded(osrm_answers)
    with served(recorded) as url:
        layer = Remembered(Osrm(server(url)))
        first = layer.table(POINTS[:3], POINTS[:3], NINE).seconds
        again = layer.table(POINTS[:3][::-1], POINTS[:3][::-1], NINE).seconds
        assert len(recorded.asked) == 1
        more = layer.table(POINTS, POINTS, NINE.replace(hour=10)).seconds
        assert len(recorded.asked) == 2
        layer.table(POINTS, POINTS, NINE.replace(hour=18))
        assert len(recorded.asked) == 3
    assert again.tolist() == first[::-1, ::-1].tolist()
    assert more.tolist() == [[100 * a + b for b in range(5)] for a in range(5)]


def test_failures_are_not_remembered_and_memory_has_an_end() -> None:
    recorded = Recorded((500, b""), (500, b""), osrm_answers)
    with served(recorded) as url:
        layer = Remembered(Osrm(server(url)), most=6)
        assert (layer.table(ONE, TWO, NINE).seconds == UNKNOWN).all()
        assert layer.table(ONE, TWO, NINE).seconds.tolist() == [[1, 2]]
        assert layer.table(POINTS, POINTS, NINE).seconds[4].tolist() == [400, 401, 402, 403, 404]
        assert sum(len(keys) for keys, _ in layer._kept.values()) <= 6
