"""Times and doers of a story in words, for text that is read without a page."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bihuan.ground.journal.event import Actor


def when(moment: datetime) -> str:
    """2026-11-23 10:00:00, on the installation's clock."""
    return date_format(localtime(moment), "Y-m-d H:i:s")


def actor(by: Actor) -> str:
    """Who did it, by kind and number and never by name."""
    known = {"clock": _("clock"), "customer": _("customer"), "token": _("program"), "staff": _("staff")}
    return known.get(by.kind, by.kind) + (f" {by.id}" if by.id else "")
