"""What stands beside a case that waits for its time: how long, by when its customer is rung, how often in vain."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bihuan.service.dispatch.timing.calling import ToCall, to_call
from bihuan.web.look.words import due_time, local_time, words_left


def notes_to_book(cases: Iterable[Any], *, now: datetime) -> dict[int, str]:
    """case → one line."""
    found = to_call([case.id for case in cases], now=now)
    return {case_id: _line(one, now) for case_id, one in found.items()}


def _line(one: ToCall, now: datetime) -> str:
    told = [_("Waits for its time since %(since)s") % {"since": local_time(one.since, now)}]
    if one.by is not None:
        left = {"when": due_time(one.by, now), "left": words_left(one.by - now)}
        told.append(_("to be rung by %(when)s (%(left)s)") % left)
    if one.times:
        rung = ngettext("rung once in vain", "rung %(times)s times in vain", one.times)
        told.append(rung % {"times": one.times})
    if one.next_at is not None:
        told.append(_("again %(when)s") % {"when": local_time(one.next_at, now)})
    return " · ".join(told)
