"""The mail server, as the environment tells it: `BIHUAN_SMTP_HOST`, `…_PORT`, `…_USER`, `…_PASSWORD`, `…_FROM` and
`…_TLS` (starttls, which is the usual one, ssl, or none)."""

import os
from dataclasses import dataclass, field

from bihuan.registers.channels.message import NeverSent


@dataclass(frozen=True, kw_only=True)
class Account:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: str
    tls: str


def account() -> Account:
    """The account; NeverSent when server or sender are not set."""
    told = {
        name: os.environ.get(f"BIHUAN_SMTP_{name}", "").strip()
        for name in ("HOST", "PORT", "USER", "PASSWORD", "FROM", "TLS")
    }
    if not told["HOST"] or "@" not in told["FROM"]:
        raise NeverSent("account_missing")
    tls = told["TLS"] or "starttls"
    usual = {"ssl": 465, "none": 25}.get(tls, 587)
    return Account(
        host=told["HOST"],
        port=int(told["PORT"]) if told["PORT"].isdecimal() else usual,
        user=told["USER"],
        password=told["PASSWORD"],
        sender=told["FROM"],
        tls=tls,
    )
