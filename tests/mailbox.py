"""A real IMAP server for tests: dovecot, as processes of ours in a folder of its own, on a free port of this machine.

It needs no root and leaves nothing behind: mail lies in the folder, which goes with the test.
"""

import contextlib
import getpass
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PASSWORD = "a-mailbox-password"
USER = "service@x.example"
CONFIG = """
base_dir = {at}/run
state_dir = {at}/state
log_path = {at}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {name}
default_login_user = {login}
default_internal_group = {group}
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{at}/mail
first_valid_uid = 1
first_valid_gid = 1
auth_mechanisms = plain
auth_failure_delay = 0
mail_max_userip_connections = 200
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={name} gid={group} home={at}/home
}}
"""


@dataclass(frozen=True)
class Box:
    """A running server with one mailbox."""

    at: Path
    port: int

    def put(self, raw: bytes, *, seen: bool = False) -> None:
        """A mail arrives, as the post delivers it: into the folder's new mail."""
        name = f"{time.time_ns()}.M{os.urandom(6).hex()}.here"
        for part in ("tmp", "new", "cur"):
            (self.at / "mail" / part).mkdir(exist_ok=True)
            shutil.chown(self.at / "mail" / part, _owner())
        draft = self.at / "mail" / "tmp" / name
        draft.write_bytes(raw)
        shutil.chown(draft, _owner())
        draft.rename(self.at / "mail" / (f"cur/{name}:2,S" if seen else f"new/{name}"))

    def empty(self) -> None:
        """A mailbox as new, with numbers of its own."""
        for one in (self.at / "mail").iterdir():
            if one.is_dir():
                shutil.rmtree(one)
        self.number_anew()

    def number_anew(self) -> None:
        """The server forgets its numbers: as after a mailbox was brought back from a backup."""
        for name in ("dovecot-uidlist", "dovecot.index*", "dovecot.list.index*", "dovecot-keywords"):
            for one in (self.at / "mail").glob(name):
                one.unlink()

    def count(self, folder: str = "") -> int:
        """How many mails lie in a folder."""
        at = self.at / "mail" / (f".{folder}" if folder else "")
        return sum(len(list((at / part).iterdir())) for part in ("new", "cur") if (at / part).exists())

    def told(self) -> dict[str, str]:
        """What the environment says of this mailbox."""
        told = {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "USER": USER,
            "PASSWORD": PASSWORD,
            "TLS": "none",
        }
        return {f"BIHUAN_IMAP_{name}": value for name, value in told.items()}


def dovecot() -> str:
    """The server's program; skips the test where the machine has none and cannot get one."""
    found = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("dovecot is not installed (Debian: apt-get install dovecot-imapd)")
    return found


@contextmanager
def a_mailbox() -> Iterator[Box]:
    """A server with an empty mailbox, until the end of the block."""
    program = dovecot()
    with TemporaryDirectory(prefix="imap", dir="/tmp") as folder:
        box = Box(at=Path(folder), port=free_port())
        box.at.chmod(0o755)
        for name in ("run", "state", "mail", "home"):
            (box.at / name).mkdir()
            if name in {"mail", "home"}:
                shutil.chown(box.at / name, _owner())
        config = box.at / "conf"
        config.write_text(_config(box))
        server = subprocess.Popen(
            [program, "-F", "-c", str(config)], stdin=subprocess.DEVNULL, process_group=0
        )
        try:
            _await(box, server)
            yield box
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(10)


def _owner() -> str:
    """Whose the mail is: ours; the server refuses to read mail for root, its package's user does then."""
    return "dovecot" if os.geteuid() == 0 else getpass.getuser()


def _config(box: Box) -> str:
    """Of one who is root the server wants another user for what talks to strangers."""
    me = _owner()
    login = "dovenull" if os.geteuid() == 0 else me
    return CONFIG.format(
        at=box.at, name=me, group=_group_of(me), login=login, port=box.port, password=PASSWORD
    )


def _group_of(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(box: Box, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", box.port), 1) as line:
            if line.recv(200).startswith(b"* OK"):
                return
        time.sleep(0.05)
    log = (box.at / "log").read_text() if (box.at / "log").exists() else ""
    raise RuntimeError(f"dovecot does not answer: {log[-2000:]}")
