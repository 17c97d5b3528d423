"""Mail by SMTP, through Django's own mailer.

A mail about a case carries the token of its report, in its Message-ID and where the mailbox allows it in the address
to answer to: an answer finds its case by that alone.
"""

import secrets
from email.utils import parseaddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from bihuan.registers.channels.mail.account import NotSetUp
from bihuan.registers.channels.mail.account import account as mailbox
from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage, Sent
from bihuan.registers.channels.smtp.account import Account, account

TIMEOUT_SECONDS = 15


class Smtp:
    name = "smtp"

    def send(self, message: OutgoingMessage) -> Sent:
        held = account()
        number = mail_number(message.id, message.thread, host=_host(held))
        headers = {"X-Bihuan-Notice": str(message.id), "Message-ID": f"<{number}>"}
        if message.template.startswith("customer.") and (answers := answer_address(message.thread)):
            headers["Reply-To"] = answers  # a colleague who answers is no customer
        _handed(held, message.subject, message.words, to=message.receiver, headers=headers)
        return Sent(reference=number[:120])


def mail_number(notice_id: int, thread: str, *, host: str) -> str:
    """The Message-ID of a notice, without brackets: an answer brings it back, and with it the token."""
    return f"{f'n{notice_id}.{thread}'.rstrip('.')}@{host}"


def send_probe(address: str, token: str) -> None:
    """Send ourselves a mail that shows whether mail comes through; NotSent when the server does not take it."""
    held = account()
    headers = {"X-Bihuan-Probe": token, "Message-ID": f"<p{secrets.token_hex(12)}@{_host(held)}>"}
    _handed(held, "Bihuan", "Bihuan", to=address, headers=headers)


def is_both_ways() -> bool:
    """Whether mail is sent here and read here, by an address that we know."""
    try:
        return bool(account().sender and mailbox().address)
    except (NeverSent, NotSetUp):
        return False


def answer_address(thread: str) -> str:
    """Where answers go: the mailbox that is read, with the token behind a plus where it takes that; empty without a
    mailbox."""
    try:
        box = mailbox()
    except NotSetUp:
        return ""
    local, at, host = box.address.rpartition("@")
    return f"{local}+{thread}{at}{host}" if box.plus and thread and at else box.address


def _host(held: Account) -> str:
    """The name behind the at of our own address."""
    return parseaddr(held.sender)[1].rpartition("@")[2] or "bihuan.invalid"


def _handed(held: Account, subject: str, words: str, *, to: str, headers: dict[str, str]) -> None:
    line = EmailBackend(
        alias="notices",
        host=held.host,
        port=held.port,
        username=held.user,
        password=held.password,
        use_tls=held.tls == "starttls",
        use_ssl=held.tls == "ssl",
        timeout=TIMEOUT_SECONDS,
    )
    quiet = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}  # RFC 3834
    mail = EmailMessage(
        subject=subject, body=words, from_email=held.sender, to=[to], headers={**headers, **quiet}
    )
    try:
        line.send_messages([mail])
    except SMTPAuthenticationError as refused:
        raise NeverSent("account_refused") from refused
    except SMTPRecipientsRefused as refused:
        raise _judged(max((code for code, _said in refused.recipients.values()), default=0)) from None
    except (SMTPSenderRefused, SMTPResponseException) as refused:
        raise _judged(refused.smtp_code) from None
    except TimeoutError:
        raise NotSent("timeout") from None
    except (OSError, SMTPException):
        raise NotSent("unreachable") from None


def _judged(code: int) -> NotSent:
    """Four hundreds pass by themselves, five hundreds do not. Their words are not kept: they hold the address."""
    return NeverSent(f"refused {code}") if 500 <= code < 600 else NotSent(f"busy_there {code}")


MAIL = Smtp()
