"""How much later, as a phone sends it; and what the house foresees."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.dispatch.timing.forecast import delay_of
from bihuan.service.dispatch.timing.late import foreseen
from bihuan.service.dispatch.visiting import open_visit
from bihuan.service.fieldwork.errors import FieldLacks
from bihuan.web.technicians.site import Site

MOST = 240


def minutes_later(text: str) -> timedelta:
    """The minutes somebody chose: 5 to 240."""
    if not text.strip().isdecimal() or not 5 <= int(text[:6]) <= MOST:
        raise FieldLacks("minutes", _("Say how many minutes later you will be there: 5 to 240."))
    return timedelta(minutes=int(text))


def delays_today(viewer: Viewer, *, now: datetime) -> list[dict[str, Any]]:
    """My visits that will be late and of which the customer does not know yet."""
    return [_shown(one.visit.case.number, one, now=now) for one in foreseen(viewer, now=now)]


def delay_shown(site: Site) -> dict[str, Any]:
    """What the page of a visit says of its coming late: a warning to pass on, or the customer's answer."""
    held = open_visit(site.case.id)
    delay = delay_of(held) if held is not None and held.state in ("booked", "on_the_way") else None
    if delay is None:
        return {}
    if delay.said_at is None:
        return {"late": _shown(site.case.number, delay, now=site.now)}
    return {"customer_waits": delay.answer == "waits"}


def _shown(number: str, delay: Any, *, now: datetime) -> dict[str, Any]:
    return {"number": number, "expected_at": delay.expected_at, "may_say": now < delay.expected_at}
