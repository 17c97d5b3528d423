"""What our own mail server found out about where a mail comes from (RFC 8601): SPF, DKIM and DMARC. A fact beside the
mail, never a permission. Whatever servers on the way say is not believed: a sender can write it, too."""

import os
import re

from bihuan.registers.channels.mail.headers import Headers

METHODS = ("spf", "dkim", "dmarc")
_RESULT = re.compile(r"(?<![a-z0-9-])(spf|dkim|dmarc)\s*=\s*([a-z]{2,12})", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")


def own_server() -> str:
    """The name by which our mail server signs its findings: `BIHUAN_IMAP_AUTHSERV`, else the name of the server."""
    named = os.environ.get("BIHUAN_IMAP_AUTHSERV", "") or os.environ.get("BIHUAN_IMAP_HOST", "")
    return named.strip().lower()


def verdict(headers: Headers) -> str:
    """`spf=pass dkim=fail dmarc=none`, as the topmost header of our own server has it; empty without one."""
    server = own_server()
    for value in headers.all("authentication-results")[:1]:  # those below came with the mail
        said = _COMMENT.sub(" ", value)
        name, _semicolon, rest = said.partition(";")
        if not server or name.strip().lower().partition(" ")[0] != server:
            return ""
        found: dict[str, str] = {}
        for method, result in _RESULT.findall(rest):
            found.setdefault(method.lower(), result.lower())
        return " ".join(f"{method}={found[method]}" for method in METHODS if method in found)
    return ""
