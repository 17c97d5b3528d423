"""What stands on a colleague's own page: every notice to them, read or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from bihuan.ground.vault.actions import keys_of
from bihuan.registers.access.errors import NotFound
from bihuan.service.notices.models import Notice
from bihuan.service.notices.rules import NEWS_OF, news_of

MOST = 99  # more than this is not counted


@dataclass(frozen=True, kw_only=True)
class InboxLine:
    """One notice as its receiver reads it. `link` is a path of ours, or empty."""

    id: int
    kind: str
    news: str
    number: str
    subject: str
    words: str
    language: str
    link: str
    made_at: datetime
    read: bool


def inbox(person_id: int, *, unread: bool = False, news: str = "") -> QuerySet[Notice]:
    """The notices on somebody's own page; unordered, for a keyset page."""
    found = Notice.objects.filter(person_id=person_id, channel=Notice.PAGE).select_related("case")
    if unread:
        found = found.filter(read_at__isnull=True)
    if news == "other":
        return found.exclude(kind__in=list(NEWS_OF))
    return found.filter(kind__in=[kind for kind, one in NEWS_OF.items() if one == news]) if news else found


def unread_count(person_id: int) -> int:
    """How many somebody has not read, counted to one more than `MOST`."""
    unread = Notice.objects.filter(person_id=person_id, channel=Notice.PAGE, read_at__isnull=True)
    return len(unread.values_list("id", flat=True)[: MOST + 1])


def lines(notices: Iterable[Notice], *, address: str) -> list[InboxLine]:
    """These notices opened, one query for their keys. `address`: our own, which links begin with."""
    rows = list(notices)
    hand = keys_of(text for row in rows for text in (row.words_sealed, row.subject_sealed))
    return [
        _line(row, hand.open(row.subject_sealed) or "", hand.open(row.words_sealed) or "", address)
        for row in rows
    ]


def _line(row: Notice, subject: str, words: str, address: str) -> InboxLine:
    said, _blank, link = words.rpartition(" ")
    ours = link.startswith(f"{address}/")
    return InboxLine(
        id=row.id,
        kind=row.kind,
        news=news_of(row.kind),
        number=row.case.number if row.case is not None else "",
        subject=subject,
        words=said if ours else words,
        language=row.language,
        link=link.removeprefix(address) if ours else "",
        made_at=row.made_at,
        read=row.read_at is not None,
    )


def open_line(person_id: int, notice_id: int, *, address: str, now: datetime) -> InboxLine:
    """One notice, read from now on; NotFound when it is none of this person's."""
    row = inbox(person_id).filter(id=notice_id).first()
    if row is None:
        raise NotFound
    inbox(person_id, unread=True).filter(id=notice_id).update(read_at=now)
    return lines([row], address=address)[0]


def mark_all_read(person_id: int, *, now: datetime) -> int:
    """Everything that stands there by now is read. Returns how many were not."""
    return inbox(person_id, unread=True).filter(made_at__lte=now).update(read_at=now)
