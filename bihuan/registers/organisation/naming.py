"""What the company calls itself on pages, in messages and on sheets."""

from time import monotonic

from django.conf import settings
from django.db import DatabaseError

from bihuan.registers.organisation.models import Node

REMEMBERED_SECONDS = 5.0
NAMELESS = "Bihuan"
_told: dict[str, tuple[float, str]] = {}


def company_name() -> str:
    """The name this installation was given, else the head office's, looked up at most every five seconds.

    Never fails: a page that tells of a lost database still has a name above it.
    """
    if settings.BIHUAN_COMPANY:
        return str(settings.BIHUAN_COMPANY)
    at, name = _told.get("head_office", (0.0, ""))
    if name and monotonic() - at < REMEMBERED_SECONDS:
        return name
    try:
        found = Node.objects.filter(kind=Node.HEAD_OFFICE).values_list("name", flat=True).first()
    except DatabaseError:
        return name or NAMELESS
    _told["head_office"] = (monotonic(), found or "")
    return found or NAMELESS


def forget_name() -> None:
    """Ask again at once: the head office was named anew."""
    _told.clear()
