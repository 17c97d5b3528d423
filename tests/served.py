"""The product's own web server on the test's database: sockets and all, in a process that may be killed."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection

from bihuan.management.commands.serve import commands
from bihuan.registers.access.models import Person
from bihuan.web.look.devices import BACKEND

PATIENCE_SECONDS = 60
DATABASE_FILE = "bihuan.sqlite3"


class Served:
    """One web process. `kill` is SIGKILL; `start` again takes the same address."""

    def __init__(self, folder: Path, **environ: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        usual = {name: told for name, told in os.environ.items() if name != "DATABASE_URL"}
        self.environ = {**usual, **on_this_database(folder), "PORT": str(self.port), **environ}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = commands("127.0.0.1", self.port)["web"]
        self.process = subprocess.Popen(list(command), env=self.environ, start_new_session=True)
        self._wait()

    def _wait(self) -> None:
        opened, until = build_opener(ProxyHandler({})).open, time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                with opened(f"{self.address}/look/language", timeout=5):
                    return
            except URLError as fault:
                if hasattr(fault, "code"):
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise TimeoutError("The web server did not answer.")

    def kill(self) -> None:
        """At once, with nothing tidied up."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def on_this_database(folder: Path) -> Mapping[str, str]:
    """The environment of a process that works on the database of the running test, with the same secrets."""
    data: Path = settings.BIHUAN_DATA
    shutil.copy2(data / "secrets", folder / "secrets")
    for name in ("files", "static"):
        (data / name).mkdir(exist_ok=True)
        (folder / name).symlink_to(data / name)
    told = {"BIHUAN_DATA": str(folder), "HOST": "127.0.0.1", "BIHUAN_PROBES": "0"}
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        (folder / DATABASE_FILE).symlink_to(name)
        return told
    url = os.environ["DATABASE_URL"]
    head, _slash, tail = url.rpartition("/")
    _old, mark, query = tail.partition("?")
    return told | {"DATABASE_URL": f"{head}/{name}{mark}{query}"}


def cookie_of(person: Person, address: str) -> dict[str, str]:
    """The cookie of a session in which this person signed in."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": address}
