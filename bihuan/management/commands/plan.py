"""`manage.py plan FILE`: plan a day that stands in a file, without a database. The plan is printed as JSON."""

import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand

from bihuan.ground.routing import solomon
from bihuan.ground.routing.explain import Explaining
from bihuan.ground.routing.explained import answered
from bihuan.ground.routing.model import Job, Problem, Technician
from bihuan.ground.routing.plans import Plan, effort, solve, written
from bihuan.ground.routing.policies import POLICIES, Policy
from bihuan.ground.routing.reading import BadProblem, policy_of, problem_of
from bihuan.ground.routing.search import Budget
from bihuan.ground.routing.timetable import travel_of

LARGEST = 1 << 28  # bytes of a file: a day of 2,000 jobs and 250 technicians has a tenth of them
LONGEST = 86_400  # seconds of a search
MOST_ROUNDS = 1_000_000_000


class Command(BaseCommand):
    help = "Plan the day in FILE. Exit status 2 and one sentence when the problem cannot be read."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument(
            "--cpu-seconds", type=_seconds, default=2.0, help="processor time for the search (2)"
        )
        parser.add_argument(
            "--iterations", type=_count, help="rounds of the search instead: always the same plan"
        )
        parser.add_argument("--threads", type=_threads, default=1, help="how many may work at it (1)")
        parser.add_argument("--seed", type=_whole, default=1)
        parser.add_argument("--policy", choices=sorted(POLICIES), default="customer_first")
        parser.add_argument(
            "--explain", metavar="JOB", help="tell of this job as well why it stands as it does"
        )
        parser.add_argument("--format", choices=("json", "solomon"), default="json")
        parser.add_argument(
            "--objective", choices=("distance",), help="of Solomon's form: the only one there is"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = _distances(options) if options["format"] == "solomon" else _day(options)
        except (BadProblem, OSError, UnicodeDecodeError) as fault:
            sys.exit(_refused(_sentence(fault)))
        try:
            _print(told, self.stdout)
        except OSError as fault:
            sys.exit(_refused(f"The plan cannot be written: {fault.strerror}."))


def _refused(sentence: str) -> int:
    """Say it where anybody listens; the status to end with."""
    if sys.stderr is not None:
        sys.stderr.write(f"{sentence}\n")
    return 2


def _print(told: dict[str, Any], out: Any) -> None:
    """The plan as JSON, in ASCII where standard output has no sign for a name. Raises `OSError`."""
    if sys.stdout is None:
        raise OSError(0, "there is no standard output")
    try:
        try:
            out.write(json.dumps(told, ensure_ascii=False))
        except UnicodeEncodeError:
            out.write(json.dumps(told))
        out.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())  # what is left is written at the end
        raise


def _day(options: dict[str, Any]) -> dict[str, Any]:
    problem, policy = _asked(_text(options), POLICIES[options["policy"]])
    plan, setup_seconds = _planned(problem, policy, options)
    told = written(plan, setup_seconds=setup_seconds)
    if options["explain"] is not None:
        job = next((job.id for job in problem.jobs if str(job.id) == options["explain"]), None)
        if job is None:
            raise BadProblem("There is no job of the name that is to be explained.")
        told["explained"] = answered(Explaining(problem, policy, plan), plan, job)
    return told


def _asked(text: str, policy: Policy) -> tuple[Problem, Policy]:
    """What is asked, without the text of it: of a large day that is much memory."""
    return problem_of(text), policy_of(text, policy)


def _distances(options: dict[str, Any]) -> dict[str, Any]:
    problem = solomon.solomon_of(_text(options))
    plan, setup_seconds = _planned(problem, solomon.ALL, options)
    return {
        "routes": [[job.id for job in route.jobs()] for route in plan.routes],
        "distance": sum(travel_of(problem, route) for route in plan.routes) / solomon.TENTHS,
        "unserved": [one.job.id for one in plan.unserved],
    } | effort(plan, setup_seconds=setup_seconds)


def _text(options: dict[str, Any]) -> str:
    with Path(options["file"]).open("rb") as file:
        told = file.read(LARGEST + 1)
    if len(told) > LARGEST:
        raise BadProblem(f"The file is too large: more than {LARGEST >> 20} MB.")
    return told.decode("utf-8")


def _planned(problem: Problem, policy: Policy, options: dict[str, Any]) -> tuple[Plan, float]:
    """The plan, and the processor time of everything before the search: starting, reading, compiling."""
    _warm_up(policy)
    rounds: int | None = options["iterations"]
    budget = Budget(rounds=rounds) if rounds is not None else Budget(cpu_seconds=options["cpu_seconds"])
    setup_seconds = process_time()
    distance = policy is solomon.ALL
    plan = solve(
        problem,
        policy,
        budget,
        seed=options["seed"],
        threads=options["threads"],
        manner=solomon.DISTANCE if distance else None,
        reasons_for=() if distance else None,  # that form has no place for them
    )
    return plan, setup_seconds


def _seconds(told: str) -> float:
    try:
        seconds = float(told)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= LONGEST:
        raise ArgumentTypeError(f"must be seconds, from 0 to {LONGEST}")
    return seconds


def _count(told: str) -> int:
    if not 0 <= (count := _whole(told)) <= MOST_ROUNDS:
        raise ArgumentTypeError(f"must be from 0 to {MOST_ROUNDS}")
    return count


def _threads(told: str) -> int:
    if (threads := _whole(told)) < 1:
        raise ArgumentTypeError("must be one or more")
    return threads


def _whole(told: str) -> int:
    try:
        return int(told)
    except ValueError as fault:
        raise ArgumentTypeError("must be a whole number") from fault


def _warm_up(policy: Policy) -> None:
    """Have everything compiled that the search needs."""
    travel = np.array([[0, 60], [60, 0]], np.int32)
    technician = Technician(id=1, home=0, shift=(0, 3_600))
    day = Problem(technicians=(technician,), jobs=(Job(id=1, at=1, seconds=60),), travel=travel)
    solve(day, policy, Budget(rounds=1), seed=1)


def _sentence(fault: Exception) -> str:
    if isinstance(fault, OSError):
        return f"The file cannot be read: {fault.strerror}."
    if isinstance(fault, UnicodeDecodeError):
        return "The file is not written in UTF-8."
    return str(fault)
