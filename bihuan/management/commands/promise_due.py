"""When promises are due: JSON lines in, JSON lines out, in the same order.

Each line is `{"id", "calendar", "began", "allowed_seconds", "rests"}`; each answer is `{"id", "due"}` or
`{"id", "error"}`. A wrong line spoils only its own answer, and the command ends with 0.
"""

import json
import marshal
import sys
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime
from math import isfinite
from typing import Any, BinaryIO, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from bihuan.ground.worktime.calendar import Calendar
from bihuan.ground.worktime.due import DueFault, due
from bihuan.ground.worktime.reading import WrittenWrong, read_calendar, read_moment, read_rests

CALENDARS_KEPT = 256


class Command(BaseCommand):
    help = "Reads promises as JSON lines and prints when each is due."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="a file of JSON lines; the standard input without it")

    def handle(self, *args: Any, file: str | None = None, **options: Any) -> None:
        if file is not None:
            with open(file, "rb") as lines:
                self.answer_all(lines)
        else:
            self.answer_all(sys.stdin.buffer)

    def answer_all(self, lines: BinaryIO) -> None:
        """One answer a line, each written as soon as it is known."""
        for answer in answers(lines):
            self.stdout.write(json.dumps(answer))
            self.stdout.flush()


def answers(lines: Iterable[bytes]) -> Iterator[dict[str, object]]:
    """The answer to every line that is not blank, in order."""
    known: OrderedDict[bytes, Calendar] = OrderedDict()
    for line in lines:
        if line.strip():
            yield _answer(line, known)


def _answer(line: bytes, known: OrderedDict[bytes, Calendar]) -> dict[str, object]:
    try:
        told = _JSON.decode(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {"id": None, "error": "This line is no JSON."}
    if not isinstance(told, dict):
        return {"id": None, "error": "This line is no JSON object."}
    name = told.get("id")
    try:
        return {"id": name, "due": _due(told, known)}
    except (WrittenWrong, DueFault) as fault:
        return {"id": name, "error": str(fault)}


def _no_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON.")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _no_json(digits)


_JSON = json.JSONDecoder(parse_constant=_no_json, parse_float=_finite)


def _due(told: dict[str, Any], known: OrderedDict[bytes, Calendar]) -> str | None:
    for field in ("calendar", "began", "allowed_seconds"):
        if field not in told:
            raise WrittenWrong(f"The field {field} is missing.")
    calendar = _calendar(told["calendar"], known)
    began = read_moment(told["began"], "began")
    allowed = told["allowed_seconds"]
    if type(allowed) is not int or allowed < 0:
        raise WrittenWrong("allowed_seconds must be a whole number of seconds, zero or more.")
    moment = due(calendar, began, allowed, read_rests(told.get("rests", [])))
    return None if moment is None else _printed(moment, began)


def _calendar(told: Any, known: OrderedDict[bytes, Calendar]) -> Calendar:
    """The calendar of a line; the ones used last are kept with the sums they have built."""
    try:
        key = marshal.dumps(told, 2)  # in this version equal words give equal bytes
    except ValueError:  # nested too deeply to be a calendar that is worth keeping
        return read_calendar(told)
    if key in known:
        known.move_to_end(key)
        return known[key]
    calendar = known[key] = read_calendar(told)
    if len(known) > CALENDARS_KEPT:
        known.popitem(last=False)
    return calendar


def _printed(moment: datetime, began: datetime) -> str:
    return moment.isoformat(timespec="microseconds" if began.microsecond else "seconds")
