"""`manage.py serve`: what `make run` runs. Brings the database up to date, fills an empty one with the demo
company, then keeps web server, worker and clock running until it is told to stop."""

import socket
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from bihuan.management.beginning_anew import RestartWish, finish_removal
from bihuan.management.supervisor import Supervisor
from bihuan.registers.channels.mail.account import is_set_up
from bihuan.web.look.first_run import waits_for_company
from bihuan.web.managers.founding_code import new_code


class Command(BaseCommand):
    help = "Start Bihuan: database, web server, worker and clock, in one supervised family of processes."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="never fill an empty database")

    def handle(self, *args: object, no_demo: bool = False, **options: object) -> None:
        host, port = settings.BIHUAN_HOST, settings.BIHUAN_PORT
        refuse_a_taken_address(host, port)
        supervisor = Supervisor(commands(host, port), self.say)
        supervisor.listen()
        self.prepare(supervisor, demo=settings.BIHUAN_DEMO and not no_demo)
        connections.close_all()
        if not supervisor.stopping:
            announcement, wish = Announcement(host, port, self.announce), RestartWish()

            def each_round() -> None:
                announcement.look()
                if wish.is_new():
                    self.say("Another company lives in this database now: all processes begin anew.")
                    supervisor.begin_anew()

            supervisor.run(each_round=each_round)
        self.say("Bihuan has stopped.")

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def prepare(self, supervisor: Supervisor, *, demo: bool) -> None:
        """Migrations, then what ships with the product, then the demo company if nobody is known yet."""
        self.say("Bringing the database up to date ...")
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        call_command("createcachetable", verbosity=0)  # only where tries are counted in the database
        finish_removal()  # of a demo company, where that was cut short after its database had gone
        nobody_known = not get_user_model()._default_manager.exists()
        if "load_shipped" in get_commands():
            call_command("load_shipped", stdout=self.stdout)
        connections.close_all()
        if demo and nobody_known and "demo" in get_commands() and not supervisor.stopping:
            self.say("Founding the demo company ...")
            if (
                not supervisor.run_once("demo", [sys.executable, manage_py(), "demo", "--no-logins"])
                and not supervisor.stopping
            ):
                self.say("The demo company could not be founded (see above); Bihuan starts without it.")

    def announce(self, address: str) -> None:
        """The address, and one demo login per role where there are any; before there is a company, the start code."""
        self.say(f"\nBihuan is ready at {address}")
        if waits_for_company():
            code = new_code()
            self.say(f"No company is here yet. Found yours at {address}/start?code={code}")
            self.say(f"Start code: {code} (it opens that page once; restart the product for another)")
        if settings.BIHUAN_DEMO and "demo_logins" in get_commands():
            call_command("demo_logins", stdout=self.stdout)
            connections.close_all()
        if settings.BIHUAN_DEMO:
            self.say(f"Play a customer of the demo company, on any channel: {address}/play/")
        self.say("Stop it with Ctrl-C.")


class Announcement:
    """Calls `announce` with the address, once, as soon as /healthz answers that the database is there."""

    def __init__(self, host: str, port: int, announce: Callable[[str], None]) -> None:
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        self.address = f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{port}"
        self.announce = announce
        self.open = build_opener(ProxyHandler({})).open
        self.made = False
        self.look_again_at = 0.0

    def look(self) -> None:
        if self.made or monotonic() < self.look_again_at:
            return
        self.made = self._answers()
        if self.made:
            self.announce(self.address)
        else:
            self.look_again_at = monotonic() + 0.3

    def _answers(self) -> bool:
        try:
            with self.open(f"{self.address}/healthz", timeout=2):
                return True
        except HTTPError as ill:  # the clock starts beside it, and may have an outage to catch up with
            return b'"database": "ok"' in ill.read()
        except OSError:
            return False


def commands(host: str, port: int) -> Mapping[str, Sequence[str]]:
    """The processes of one installation, by name."""
    python, manage = sys.executable, manage_py()
    quiet = ["-W", "ignore:StreamingHttpResponse"]  # static files are read at one go, which is meant
    web = [python, *quiet, "-m", "granian", "--interface", "asginl", "--host", host, "--port", str(port)]
    web += ["--workers", "1", "--workers-kill-timeout", "5", "--log-level", "warning", "--ws"]
    web += ["bihuan.asgi:application"]
    family = {"web": web}
    if "db_worker" in get_commands():
        worker = [
            python,
            manage,
            "db_worker",
            "--queue-name",
            "*",
            "--interval",
            "0.5",
            "--no-reload",
            "-v",
            "0",
        ]
        family["worker"] = worker
    if "clock" in get_commands():
        family["clock"] = [python, manage, "clock"]
    if is_set_up():
        family["mail"] = [python, manage, "fetch_mail"]
    return family


def manage_py() -> str:
    return str(Path(settings.BASE_DIR) / "manage.py")


def refuse_a_taken_address(host: str, port: int) -> None:
    """Raises CommandError with a sentence when nothing can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"{host}:{port} cannot be used ({error.strerror}). Choose another PORT."
            ) from error
