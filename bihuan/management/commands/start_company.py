"""`manage.py start_company`: founds a company in an empty installation, or in the place of the demo.

It asks for everything (a default stands in brackets), or takes it from a TOML file and options. The password is never
told on the command line: BIHUAN_FIRST_PASSWORD, a pipe, or typed twice.
"""

import json
import os
import sys
import tomllib
from argparse import ArgumentParser
from dataclasses import fields, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import override

from bihuan.ground.journal import triggers as journal_triggers
from bihuan.ground.worktime import clock
from bihuan.management.asking import ask_all
from bihuan.management.beginning_anew import CannotBeginAnew, begin_anew, finish_removal
from bihuan.management.commands.first_admin import password_told
from bihuan.management.demo.models import Filling
from bihuan.management.fresh import go_on_from
from bihuan.registers.staff import triggers as staff_triggers
from bihuan.shipped import load_shipped
from bihuan.web.look.first_run import waits_for_company
from bihuan.web.managers import founding_progress
from bihuan.web.managers.founding import Founding, FoundingRefused, faults, found, refuse_second_company
from bihuan.web.managers.founding_code import forget_code, new_code

WORD = "remove"
NAMES = frozenset(field.name for field in fields(Founding))
OF_ADMINISTRATOR = frozenset({"login", "name", "phone", "language"})


class Command(BaseCommand):
    help = (
        "Found a company: in an empty installation, or (with --remove-demo) in the place of the demo company."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--file", help="a TOML file with everything but the password; - reads it from a pipe"
        )
        for name, told in OPTIONS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", help=told)
        parser.add_argument(
            "--brand", action="append", dest="brands", help="a brand; may stand several times"
        )
        parser.add_argument("--tree-file", help="a text file with the regions and service points")
        parser.add_argument("--remove-demo", action="store_true", help="remove the demo company first")
        parser.add_argument("--yes", action="store_true", help="do not ask whether the demo may really go")
        parser.add_argument(
            "--code", action="store_true", help="only print a new start code for the page /start"
        )
        parser.add_argument("--into-fresh", action="store_true", help="used by --remove-demo itself")
        parser.add_argument(
            "--told-by-page", action="store_true", help="used by the page that removes the demo"
        )

    def handle(self, *args: Any, code: bool, into_fresh: bool, remove_demo: bool, **options: Any) -> None:
        if options["told_by_page"]:
            _as_the_page_told(json.load(sys.stdin), now=clock.now())
            return
        if into_fresh:
            _build_fresh(json.load(sys.stdin), now=clock.now())
            return
        self._prepare()
        if code:
            self._print_code()
            return
        self._refuse_early(remove_demo=remove_demo)
        founding = self._told(options)
        try:
            if remove_demo:
                self._confirm(yes=options["yes"])
                begin_anew(founding, say=self._say, now=clock.now())
            else:
                self._say("Founding the company ...")
                made = found(founding, now=clock.now())
                self._say(
                    f"{made.regions} regions, {made.service_points} service points, {made.teams} teams, "
                    f"{made.brands} brands, {made.families} families of appliances."
                )
        except (FoundingRefused, CannotBeginAnew) as refused:
            raise CommandError(str(refused)) from None
        forget_code()
        self._say(
            f"{founding.company} is founded. {founding.login} may sign in at "
            f"{settings.BIHUAN_ADDRESS}/accounts/login/ and sets up a second factor first."
        )

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _prepare(self) -> None:
        self._say("Bringing the database up to date ...")
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        call_command("createcachetable", verbosity=0)
        finish_removal()
        self._say("Loading what ships with the product ...")
        load_shipped(now=clock.now())

    def _print_code(self) -> None:
        if not waits_for_company():
            raise CommandError("There is a company already; the page /start is closed.")
        self._say(f"Start code: {new_code()} (for {settings.BIHUAN_ADDRESS}/start; earlier ones have ended)")

    def _refuse_early(self, *, remove_demo: bool) -> None:
        """Before anybody types anything."""
        is_demo = Filling.objects.exists()
        if remove_demo and not is_demo:
            raise CommandError("This is not the demo company: only that can be removed.")
        if is_demo and not remove_demo:
            raise CommandError(
                "This is the demo company. Add --remove-demo to found your own in its place, "
                "or name another data folder in BIHUAN_DATA."
            )
        if not remove_demo:
            try:
                refuse_second_company()
            except FoundingRefused as refused:
                raise CommandError(str(refused)) from None

    def _confirm(self, *, yes: bool) -> None:
        if yes:
            return
        if not sys.stdin.isatty():
            raise CommandError("Add --yes: the demo goes with everything in it, also what was made by hand.")
        self._say("The demo goes with everything in it, also what was made by hand since.")
        if input(f"Type {WORD} to go on: ").strip().lower() != WORD:
            raise CommandError("Nothing was changed.")

    def _told(self, options: dict[str, Any]) -> Founding:
        """What the file and the options say; the rest is asked where somebody sits there."""
        told = read_file(options["file"]) if options["file"] else {}
        told |= {name: options[name] for name in (*OPTIONS, "brands") if options[name] is not None}
        if options["tree_file"]:
            told["tree"] = _text_of(options["tree_file"])
        asks = sys.stdin.isatty() and not options["file"]
        if not asks and (missing := [name for name in ("company", "login") if not told.get(name)]):
            raise CommandError(f"Still missing: {', '.join(missing)}. Give a --file or options.")
        told["name"] = told.get("name") or told.get("login", "")
        told["brands"] = tuple(told.get("brands", ()))
        founding = Founding(**{"company": "", "login": "", "name": "", "password": ""} | told)
        if asks:
            founding = ask_all(founding, say=self._say)
        founding = replace(founding, password=password_told())
        if wrong := faults(founding):
            raise CommandError(" ".join(f"{field}: {sentence}" for field, sentence in wrong.items()))
        return founding


OPTIONS = {
    "company": "its name",
    "hotline": "the number customers ring",
    "office_hours": "the calendar its office keeps (cn-office)",
    "field_hours": "the calendar its visits keep (cn-field)",
    "profile": "the commitment profile in force (default)",
    "login": "the first administrator's sign-in name",
    "name": "the first administrator's name",
    "phone": "the first administrator's mobile phone",
    "language": "zh-hans, zh-hant or en",
}


def read_file(name: str) -> dict[str, Any]:
    """What a company's file says, by the names of `Founding`; CommandError with a sentence for a wrong one."""
    try:
        told = tomllib.loads(_text_of(name))
    except tomllib.TOMLDecodeError as fault:
        raise CommandError(f"The file is not readable TOML: {fault}") from None
    person = told.pop("administrator", {})
    if not isinstance(person, dict):
        raise CommandError("[administrator] is expected as a table.")
    unknown = [*(set(told) - (NAMES - OF_ADMINISTRATOR - {"password"})), *(set(person) - OF_ADMINISTRATOR)]
    if "password" in unknown:
        raise CommandError("A password does not belong in a file: set BIHUAN_FIRST_PASSWORD, or pipe it in.")
    if unknown:
        raise CommandError(f"The file says what nobody asks for: {', '.join(sorted(unknown))}.")
    wrong = [name for name, value in {**told, **person}.items() if not _fits(name, value)]
    if wrong:
        raise CommandError(f"These must be text (brands: a list of texts): {', '.join(sorted(wrong))}.")
    return told | person


def _fits(name: str, value: object) -> bool:
    if name == "brands":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, str)


def _text_of(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise CommandError(f"{name} cannot be read: {fault}") from None


def _as_the_page_told(told: dict[str, Any], *, now: datetime) -> None:
    """Found in the place of the demo, and say step by step in a file how far it has come."""
    founding = _founding_of(told["founding"])
    begun = founding_progress.Progress(follower=told["follower"], login=founding.login)
    steps = count(1)

    def say(sentence: str) -> None:
        founding_progress.note(replace(begun, step=next(steps)))

    try:
        with override(founding.language or None):
            begin_anew(founding, say=say, now=now)
    except (FoundingRefused, CannotBeginAnew) as refused:
        founding_progress.note(replace(begun, state=founding_progress.FAILED, why=str(refused)))
    except Exception as error:
        founding_progress.note(replace(begun, state=founding_progress.FAILED, why=type(error).__name__))
        raise
    else:
        forget_code()
        founding_progress.note(replace(begun, state=founding_progress.DONE, step=founding_progress.STEPS))


def _founding_of(told: dict[str, Any]) -> Founding:
    """As it came through a pipe."""
    return Founding(**told | {"brands": tuple(told["brands"])})


def _build_fresh(told: dict[str, Any], *, now: datetime) -> None:
    """In the fresh database that the environment names: tables, what ships, and the company."""
    if os.environ.get("PGOPTIONS", "") == "" and not settings.DATABASES["default"]["NAME"].endswith(
        "-next.sqlite3"
    ):
        raise CommandError("--into-fresh is for --remove-demo alone.")
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    call_command("createcachetable", verbosity=0)
    go_on_from(told["numbers"])
    load_shipped(now=now)
    if missing := [*journal_triggers.missing(connection), *staff_triggers.missing(connection)]:
        raise CommandError(f"The new database lacks {', '.join(missing)}.")
    try:
        found(_founding_of(told["founding"]), now=now)
    except FoundingRefused as refused:
        raise CommandError(str(refused)) from None
