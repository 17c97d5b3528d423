"""A mail as a customer's client writes it: for the demo's mailbox, and for trials."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, localtime

from bihuan.registers.channels.message import IncomingFile

SERVICE = "service@bihuan.example"  # whom the demo's customers write to


def written(
    *,
    sender: str,
    name: str = "",
    subject: str,
    words: str,
    number: str,
    at: datetime,
    answers: str = "",
    files: Sequence[IncomingFile] = (),
) -> bytes:
    """The very bytes. `number` is the Message-ID without brackets, `answers` that of the mail that it answers."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((name, sender))
    mail["To"] = SERVICE
    mail["Date"] = format_datetime(localtime(at))
    mail["Message-ID"] = f"<{number}>"
    mail["Subject"] = " ".join(subject.split())
    if answers:
        mail["In-Reply-To"] = mail["References"] = f"<{answers}>"
    mail.set_content(words)
    for one in files:
        kind, _slash, form = one.media.partition("/")
        mail.add_attachment(
            one.content, maintype=kind or "application", subtype=form or "octet-stream", filename=one.name
        )
    return mail.as_bytes()
