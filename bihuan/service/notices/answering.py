"""An answer that a colleague writes to a customer on their case: how it would go out, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.ground.vault.actions import keys
from bihuan.registers.channels.wechat.followers import chat_of
from bihuan.service.cases.models import Case
from bihuan.service.notices.models import Notice
from bihuan.service.notices.reaching import carrier_for
from bihuan.service.notices.rules import ANSWER
from bihuan.service.notices.telling import about

LONGEST_ANSWER = 500  # characters: one message of a chat


@dataclass(frozen=True, kw_only=True)
class WayAhead:
    """How an answer would go out now. `says_it`: the words themselves go, else a link under which they stand.
    `left` of `most` messages until `until`, where it goes into a chat that allows so many."""

    channel: str
    says_it: bool
    left: int = 0
    most: int = 0
    until: datetime | None = None


def way_ahead(case: Case, *, language: str, now: datetime) -> WayAhead:
    """How an answer to the customer of this case would go out now; channel `call` when somebody must ring."""
    hand = keys(case.customer.key)
    kind, channel, _address = carrier_for(
        case.customer, hand, kind=ANSWER, came_by=case.channel, language=language, now=now
    )
    chat = chat_of(case.customer, now=now) if channel == Notice.WECHAT and kind == ANSWER else None
    if chat is None:
        return WayAhead(channel=channel, says_it=kind == ANSWER)
    return WayAhead(
        channel=channel, says_it=True, left=chat.left.left, most=chat.left.most, until=chat.left.until
    )


def sent_answers(case_id: int, facts: Iterable[Any], notes: Iterable[Any]) -> Mapping[int, Notice]:
    """Number of a note → the message that carried it to the customer, or is about to."""
    public = {note.id for note in notes if note.public}
    noted = [fact for fact in facts if fact.event.kind == "case.noted"] if public else []
    keyed = {about(fact): fact.event.note_id for fact in noted if fact.event.note_id in public}
    if not keyed:
        return {}
    rows = Notice.objects.filter(case_id=case_id, about__in=list(keyed), customer__isnull=False)
    return {keyed[row.about]: row for row in rows.order_by("id")}
