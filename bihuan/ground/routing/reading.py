"""A problem out of a file: JSON as a program writes it, or the text form of Solomon and of Gehring and Homberger.

Whatever is wrong with it is said in one sentence (`BadProblem`); nothing is guessed.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from bihuan.ground.routing.model import (
    UNREACHABLE,
    Id,
    Job,
    Lunch,
    Priority,
    Problem,
    Store,
    Technician,
    Travel,
    Window,
)
from bihuan.ground.routing.policies import Policy

MAY_BE_LEFT_OUT = ("skills", "prizes", "weights", "certificates", "parts", "ready")

FARTHEST = UNREACHABLE - 1  # seconds: no time of a day lies beyond

TABLE = re.compile(r'"travel_seconds"\s*+:\s*+(\[[][\s0-9,nul]*\])')
NUMBER = r"(?:0|[1-9][0-9]{0,17}+|null)"
ROW = re.compile(rf"\s*+\[\s*+({NUMBER}(?:\s*+,\s*+{NUMBER})*+)\s*+\]\s*+([],])")


class BadProblem(ValueError):
    """What is wrong, in one sentence."""


def problem_of(text: str) -> Problem:
    """Read a problem of JSON. Raises `BadProblem`."""
    told, table = _parted(text)
    technicians = tuple(_technician(row, at) for at, row in enumerate(_rows(told, "technicians")))
    jobs = tuple(_job(row, at) for at, row in enumerate(_rows(told, "jobs")))
    travel = _travel(told.get("travel_seconds")) if table is None else table
    store, day = told.get("store"), told.get("day", "")
    problem = Problem(
        technicians=technicians,
        jobs=jobs,
        travel=travel,
        store=None if store is None else _store(store),
        day="" if day == "" else _day(day, "day"),
    )
    _check(problem)
    return problem


def policy_of(text: str, policy: Policy) -> Policy:
    """The policy with the prizes that a problem brings along, if it brings any. Raises `BadProblem`."""
    span = _where_table(text)
    told = _json(text if span is None else text[: span[0]] + "0" + text[span[1] :]).get("policy")
    if told is None:
        return policy
    if not isinstance(told, Mapping):
        raise BadProblem("policy must be an object with prizes and weights.")
    weights = {
        name: _weight(name, told) for name, told in _mapping(told.get("weights"), "policy.weights").items()
    }
    prizes = dict(policy.prizes)
    for name, prize in _mapping(told.get("prizes"), "policy.prizes").items():
        prizes[_priority(name, "policy.prizes")] = _whole(prize, f"policy.prizes.{name}", least=0)
    return replace(policy, prizes=prizes, **weights)  # type: ignore[arg-type]  # the names of WEIGHTS are its fields


WEIGHTS = ("promise", "age", "told", "change", "preference", "balance", "fair", "overtime")


def _weight(name: str, told: Any) -> int:
    if name not in WEIGHTS:
        raise BadProblem(f"policy.weights has no {_short(name)}; there are {', '.join(WEIGHTS)}.")
    return _whole(told, f"policy.weights.{name}", least=0)


def _parted(text: str) -> tuple[Mapping[str, Any], Travel | None]:
    """All that a problem says, and its table apart, if that can be had without a Python number for each of millions."""
    span = _where_table(text)
    if span is not None and (table := _table(text, *span)) is not None:
        told = _json(text[: span[0]] + "0" + text[span[1] :])
        if told.get("travel_seconds") == 0:
            return told, table
    return _json(text), None


def _where_table(text: str) -> tuple[int, int] | None:
    found = TABLE.search(text)
    return found.span(1) if found and text.count('"travel_seconds"') == 1 else None


def _table(text: str, at: int, end: int) -> Travel | None:
    """The table that stands there, row by row; nothing unless it is square and has whole seconds and nulls alone."""
    rows: list[Travel] = []
    at, more = at + 1, ","
    while more == "," and (row := ROW.match(text, at, end)):
        numbers = np.fromstring(row[1].replace("null", str(UNREACHABLE)), np.int64, sep=",")
        rows.append(np.minimum(numbers, UNREACHABLE).astype(np.int32))
        at, more = row.end(), row[2]
    whole = more == "]" and at == end and all(len(one) == len(rows) for one in rows)
    return np.vstack(rows) if whole else None


def _json(text: str) -> Mapping[str, Any]:
    try:
        told = json.loads(text, parse_constant=_constant)
    except BadProblem:
        raise
    except (ValueError, RecursionError) as fault:
        raise BadProblem(f"This is no JSON: {fault}.") from fault
    if not isinstance(told, dict):
        raise BadProblem("A problem is an object with technicians, jobs and travel_seconds.")
    return told


def _constant(name: str) -> None:
    raise BadProblem(f"{name} is no number that anything can be planned by.")


def _rows(told: Mapping[str, Any], name: str) -> list[Any]:
    rows = told.get(name)
    if not isinstance(rows, list):
        raise BadProblem(f"{name} must be a list.")
    return rows


def _technician(row: Any, at: int) -> Technician:
    about = f"technicians[{at}]"
    row = _mapping(row, about)
    lunch, most, start = row.get("lunch"), row.get("max_jobs"), row.get("start")
    outdoors, overtime = row.get("outdoors_seconds"), row.get("overtime_seconds")
    return Technician(
        id=_name(row.get("id"), about),
        home=_whole(row.get("home"), f"{about}.home", least=0),
        shift=_window(row.get("shift"), f"{about}.shift"),
        lunch=None if lunch is None else _lunch(lunch, f"{about}.lunch"),
        start=None if start is None else _whole(start, f"{about}.start", least=0),
        skills=_numbers_by_name(row.get("skills"), f"{about}.skills"),
        certificates={
            name: _day(told, f"{about}.certificates.{name}")
            for name, told in _mapping(row.get("certificates"), f"{about}.certificates").items()
        },
        parts=_numbers_by_name(row.get("parts"), f"{about}.parts"),
        room=None if outdoors is None else _whole(outdoors, f"{about}.outdoors_seconds", least=0),
        max_jobs=None if most is None else _whole(most, f"{about}.max_jobs", least=0),
        overtime=0 if overtime is None else _whole(overtime, f"{about}.overtime_seconds", least=0),
    )


def _lunch(told: Any, about: str) -> Lunch:
    row = _mapping(told, about)
    return Lunch(
        seconds=_whole(row.get("seconds"), f"{about}.seconds", least=0),
        begins=_window(row.get("start"), f"{about}.start"),
    )


def _job(row: Any, at: int) -> Job:
    about = f"jobs[{at}]"
    row = _mapping(row, about)
    windows, who = row.get("windows") or [], row.get("technician")
    if not isinstance(windows, list):
        raise BadProblem(f"{about}.windows must be a list.")
    seconds = _whole(row.get("seconds"), f"{about}.seconds", least=0)
    return Job(
        id=_name(row.get("id"), about),
        at=_whole(row.get("at"), f"{about}.at", least=0),
        seconds=seconds,
        windows=_joined(_window(one, f"{about}.windows[{number}]") for number, one in enumerate(windows)),
        skills=_numbers_by_name(row.get("skills"), f"{about}.skills"),
        certificates=frozenset(str(one) for one in _names(row.get("certificates"), f"{about}.certificates")),
        parts=_numbers_by_name(row.get("parts"), f"{about}.parts"),
        priority=_priority(row.get("priority", "normal"), f"{about}.priority"),
        promised=_yes(row.get("promised"), f"{about}.promised"),
        age=_whole(row.get("age", 0), f"{about}.age", least=0),
        technician=None if who is None else _name(who, f"{about}.technician"),
        held=_yes(row.get("held"), f"{about}.held"),
        was=None if row.get("was") is None else _name(row["was"], f"{about}.was"),
        preferred=_names(row.get("preferred"), f"{about}.preferred"),
        excluded=_names(row.get("excluded"), f"{about}.excluded"),
        together=None if row.get("together") is None else _name(row["together"], f"{about}.together"),
        load=seconds if _yes(row.get("outdoors"), f"{about}.outdoors") else 0,
    )


def _store(told: Any) -> Store:
    row = _mapping(told, "store")
    return Store(
        at=_whole(row.get("at"), "store.at", least=0),
        seconds=_whole(row.get("seconds", 0), "store.seconds", least=0),
        parts=_numbers_by_name(row.get("parts"), "store.parts"),
        ready=_numbers_by_name(row.get("ready"), "store.ready"),
    )


def _yes(told: Any, about: str) -> bool:
    if told not in (None, True, False) or (isinstance(told, int) and not isinstance(told, bool)):
        raise BadProblem(f"{about} must be true or false.")
    return bool(told)


def _names(told: Any, about: str) -> frozenset[Id]:
    if told is not None and not isinstance(told, list):
        raise BadProblem(f"{about} must be a list.")
    return frozenset(_name(one, about) for one in told or ())


def _day(told: Any, about: str) -> str:
    try:
        return date.fromisoformat(told).isoformat()
    except (TypeError, ValueError) as fault:
        raise BadProblem(f"{about} must be a day like 2026-11-22, not {_short(told)}.") from fault


def _travel(told: Any) -> Travel:
    if not isinstance(told, list) or any(not isinstance(row, list) or len(row) != len(told) for row in told):
        raise BadProblem("travel_seconds must be a square table: as many columns as rows.")
    if told and (quick := _numbers(told)) is not None:
        return np.array(np.minimum(quick, UNREACHABLE), np.int32)
    rows = [
        [_seconds(seconds, a, b) if a != b else 0 for b, seconds in enumerate(row)]
        for a, row in enumerate(told)
    ]
    return np.array(rows, np.int32).reshape(len(told), len(told))


def _numbers(told: list[Any]) -> Any:
    """The table as it is, if nothing in it needs a second look."""
    try:
        quick = np.array(told)
    except (ValueError, OverflowError):
        return None
    plain = quick.ndim == 2 and np.issubdtype(quick.dtype, np.integer) and quick.min() >= 0
    return quick if plain else None


def _seconds(told: Any, a: int, b: int) -> int:
    if told is None:
        return UNREACHABLE
    about = f"travel_seconds[{a}][{b}]"
    if isinstance(told, int | float) and not isinstance(told, bool) and told >= UNREACHABLE:
        return UNREACHABLE
    return _whole(told, about, least=0)


def _check(problem: Problem) -> None:
    """What holds between the parts of a problem."""
    for name, rows in (("technicians", problem.technicians), ("jobs", problem.jobs)):
        seen: set[Id] = set()
        for row in rows:
            if row.id in seen:
                raise BadProblem(f"Two {name} are called {_short(row.id)}.")
            seen.add(row.id)
    places = len(problem.travel)
    for about, place in (
        *((f"technician {one.id}", one.home) for one in problem.technicians),
        *((f"technician {one.id}", one.leaves_from) for one in problem.technicians),
        *(("the store", one.at) for one in (problem.store,) if one is not None),
        *((f"job {one.id}", one.at) for one in problem.jobs),
    ):
        if place >= places:
            raise BadProblem(
                f"The place {place} of {about} is outside of travel_seconds, which has {places} places."
            )
    _check_pairs(problem)


def _check_pairs(problem: Problem) -> None:
    jobs = {job.id: job for job in problem.jobs}
    for job in problem.jobs:
        if job.together is None:
            continue
        other = jobs.get(job.together)
        if other is None or other.together != job.id or other is job:
            raise BadProblem(
                f"Job {_short(job.id)} is together with {_short(job.together)}, which must name it too."
            )


def _joined(windows: Iterable[Window]) -> tuple[Window, ...]:
    """In order, those that touch or overlap as one."""
    made: list[Window] = []
    for opens, closes in sorted(windows):
        if made and opens <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], closes))
        else:
            made.append((opens, closes))
    return tuple(made)


def _window(told: Any, about: str) -> Window:
    if not isinstance(told, list) or len(told) != 2:
        raise BadProblem(f"{about} must be two times, from and to.")
    opens, closes = (_whole(one, about, least=-FARTHEST) for one in told)
    if closes < opens:
        raise BadProblem(f"{about} ends before it begins.")
    return opens, closes


def _numbers_by_name(told: Any, about: str) -> dict[str, int]:
    return {name: _whole(level, f"{about}.{name}", least=0) for name, level in _mapping(told, about).items()}


def _mapping(told: Any, about: str) -> Mapping[str, Any]:
    if told is None and about.endswith(MAY_BE_LEFT_OUT):
        return {}  # these may be left out
    if not isinstance(told, dict):
        raise BadProblem(f"{about} must be an object.")
    return told


def _priority(told: Any, about: str) -> Priority:
    try:
        return Priority(told)
    except ValueError as fault:
        raise BadProblem(f"{about} must be safety, high or normal, not {_short(told)}.") from fault


def _name(told: Any, about: str) -> Id:
    if isinstance(told, bool) or not isinstance(told, str | int) or told == "":
        raise BadProblem(f"{about} needs an id.")
    return told


def _whole(told: Any, about: str, *, least: int) -> int:
    if isinstance(told, float) and told.is_integer():
        told = int(told)
    if isinstance(told, bool) or not isinstance(told, int):
        raise BadProblem(f"{about} must be a whole number, not {_short(told)}.")
    if not least <= told <= FARTHEST:
        raise BadProblem(f"{about} must lie between {least} and {FARTHEST}, not {_short(told)}.")
    return told


def _short(told: Any) -> str:
    written = json.dumps(told, ensure_ascii=False, default=str)
    return written if len(written) <= 40 else f"{written[:37]}..."
