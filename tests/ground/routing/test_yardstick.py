"""What the bench measures by: an instance is read, and routes that break any rule of it are not counted."""

import json
from pathlib import Path

import pytest

from bench.dispatch.best_known import TENTHS, best_known
from bench.dispatch.instances import Wrong, distance_of, files_in, folder_of, read
from bench.dispatch.runs import Task, kept, run
from bihuan.ground.routing.solomon import solomon_of

TEXT = """tiny
VEHICLE
NUMBER     CAPACITY
  2         10
CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME
    0      0   0     0     0   100    0
    1      3   4     7     0    50    2
    2      1   1     3    10    20    2
    3      9   9     3     0    13    5
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "r1_2_7.TXT"
    path.write_text(TEXT, "ascii")
    return path


def test_distances_are_truncated_tenths_as_the_search_has_them(file: Path) -> None:
    instance = read(file)
    table = solomon_of(TEXT).travel
    assert [[instance.apart(a, b) for b in range(4)] for a in range(4)] == table.tolist()
    assert distance_of(instance, [[3], [2, 1], []]) == 127 * 2 + 14 + 36 + 50


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ([[1], [2], [3]], "3 vehicles"),
        ([[1, 2]], "2 of 3 customers"),
        ([[1, 2, 2], [3]], "3 of 3 customers are served, 4 times"),
        ([[1, 2, 3]], "carries more"),
        ([[2, 3], [1]], "3 is reached"),
    ],
)
def test_routes_that_break_a_rule_are_not_counted(file: Path, routes: list[list[int]], said: str) -> None:
    with pytest.raises(Wrong, match=said):
        distance_of(read(file), routes)


def test_the_best_known_are_of_the_convention_of_distance() -> None:
    assert (best_known("c1_2_3"), best_known("r1_4_6"), best_known("rc2_2_6")) == (26_758, 83_404, 24_951)
    assert (best_known("r1_10_5"), best_known("r1_2_11"), best_known("x")) == (None, None, None)
    assert {len(row) for row in TENTHS.values()} == {10}


def test_instances_are_found_in_the_folder_that_is_named(file: Path) -> None:
    folder = folder_of(str(file.parent))
    assert folder is not None
    for name in ("r1_2_8.txt", "r1_2_9.txt", "c1_4_1.txt", "r1_10_1.txt", "readme.txt"):
        (folder / name).write_text(TEXT, "ascii")
    assert [path.name for path in files_in(folder, everything=False)] == ["r1_2_8.txt", "c1_4_1.txt"]
    assert len(files_in(folder, everything=True)) == 4
    assert folder_of(str(folder / "nowhere")) is None


def test_what_was_measured_is_not_measured_again(tmp_path: Path, file: Path) -> None:
    task = Task("bench.dispatch.distance", "ortools", (str(file), "1", "1"))
    other = Task("bench.dispatch.distance", "ortools", (f"/elsewhere/{file.name}", "1", "1"))
    assert task.key == other.key
    lines = tmp_path / "lines.jsonl"
    lines.write_text(json.dumps({"key": task.key, "tenths": 5}) + '\n{"key": "cut o', "utf-8")
    assert kept(lines) == {task.key: {"key": task.key, "tenths": 5}}
    assert run([task, other], lines)[task.key]["tenths"] == 5
