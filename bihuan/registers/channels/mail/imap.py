"""One folder of a mailbox by IMAP (RFC 3501, 6851, 2971). Nothing is ever deleted; reading marks nothing as read."""

import base64
import imaplib
import ssl
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Self

from bihuan.registers.channels.mail.account import Account
from bihuan.registers.channels.mail.parts import LARGEST

TIMEOUT_SECONDS = 30
KEPT = "$BihuanKept"  # the mark of a mail that we have
imaplib.Commands.setdefault("ID", ("NONAUTH", "AUTH", "SELECTED"))


class Trouble(Exception):
    """The mailbox cannot be read just now. `code` says why in a word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Folder:
    """A folder that is open. Every refusal and every silence of the server is `Trouble`."""

    def __init__(self, held: Account) -> None:
        self._held = held
        self.uidvalidity = 0

    def __enter__(self) -> Self:
        try:
            self._line = _connected(self._held)
        except ssl.SSLCertVerificationError:
            raise Trouble("certificate") from None
        except TimeoutError:
            raise Trouble("timeout") from None
        except (OSError, imaplib.IMAP4.error):
            raise Trouble("unreachable") from None
        try:
            self._sign_in()
            self._choose()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        try:
            self._line.logout()
        except (OSError, imaplib.IMAP4.error):
            pass  # it is gone already

    def _sign_in(self) -> None:
        try:
            self._line.login(_quoted(self._held.user), self._held.password)
        except imaplib.IMAP4.abort:
            raise Trouble("unreachable") from None
        except (imaplib.IMAP4.error, UnicodeEncodeError):
            raise Trouble("account_refused") from None
        except OSError:
            raise Trouble("unreachable") from None
        self._can = (
            b" ".join(one for one in self._asked("capability") if isinstance(one, bytes)).upper().split()
        )
        if b"ID" in self._can:  # NetEase (163, 126) lets in only who says what it is
            self._asked("xatom", "ID", '("name" "bihuan" "version" "1")')

    def _choose(self) -> None:
        try:
            self._asked("select", mailbox_name(self._held.folder))
        except Trouble as trouble:
            raise trouble if trouble.code == "unreachable" else Trouble("no_folder") from None
        told = self._line.response("UIDVALIDITY")[1]
        self.uidvalidity = int(told[0] or 0) if told else 0
        allowed = b" ".join(one for one in self._line.response("PERMANENTFLAGS")[1] if isinstance(one, bytes))
        self._mark = KEPT if b"\\*" in allowed or KEPT.encode() in allowed else "\\Seen"

    def after(self, number: int) -> list[int]:
        """The numbers of all mails above this one, in order."""
        return [one for one in self._search(f"UID {number + 1}:*") if one > number]

    def unread(self) -> list[int]:
        """The numbers of the mails that nobody has opened."""
        return self._search("UNSEEN")

    def since(self, day: date) -> list[int]:
        """The numbers of the mails that came on this day or later, by the server's own day."""
        return self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def highest(self) -> int:
        """The highest number there is; 0 in an empty folder."""
        return max(self._search("UID *"), default=0)

    def _search(self, what: str) -> list[int]:
        told = self._asked("uid", "SEARCH", *what.split(" "))
        return sorted({int(one) for line in told if isinstance(line, bytes) for one in line.split()})

    def fetch(self, number: int) -> tuple[bytes, datetime] | None:
        """The very bytes of a mail and when it came; None when it is not there any more. Of one that is too large to
        be read the beginning alone: the whole stays in the mailbox."""
        told = self._asked("uid", "FETCH", str(number), f"(INTERNALDATE BODY.PEEK[]<0.{LARGEST + 1}>)")
        for one in told:
            if isinstance(one, tuple) and len(one) == 2:
                return one[1], _moment(one[0])
        return None

    def mark_kept(self, number: int) -> None:
        """Say on the server that we have it: by a mark, and by its place where a folder is named for that."""
        self._asked("uid", "STORE", str(number), "+FLAGS.SILENT", f"({self._mark})")
        if self._held.kept_folder and b"MOVE" in self._can:
            self._asked("uid", "MOVE", str(number), mailbox_name(self._held.kept_folder))

    def make_kept_folder(self) -> None:
        """Make the folder for what was kept, where it is named and missing."""
        if self._held.kept_folder:
            try:
                self._line.create(mailbox_name(self._held.kept_folder))
            except (OSError, imaplib.IMAP4.error):
                raise Trouble("unreachable") from None

    def _asked(self, verb: str, *args: str) -> list[Any]:
        try:
            status, told = getattr(self._line, verb)(*args)
        except TimeoutError:
            raise Trouble("timeout") from None
        except (OSError, imaplib.IMAP4.abort):
            raise Trouble("unreachable") from None
        except (imaplib.IMAP4.error, UnicodeEncodeError):
            raise Trouble("refused") from None
        if status != "OK":
            raise Trouble("refused")
        return list(told)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _connected(held: Account) -> imaplib.IMAP4:
    if held.tls == "ssl":
        secure = ssl.create_default_context()
        return imaplib.IMAP4_SSL(held.host, held.port, ssl_context=secure, timeout=TIMEOUT_SECONDS)
    line = imaplib.IMAP4(held.host, held.port, timeout=TIMEOUT_SECONDS)
    if held.tls == "starttls":
        line.starttls(ssl.create_default_context())
    return line


def _moment(told: bytes) -> datetime:
    at = imaplib.Internaldate2tuple(told)
    if at is None:
        return datetime.max.replace(tzinfo=UTC)
    return datetime(*at[:6]).astimezone(UTC)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def mailbox_name(folder: str) -> str:
    """A folder's name as IMAP writes it, quoted (modified UTF-7, RFC 3501 5.1.3)."""
    said: list[str] = []
    held = ""
    for char in [*folder, ""]:
        if char and not " " <= char <= "~":
            held += char
            continue
        if held:
            said.append(
                "&" + base64.b64encode(held.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
            )
            held = ""
        said.append("&-" if char == "&" else char)
    return _quoted("".join(said))
