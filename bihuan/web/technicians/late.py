"""How much later, as a phone sends it."""

from datetime import timedelta

from django.utils.translation import gettext as _

from bihuan.service.fieldwork.errors import FieldLacks

MOST = 240


def minutes_later(text: str) -> timedelta:
    """The minutes somebody chose: 5 to 240."""
    if not text.strip().isdecimal() or not 5 <= int(text[:6]) <= MOST:
        raise FieldLacks("minutes", _("Say how many minutes later you will be there: 5 to 240."))
    return timedelta(minutes=int(text))
