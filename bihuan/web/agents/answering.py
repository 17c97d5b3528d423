"""Writing to the customer from their case: how it would go out, in a sentence, and what became of what was written."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.notices.answering import WayAhead, sent_answers, way_ahead
from bihuan.service.notices.words import CHANNELS, STATES, trouble_words


def how_it_goes(held: Any, viewer: Viewer, *, now: datetime) -> str:
    """How an answer to this customer would go out; empty where this viewer writes none."""
    forgotten = held.customer.forgotten_at is not None
    if forgotten or held.merged_into_id is not None or not viewer.may("case.note"):
        return ""
    return _said(way_ahead(held, language=held.customer.language or "zh-hans", now=now))


def _said(way: WayAhead) -> str:
    if way.channel == "wechat" and way.until is not None:
        told = {"left": way.left, "most": way.most, "until": f"{localtime(way.until):%m-%d %H:%M}"}
        return _("Goes into their WeChat chat: %(left)s of %(most)s messages left, until %(until)s.") % told
    if way.channel == "mail" and way.says_it:
        return _("Goes by e-mail; what they answer comes back to this case.")
    if way.channel == "call":
        return _(
            "No mobile number, e-mail address or open chat is known: please ring. It stands on their page."
        )
    told = {"channel": str(CHANNELS[way.channel])}
    return _("Goes by %(channel)s as a link to their page, where your words stand; not at night.") % told


def carried(held: Any, facts: Iterable[Any], notes: Iterable[Any]) -> Mapping[int, str]:
    """Number of a note → by which way it went to the customer and what became of that."""
    return {note: _became(row) for note, row in sent_answers(held.id, facts, notes).items()}


def _became(row: Any) -> str:
    said = [str(CHANNELS.get(row.channel, row.channel)), str(STATES.get(row.state, row.state))]
    return " · ".join(one for one in (*said, trouble_words(row.trouble)) if one)
