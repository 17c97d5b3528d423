"""Every operation of the API, fuzzed against a running server: schemathesis makes requests from the description,
plain and in chains (what one operation answers is sent to the next), with every check that there is, and a limit on
how long an answer may take.

One check bends in three places: `positive_data_acceptance` lets 422 pass where no description can say what is right,
since it hangs on the calendar and on a way to reach the customer (a report), on the platforms and words that a company
keeps (an order), or on the card by which a case moves. `use_after_free` runs and finds nothing: no operation deletes.

`python bench/api_fuzz.py [--database postgresql] [--examples N] [--seconds N] [--seed N]` prints one line of JSON and
ends with 0 only when nothing failed. 0 failures is the gate.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.house import ROOT, databases, environment, ready, scratch

PHASES = "examples,coverage,fuzzing,stateful"
CHECKS = "all"
SLOWEST = 10.0  # seconds for an answer: these are two cores, shared with whoever else works here
KNOWN_BY_US_ALONE = ("/api/v1/reports", "/api/v1/orders", "/api/v1/cases/{number}/moves")
TAKEN = "2xx, 3xx, 401, 403, 404, 409, 422, 429, 5xx"
STARTS_WITHIN = 60.0  # seconds


def prepare() -> None:
    """A small company with a platform, a case and two tokens; prints the tokens. Runs in a process of its own."""
    ready()
    from bihuan.registers.access.actions import make_token
    from bihuan.registers.access.programs import make_program
    from bihuan.registers.access.roles import Role
    from bihuan.service.orders.keeping import keep_platform
    from tests.makers import NOW, a_case, company

    made = company()
    a_case(made)
    viewer = made.viewer(Role.ADMINISTRATOR)
    keep_platform(viewer, None, now=NOW, code="jd", name="jd", kind="installation")
    program = make_program(viewer, name="jd-erp", channel="third_party", platform="jd", now=NOW)
    agent = make_token(role=Role.SUPERVISOR, now=NOW, person=made.people[Role.SUPERVISOR])
    print(json.dumps({"agent": agent, "platform": program.clear}))


@contextmanager
def a_server(env: Mapping[str, str]) -> Iterator[str]:
    """The product's own web process on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = dict(env) | {"PORT": str(port), "HOST": "127.0.0.1"}
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1"]
    command += [
        "--port",
        str(port),
        "--workers",
        "1",
        "--log-level",
        "error",
        "--ws",
        "bihuan.asgi:application",
    ]
    server = subprocess.Popen(command, env=told, cwd=ROOT, stdout=sys.stderr)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api/v1/openapi.json")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(address: str) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).read()  # noqa: S310 (our own server on this machine)
            return
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.3)


def configured(folder: Path) -> Path:
    """Where well-formed words may be refused for what they say."""
    statuses = ", ".join(f'"{status}"' for status in TAKEN.split(", "))
    told = "".join(
        f'[[operations]]\ninclude-name = "POST {path}"\n'
        f"checks.positive_data_acceptance.expected-statuses = [{statuses}]\n"
        for path in KNOWN_BY_US_ALONE
    )
    at = folder / "schemathesis.toml"
    at.write_text(told, "utf-8")
    return at


def fuzz(address: str, token: str, folder: Path, arguments: argparse.Namespace) -> tuple[int, str]:
    """Run schemathesis with this token; its exit status and what it said."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(configured(folder))),
        "run",
        f"{address}/api/v1/openapi.json",
        *("--phases", PHASES, "--checks", CHECKS, "--continue-on-failure", "--no-color"),
        *("--max-response-time", str(SLOWEST)),
        *("--header", f"Authorization: Bearer {token}", "--max-examples", str(arguments.examples)),
        *("--seed", str(arguments.seed), "--suppress-health-check", "all", "--warnings", "off"),
        *(("--max-time", str(arguments.seconds)) if arguments.seconds else ()),
    ]
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def summary(said: str) -> dict[str, int]:
    """The figures of the run, from the closing lines of schemathesis."""
    cases = re.search(r"([\d,]+) generated", said)
    failures = re.search(r"([\d,]+) (?:unique )?failures?", said)
    errors = re.search(r"([\d,]+) errors?\b", said)
    figures = {"generated": cases, "failures": failures, "errors": errors}
    return {name: int(found[1].replace(",", "")) if found else 0 for name, found in figures.items()}


def one(name: str, address: str, arguments: argparse.Namespace) -> bool:
    """One database; True when nothing failed with either token."""
    with scratch() as folder:
        env = environment(Path(folder), address=address)
        told = subprocess.run(
            [sys.executable, str(Path(__file__).resolve()), "--prepare"],
            env=env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        tokens: dict[str, str] = json.loads(told.stdout.strip().splitlines()[-1])
        clean = True
        with a_server(env) as at:
            for who, token in tokens.items():
                status, said = fuzz(at, token, Path(folder), arguments)
                clean &= status == 0
                if status:
                    print(said, file=sys.stderr)
                line = {"bench": "api_fuzz", "database": name, "token": who, "seed": arguments.seed}
                print(json.dumps(line | summary(said) | {"clean": status == 0}), flush=True)
        return clean


def main(told: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=0, help="a time budget for each token")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(told)
    if arguments.prepare:
        prepare()
        return 0
    with databases([arguments.database]) as addresses:
        clean = [one(name, address, arguments) for name, address in addresses.items()]
    print("PASS  0 failures" if all(clean) else "FAIL  see above")
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
