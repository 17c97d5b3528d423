"""Tokens by which a customer's answer finds the report that it answers: in the address of a mail, in a text.

Lower-case letters and digits only, since mail servers may change the case. Who a message says it is from proves
nothing; this token does.
"""

import hmac
import re

from bihuan.ground.vault.actions import fingerprint
from bihuan.service.intake.models import Report

PATTERN = re.compile(r"([0-9]{1,15})-([0-9a-f]{32})")
DIGITS = 32  # hexadecimal: 128 bits


def reply_token(report: Report) -> str:
    """What an answer to this report carries: `17-9f86…`."""
    return f"{report.id}-{_sign(report)}"


def report_answered(token: str) -> Report | None:
    """The report that this token belongs to; None for one that we did not give out, or of a forgotten customer."""
    found = PATTERN.fullmatch(token.strip().lower())
    if found is None:
        return None
    report = Report.objects.select_related("customer").filter(id=int(found[1])).first()
    if report is None or not report.link_seed or report.customer.forgotten_at is not None:
        return None
    return report if hmac.compare_digest(found[2], _sign(report)) else None


def _sign(report: Report) -> str:
    return fingerprint(f"reply {report.id} {report.link_seed}")[:DIGITS]
