"""What the company calls itself on pages, in messages and on sheets, and where it can be rung up."""

from time import monotonic

from django.conf import settings
from django.db import DatabaseError

from bihuan.registers.organisation.models import Node

REMEMBERED_SECONDS = 5.0
NAMELESS = "Bihuan"
_told: dict[str, tuple[float, str, str]] = {}


def company_name() -> str:
    """The name this installation was given, else the head office's, looked up at most every five seconds.

    Never fails: a page that tells of a lost database still has a name above it.
    """
    return str(settings.BIHUAN_COMPANY) or _head_office()[0] or NAMELESS


def company_hotline() -> str:
    """The number this installation was given, else the head office's; empty while there is none. Never fails."""
    return str(settings.BIHUAN_HOTLINE) or _head_office()[1]


def _head_office() -> tuple[str, str]:
    """The head office's name and number, as remembered for a moment."""
    at, name, phone = _told.get("head_office", (0.0, "", ""))
    if name and monotonic() - at < REMEMBERED_SECONDS:
        return name, phone
    try:
        found = Node.objects.filter(kind=Node.HEAD_OFFICE).values_list("name", "phone").first() or ("", "")
    except DatabaseError:
        return name, phone
    _told["head_office"] = (monotonic(), *found)
    return found


def forget_name() -> None:
    """Ask again at once: the head office was named anew."""
    _told.clear()
