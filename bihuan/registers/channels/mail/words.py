"""Why a mail lies in quarantine, and why it opens nothing, in the reader's language."""

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Lazy] = {
    "too_large": _("The mail is too large to be read. The whole of it is still in the mailbox."),
    "too_many_parts": _("The mail is nested too deeply, or has too many parts."),
    "too_many_headers": _("The mail has too many headers."),
    "too_many_files": _("The mail carries too many files."),
    "files_too_large": _("The files of the mail are too large together."),
    "no_sender": _("The mail does not say who sent it."),
    "encrypted": _("The mail is encrypted; nobody here has its key."),
    "garbled": _("Most of the mail's characters cannot be made out."),
    "empty": _("The mail is empty."),
    "list": _("It was sent to many at once."),
    "refused": _("Nobody can be answered, or there are no words"),
    "gone": _("Its content can no longer be read"),
}
OTHER = _("The mail could not be read. A person has to look at it.")
AUTOMATIC: dict[str, Lazy] = {
    "own": _("It is one of our own messages."),
    "bounce": _("A mail server says that a message did not arrive."),
    "receipt": _("It is a receipt: somebody opened a message."),
    "list": _("It was sent to many at once."),
    "auto_reply": _("A machine answered by itself."),
    "probe": _("It is our own proof that the channel works."),
}


def why_quarantined(code: str) -> str:
    """The sentence of a code; codes of accidents have one in common."""
    return str(REASONS.get(code, OTHER))


TROUBLES: dict[str, Lazy] = {
    "unreachable": _("The mail server cannot be reached."),
    "timeout": _("The mail server does not answer in time."),
    "certificate": _("The mail server's certificate is not right."),
    "account_refused": _("The mail server does not accept user and password."),
    "no_folder": _("There is no such folder."),
    "refused": _("The mail server refuses what we ask."),
    "too_many_left": _("Too many mails could not be kept: something is wrong with this machine."),
}


def why_unread(code: str) -> str:
    """Why a mailbox cannot be read."""
    return str(TROUBLES.get(code, TROUBLES["refused"]))
