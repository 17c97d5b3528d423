"""Between when and when the technician comes, in words for the customer."""

from datetime import timedelta
from typing import Any

from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from bihuan.service.dispatch.timing.forecast import SHOWN_BEFORE, delay_of, span_of
from bihuan.service.dispatch.timing.rules import PLANNED
from bihuan.web.customers.door import Visitor
from bihuan.web.look.words import day_words

AGAIN = timedelta(seconds=20)


def arrival_of(visitor: Visitor, visit: Any) -> dict[str, Any]:
    """What stands there: words for the span where it is not just the agreed slot, whether it is late, whether the late
    notice waits for an answer, and whether the page looks again by itself."""
    if visit is None:
        return {}
    now, span = visitor.now, span_of(visit, now=visitor.now)
    if span is None:
        return {"words": "", "arrived": visit.state == "arrived", "live": False}
    delay = delay_of(visit)
    told = delay is not None and delay.said_at is not None
    begins = visit.slot_from or now
    return {
        "words": "" if span.how == PLANNED else _span_words(visitor, span),
        "on_the_way": visit.state == "on_the_way",
        "late": span.late,
        "asks": told and delay is not None and delay.answer == "" and visit.state == "booked",
        "waits": told and delay is not None and delay.answer == "waits",
        "live": visit.state == "on_the_way" or begins - now < SHOWN_BEFORE,
        "every": int(AGAIN.total_seconds()),
    }


def _span_words(visitor: Visitor, span: Any) -> str:
    day, today = localdate(span.begins), localdate(visitor.now)
    words = _("%(begins)s to %(ends)s") % {
        "begins": f"{localtime(span.begins):%H:%M}",
        "ends": f"{localtime(span.ends):%H:%M}",
    }
    return words if day == today else f"{day_words(day, today)} {words}"
