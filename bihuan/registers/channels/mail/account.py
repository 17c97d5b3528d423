"""The mailbox that is read, as the environment tells it: `BIHUAN_IMAP_HOST`, `…_PORT`, `…_USER`, `…_PASSWORD`,
`…_FOLDER` (INBOX), `…_TLS` (ssl, which is the usual one, starttls, or none), `…_KEPT_FOLDER` (where what was kept is
moved; it stays where it is without), `…_ADDRESS` (whom customers write to, when the user is not the address) and
`…_PLUS=1` (mail to name+anything reaches name)."""

import os
from dataclasses import dataclass, field

NAMES = ("HOST", "PORT", "USER", "PASSWORD", "FOLDER", "TLS", "KEPT_FOLDER", "ADDRESS", "PLUS")
USUAL_PORTS = {"ssl": 993, "starttls": 143, "none": 143}


class NotSetUp(Exception):
    """No mailbox is named on this server."""


@dataclass(frozen=True, kw_only=True)
class Account:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    tls: str
    kept_folder: str
    address: str  # empty when nobody says it
    plus: bool

    @property
    def name(self) -> str:
        """What the mailbox is known by; the password may change."""
        return f"{self.host}:{self.port} {self.user} {self.folder}"


def account() -> Account:
    """The account; NotSetUp when no server or user is named."""
    told = {name: os.environ.get(f"BIHUAN_IMAP_{name}", "").strip() for name in NAMES}
    if not told["HOST"] or not told["USER"]:
        raise NotSetUp
    tls = told["TLS"].lower() if told["TLS"].lower() in USUAL_PORTS else "ssl"
    return Account(
        host=told["HOST"],
        port=int(told["PORT"]) if told["PORT"].isdecimal() else USUAL_PORTS[tls],
        user=told["USER"],
        password=told["PASSWORD"],
        folder=told["FOLDER"] or "INBOX",
        tls=tls,
        kept_folder=told["KEPT_FOLDER"],
        address=told["ADDRESS"] or (told["USER"] if "@" in told["USER"] else ""),
        plus=told["PLUS"] == "1",
    )


def is_set_up() -> bool:
    """Whether a mailbox is named on this server."""
    return bool(os.environ.get("BIHUAN_IMAP_HOST") and os.environ.get("BIHUAN_IMAP_USER"))
