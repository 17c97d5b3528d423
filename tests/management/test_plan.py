"""`manage.py plan`: a plan on standard output, or one sentence and status 2."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from bench.dispatch.days import a_day
from bihuan.ground.routing.judge import judge
from tests.ground.routing.test_reading import SOLOMON


def printed(capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> dict[str, Any]:
    call_command("plan", str(path), *options)
    told = capsys.readouterr()
    assert told.err == ""
    plan: dict[str, Any] = json.loads(told.out)
    return plan


def test_a_day_is_planned_the_same_each_time(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    day, path = a_day(30, 4, 2), tmp_path / "day.json"
    path.write_text(json.dumps(day), "utf-8")
    plans = [
        printed(capsys, path, "--iterations", "500", "--policy", "travel", "--seed", "4") for _ in range(2)
    ]
    assert judge(day, plans[0]).faults == ()
    assert (plans[0]["routes"], plans[0]["unserved"]) == (plans[1]["routes"], plans[1]["unserved"])
    assert plans[0]["iterations"] == 500
    assert plans[0]["setup_cpu_seconds"] > 0


def test_an_instance_of_solomon_is_planned(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "c1.txt"
    path.write_text(SOLOMON, "utf-8")
    told = printed(capsys, path, "--format", "solomon", "--objective", "distance", "--cpu-seconds", "0.1")
    assert (sorted(told["routes"]), told["distance"], told["unserved"]) == ([[1], [2]], 12.8, [])


@pytest.mark.parametrize(
    "text", [None, "{}", '{"technicians": [], "jobs": [], "travel_seconds": NaN}', "\x80"]
)
def test_what_cannot_be_read_ends_with_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "problem.json"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SystemExit) as ended:
        call_command("plan", str(path))
    told = capsys.readouterr()
    assert (ended.value.code, told.out, told.err.count("\n"), len(told.err) > 10) == (2, "", 1, True)


@pytest.mark.parametrize(
    "option",
    [
        *(f"--cpu-seconds={told}" for told in ("nan", "inf", "-1", "1e9", "soon")),
        *(f"--iterations={told}" for told in ("-1", "1e3", 10**30)),
        "--threads=0",
    ],
)
def test_no_search_is_without_an_end(tmp_path: Path, option: str) -> None:
    path = tmp_path / "day.json"
    path.write_text(json.dumps(a_day(3, 1, 2)), "utf-8")
    with pytest.raises(CommandError):
        call_command("plan", str(path), option)


def test_more_threads_are_accepted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    day, path = a_day(10, 2, 2), tmp_path / "day.json"
    path.write_text(json.dumps(day), "utf-8")
    assert judge(day, printed(capsys, path, "--iterations", "50", "--threads", "4")).faults == ()


def test_a_name_that_no_output_can_write_is_printed_in_ascii(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    day, path = a_day(3, 1, 2), tmp_path / "day.json"
    day["technicians"][0]["id"] = "\ud800"
    path.write_text(json.dumps(day), "utf-8")
    assert printed(capsys, path, "--iterations", "0")["routes"][0]["technician"] == "\ud800"


def test_what_cannot_be_written_and_a_file_without_an_end_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "day.json"
    path.write_text(json.dumps(a_day(3, 1, 2)), "utf-8")
    with open("/dev/full", "w", encoding="utf-8") as full, pytest.raises(SystemExit) as ended:
        call_command("plan", str(path), "--iterations", "0", stdout=full)
    assert (ended.value.code, capsys.readouterr().err) == (
        2,
        "The plan cannot be written: No space left on device.\n",
    )
    endless = tmp_path / "endless.json"
    with endless.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(SystemExit) as ended:
        call_command("plan", str(endless))
    assert (ended.value.code, capsys.readouterr().err) == (2, "The file is too large: more than 256 MB.\n")
