"""The contract of `promise_due`, sentence by sentence."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from bihuan.management.commands.promise_due import Command, answers

ROOT = Path(__file__).resolve().parents[2]
OFFICE = [["09:00", "12:00"], ["13:00", "18:00"]]
WEEK = {"mon": OFFICE, "tue": OFFICE, "wed": OFFICE, "thu": OFFICE, "fri": OFFICE}
SHANGHAI = {"timezone": "Asia/Shanghai", "week": WEEK, "holidays": [], "workdays": []}
MONDAY = "2026-11-23"


def line(**told: Any) -> dict[str, Any]:
    base = {
        "id": 1,
        "calendar": SHANGHAI,
        "began": f"{MONDAY}T09:00:00+08:00",
        "allowed_seconds": 3600,
        "rests": [],
    }
    return base | told


def ask(*lines: dict[str, Any] | str) -> list[dict[str, Any]]:
    written = [told if isinstance(told, str) else json.dumps(told) for told in lines]
    return list(answers(f"{words}\n".encode() for words in written))


def due(**told: Any) -> str | None:
    (answer,) = ask(line(**told))
    assert set(answer) == {"id", "due"}, answer
    moment: str | None = answer["due"]
    return moment


def error(**told: Any) -> str:
    (answer,) = ask(line(**told))
    assert set(answer) == {"id", "error"}, answer
    sentence: str = answer["error"]
    assert sentence.endswith(".")
    return sentence


def office(**told: Any) -> dict[str, Any]:
    return SHANGHAI | told


def at(clock: str, day: str = MONDAY) -> str:
    return f"{day}T{clock}+08:00"


# --- lines


def test_answers_come_in_the_order_of_the_lines_whatever_is_wrong_with_some() -> None:
    lines: list[dict[str, Any] | str] = [
        line(id="a"),
        "no json",
        "",
        "   ",
        line(id=None),
        "[1]",
        line(id={"x": [2]}),
    ]
    assert [answer["id"] for answer in ask(*lines)] == ["a", None, None, None, {"x": [2]}]


@pytest.mark.parametrize(
    "words", ["{", "nul", "[1, 2]", '"text"', "17", "NaN", '{"id": 1', "9" * 5000, "[" * 100_000]
)
def test_a_line_that_is_no_json_object_has_no_id(words: str) -> None:
    (answer,) = ask(words)
    assert answer["id"] is None
    assert set(answer) == {"id", "error"}


def test_bytes_that_are_no_text_spoil_their_own_line_only() -> None:
    found = list(answers([b"\xff\xfe{}\n", json.dumps(line(id=2)).encode()]))
    assert [(answer["id"], "error" in answer) for answer in found] == [(None, True), (2, False)]


def test_unknown_fields_are_ignored() -> None:
    assert due(colour="red", calendar=office(owner="x")) == at("10:00:00")


@pytest.mark.parametrize("field", ["calendar", "began", "allowed_seconds"])
def test_a_missing_field_is_named(field: str) -> None:
    told = line()
    del told[field]
    (answer,) = ask(told)
    assert answer == {"id": 1, "error": f"The field {field} is missing."}


def test_the_command_reads_a_stream_and_ends_with_zero() -> None:
    words = "\n".join([json.dumps(line(id=1)), "broken", "", json.dumps(line(id="二", calendar="24x7"))])
    done = subprocess.run(
        [sys.executable, "manage.py", "promise_due"],
        input=words,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(answer) for answer in done.stdout.splitlines()]
    assert found == [
        {"id": 1, "due": at("10:00:00")},
        {"id": None, "error": "This line is no JSON."},
        {"id": "二", "due": at("10:00:00")},
    ]


def test_the_command_reads_a_file_too(tmp_path: Path) -> None:
    path, out = tmp_path / "promises.jsonl", io.StringIO()
    path.write_text(json.dumps(line(id=5)) + "\n", "utf-8")
    call_command(Command(), str(path), stdout=out)
    assert json.loads(out.getvalue()) == {"id": 5, "due": at("10:00:00")}


# --- calendars


def test_around_the_clock_counts_everything_in_the_offset_of_the_beginning() -> None:
    assert due(calendar="24x7", began="2026-02-17T23:30:00-05:30") == "2026-02-18T00:30:00-05:30"
    assert due(calendar="24x7", began="2026-02-17T23:30:00Z") == "2026-02-18T00:30:00+00:00"


def test_a_calendar_prints_in_its_own_zone() -> None:
    assert due(began="2026-11-23T01:00:00Z") == at("10:00:00")


def test_an_absent_day_has_no_hours() -> None:
    assert due(began=at("17:30:00", "2026-11-20")) == at("09:30:00")
    assert due(calendar=office(week={"sun": OFFICE})) == at("10:00:00", "2026-11-29")


@pytest.mark.parametrize(
    "calendar",
    [
        "8x5",
        None,
        [],
        office(week=[]),
        office(week=None),
        office(week={"monday": OFFICE}),
        office(week={"Mon": OFFICE}),
        office(week={"mon": "09:00-12:00"}),
        office(week={"mon": None}),
        office(week={"mon": [["09:00"]]}),
        office(week={"mon": [["9:00", "10:00"]]}),
        office(week={"mon": [["09:00", "10:0"]]}),
        office(week={"mon": [["09:00:00", "10:00"]]}),
        office(week={"mon": [["24:00", "24:00"]]}),
        office(week={"mon": [["09:00", "24:01"]]}),
        office(week={"mon": [["09:60", "10:00"]]}),
        office(week={"mon": [["٠٩:00", "10:00"]]}),
        office(week={"mon": [[9, 10]]}),
        office(week={"mon": [["10:00", "10:00"]]}),
        office(week={"mon": [["22:00", "06:00"]]}),
        office(week={"mon": [["09:00", "11:00"], ["10:59", "12:00"]]}),
        office(week={"workday": [["09:00", "11:00"], ["09:00", "12:00"]]}),
        office(timezone="Asia/Atlantis"),
        office(timezone="../../etc/passwd"),
        office(timezone=""),
        office(timezone="Asia"),
        office(timezone=8),
        {"week": WEEK},
        office(holidays="2026-10-01"),
        office(holidays=["2026-02-30"]),
        office(holidays=["20261001"]),
        office(holidays=[20261001]),
        office(workdays=["tomorrow"]),
        office(holidays=["2026-10-01"], workdays=["2026-10-01"]),
    ],
)
def test_a_calendar_that_cannot_be_read_is_an_error(calendar: object) -> None:
    assert error(calendar=calendar)
    assert error(calendar=calendar, allowed_seconds=0)


def test_intervals_come_in_any_order_and_may_touch() -> None:
    week = {"mon": [["13:00", "18:00"], ["09:00", "12:00"], ["12:00", "13:00"]]}
    assert due(calendar=office(week=week), allowed_seconds=9 * 3600) == at("18:00:00")


def test_midnight_as_an_end_joins_the_next_day() -> None:
    week = {"mon": [["20:00", "24:00"]], "tue": [["00:00", "02:00"]]}
    assert due(calendar=office(week=week), allowed_seconds=5 * 3600) == at("01:00:00", "2026-11-24")


def test_a_holiday_has_no_hours() -> None:
    assert due(calendar=office(holidays=[MONDAY])) == at("10:00:00", "2026-11-24")


def test_a_makeup_workday_has_its_own_hours_else_mondays() -> None:
    saturday, began = "2026-11-28", at("18:00:00", "2026-11-27")
    assert due(calendar=office(workdays=[saturday]), began=began) == at("10:00:00", saturday)
    own = office(workdays=[saturday], week=WEEK | {"workday": [["10:00", "11:00"]]})
    assert due(calendar=own, began=began) == at("11:00:00", saturday)
    none = office(workdays=[saturday], week=WEEK | {"workday": []})
    assert due(calendar=none, began=began) == at("10:00:00", "2026-11-30")
    on_monday = office(workdays=[MONDAY], week=WEEK | {"workday": [["10:00", "11:00"]]})
    assert due(calendar=on_monday) == at("11:00:00")


def test_every_line_may_have_a_calendar_of_its_own() -> None:
    zones = ["Asia/Shanghai", "Europe/Berlin", "America/New_York"] * 40
    lines = [line(id=index, calendar=office(timezone=zone)) for index, zone in enumerate(zones)]
    expected = ["2026-11-23T10:00:00+08:00", "2026-11-23T10:00:00+01:00", "2026-11-23T10:00:00-05:00"] * 40
    assert [answer["due"] for answer in ask(*lines)] == expected


# --- the wall and the instants


def test_an_hour_that_occurs_twice_is_its_first_occurrence() -> None:
    new_york = office(timezone="America/New_York", week={"sun": [["01:30", "02:30"]]})
    # from the first half past one to half past two stand two hours
    assert (
        due(calendar=new_york, began="2026-11-01T00:00:00-04:00", allowed_seconds=7200)
        == "2026-11-01T02:30:00-05:00"
    )
    first = office(timezone="America/New_York", week={"sun": [["01:00", "01:30"]]})
    found = due(calendar=first, began="2026-11-01T00:00:00-04:00", allowed_seconds=1801)
    assert found == "2026-11-08T01:00:01-05:00"


def test_an_interval_that_a_jump_makes_empty_or_backwards_counts_zero() -> None:
    zone, began = "America/New_York", "2026-03-08T00:00:00-05:00"
    for hours in (["02:30", "03:30"], ["02:15", "03:00"]):
        found = due(calendar=office(timezone=zone, week={"sun": [hours]}), began=began, allowed_seconds=60)
        assert found == f"2026-03-15T{hours[0][:3]}{int(hours[0][3:]) + 1:02}:00-04:00"


def test_instants_that_two_intervals_share_count_once() -> None:
    week = {"sun": [["01:30", "02:30"], ["03:00", "04:00"]]}
    calendar = office(timezone="America/New_York", week=week)
    began = "2026-03-08T00:00:00-05:00"
    assert due(calendar=calendar, began=began, allowed_seconds=5400) == "2026-03-08T04:00:00-04:00"


def test_a_day_that_a_zone_leaves_out_counts_once() -> None:
    week = {"fri": [["10:00", "12:00"]], "sat": [["10:00", "12:00"]]}
    apia = office(timezone="Pacific/Apia", week=week)  # 2011-12-30, a Friday, did not happen
    found = due(calendar=apia, began="2011-12-29T12:00:00-10:00", allowed_seconds=7201)
    assert found == "2012-01-06T10:00:01+14:00"


# --- times


@pytest.mark.parametrize(
    "began",
    [
        "2026-11-23T09:00:00",
        "2026-11-23",
        "today",
        "",
        None,
        0,
        1763859600,
        "2026-02-30T09:00:00Z",
        "2026-11-23T25:00:00Z",
    ],
)
def test_a_time_without_offset_or_that_is_none_is_an_error(began: object) -> None:
    assert error(began=began)
    assert error(rests=[[began, at("10:00:00")]])


def test_seconds_are_always_printed_and_microseconds_only_if_began_had_any() -> None:
    assert due(began=at("09:00")) == at("10:00:00")
    assert due(began=at("09:00:00.000")) == at("10:00:00")
    assert due(began=at("09:00:00.250")) == at("10:00:00.250000")


# --- allowance


@pytest.mark.parametrize("allowed", [True, False, 1.5, 1.0, None, "60", -1, []])
def test_an_allowance_is_a_whole_number_from_zero_on(allowed: object) -> None:
    assert "allowed_seconds" in error(allowed_seconds=allowed)


def test_zero_gives_the_beginning_whatever_else_holds() -> None:
    assert due(allowed_seconds=0, began=at("03:00:00")) == at("03:00:00")
    assert due(allowed_seconds=0, rests=[[at("08:00:00"), None]]) == at("09:00:00")
    assert due(allowed_seconds=0, calendar=office(week={})) == at("09:00:00")
    assert due(allowed_seconds=0, began="2026-11-23T01:00:00Z") == at("09:00:00")


def test_no_working_time_is_an_error_when_some_is_needed() -> None:
    assert error(calendar=office(week={})) == "The calendar has no working time."
    assert error(calendar=office(week={"workday": OFFICE})) == "The calendar has no working time."
    once = office(week={"workday": OFFICE}, workdays=["2026-11-24"])
    assert due(calendar=once) == at("10:00:00", "2026-11-24")
    assert "never has so much working time" in error(calendar=once, allowed_seconds=9 * 3600)


def test_a_due_time_after_the_year_9999_is_an_error() -> None:
    for calendar in ("24x7", SHANGHAI, office(week={"sun": [["00:00", "00:01"]]})):
        assert "9999" in error(calendar=calendar, allowed_seconds=10**12)
        assert "9999" in error(calendar=calendar, allowed_seconds=10**400)
    assert (
        due(calendar="24x7", began="9999-12-31T23:59:58Z", allowed_seconds=1) == "9999-12-31T23:59:59+00:00"
    )
    assert "9999" in error(calendar="24x7", began="9999-12-31T23:59:58Z", allowed_seconds=2)
    assert due(began="0001-01-01T00:00:00+08:00", allowed_seconds=1) is not None


# --- rests


def test_a_rest_is_not_worked() -> None:
    assert due(rests=[[at("09:30:00"), at("11:00:00")]]) == at("11:30:00")


def test_rests_come_in_any_order_touch_and_reach_back() -> None:
    rests = [
        [at("10:00:00"), at("10:30:00")],
        [at("08:00:00"), at("09:30:00")],
        [at("09:30:00"), at("10:00:00")],
    ]
    assert due(rests=rests) == at("11:30:00")


def test_a_rest_outside_working_hours_changes_nothing() -> None:
    assert due(began=at("17:30:00"), rests=[[at("18:00:00"), at("09:00:00", "2026-11-24")]]) == at(
        "09:30:00", "2026-11-24"
    )


def test_rests_of_no_length_are_ignored() -> None:
    inside = [[at("09:10:00"), at("09:20:00")], [at("09:15:00"), at("09:15:00")]]
    assert due(rests=inside) == at("10:10:00")


def test_the_same_instant_in_two_offsets_is_the_same() -> None:
    assert due(
        rests=[[at("09:10:00"), "2026-11-23T01:20:00Z"], ["2026-11-23T01:20:00Z", at("09:30:00")]]
    ) == at("10:20:00")


@pytest.mark.parametrize(
    "rests",
    [
        [[at("09:00:00"), at("11:00:00")], [at("10:00:00"), at("12:00:00")]],
        [[at("09:00:00"), at("11:00:00")], [at("09:00:00"), at("11:00:00")]],
        [[at("09:00:00"), None], [at("10:00:00"), at("12:00:00")]],
        [[at("09:00:00"), None], [at("09:00:00"), None]],
        [[at("10:00:00"), at("09:00:00")]],
        [[None, at("09:00:00")]],
        [[at("09:00:00")]],
        [at("09:00:00")],
        None,
        "none",
        {},
    ],
)
def test_rests_that_overlap_or_cannot_be_read_are_errors_before_any_arithmetic(rests: object) -> None:
    assert error(rests=rests)
    assert error(rests=rests, allowed_seconds=0)
    assert error(rests=rests, calendar=office(week={})) != "The calendar has no working time."


def test_an_open_rest_before_the_allowance_is_used_up_leaves_no_due_time() -> None:
    assert due(rests=[[at("09:59:59"), None]]) is None
    assert due(rests=[[at("08:00:00"), None]]) is None
    assert due(rests=[[at("09:10:00"), at("09:20:00")], [at("09:20:00"), None]]) is None


def test_used_up_exactly_as_the_rest_begins_is_used_up() -> None:
    assert due(rests=[[at("10:00:00"), None]]) == at("10:00:00")
    assert due(rests=[[at("10:00:00"), at("11:00:00")]]) == at("10:00:00")
    assert due(began=at("17:00:00"), rests=[[at("20:00:00"), None]]) == at("18:00:00")


def test_what_is_nested_deeply_spoils_nothing() -> None:
    deep = "[" * 3_000 + "]" * 3_000
    told = json.dumps(line(id="kept"))
    strange = told.replace('"timezone"', f'"strange": {deep}, "timezone"')
    assert ask(strange, told.replace('"rests": []', f'"rests": {deep}'), told) == [
        {"id": "kept", "due": at("10:00:00")},
        {"id": "kept", "error": "A rest must be [from, to]."},
        {"id": "kept", "due": at("10:00:00")},
    ]


def test_a_number_too_large_for_json_is_never_printed() -> None:
    (answer,) = ask(json.dumps(line()).replace('"id": 1', '"id": 1e999'))
    assert answer == {"id": None, "error": "This line is no JSON."}


def test_a_makeup_workday_and_a_rest_are_read_as_the_contract_shows_them() -> None:
    told = {
        "timezone": "Asia/Shanghai",
        "week": {"mon": [["09:00", "12:00"], ["13:30", "18:00"]]},
        "holidays": ["2026-10-01"],
        "workdays": ["2026-10-10"],
    }
    rests = [["2026-10-10T09:30:00+08:00", "2026-10-10T10:00:00+08:00"]]
    began = "2026-09-30T17:20:00+08:00"  # a Wednesday, on which nobody works
    assert due(calendar=told, began=began, allowed_seconds=14_400, rests=rests) == at(
        "14:30:00", "2026-10-05"
    )
    # 7 h 30 on Monday the 5th, then Saturday the 10th with Monday's hours and half an hour of rest
    found = due(calendar=told, began=began, allowed_seconds=9 * 3600, rests=rests)
    assert found == at("11:00:00", "2026-10-10")


def test_the_same_calendar_told_in_another_order_is_the_same() -> None:
    turned = dict(reversed(SHANGHAI.items()))
    assert [answer["due"] for answer in ask(line(), line(calendar=turned), line())] == [at("10:00:00")] * 3
