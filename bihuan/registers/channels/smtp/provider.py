"""Mail by SMTP, through Django's own mailer."""

from smtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage, Sent
from bihuan.registers.channels.smtp.account import account

TIMEOUT_SECONDS = 15


class Smtp:
    name = "smtp"

    def send(self, message: OutgoingMessage) -> Sent:
        held = account()
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
        mail = EmailMessage(
            subject=message.subject,
            body=message.words,
            from_email=held.sender,
            to=[message.receiver],
            headers={"X-Bihuan-Notice": str(message.id), "Auto-Submitted": "auto-generated"},
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
        return Sent()


def _judged(code: int) -> NotSent:
    """Four hundreds pass by themselves, five hundreds do not. Their words are not kept: they hold the address."""
    return NeverSent(f"refused {code}") if 500 <= code < 600 else NotSent(f"busy_there {code}")


MAIL = Smtp()
