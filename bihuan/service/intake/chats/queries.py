"""Asking about chats: what a visitor sees of theirs, who waits on the desk, and how long it will take."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Q, QuerySet

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys_for
from bihuan.ground.vault.inspecting import PICTURES
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.chats.limits import limits_in_use
from bihuan.service.intake.chats.models import Chat, ChatLine, ChatSeat
from bihuan.service.intake.chats.rules import PRESENT_FOR, is_typing, minutes_until_answered
from bihuan.service.intake.chats.writing import Self, self_of, token_mark
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.settling import OPEN

LIVE = (Chat.QUEUED, Chat.TALKING)
SHOWN = 300


@dataclass(frozen=True, kw_only=True)
class LineShown:
    """One line, opened. `words` of the house are a code with its parameter."""

    id: int
    place: int
    who: str
    name: str  # of the agent
    words: str = field(repr=False)
    file: str = field(repr=False)
    is_picture: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Queued:
    """What a waiting visitor is told: who is before them and the minutes, None when nobody is there to answer."""

    ahead: int
    minutes: int | None

    @property
    def position(self) -> int:
        return self.ahead + 1


@dataclass(frozen=True, kw_only=True)
class DeskRow:
    """One chat in the list of an agent."""

    chat: Chat
    name: str = field(repr=False)
    last: str = field(repr=False)
    unread: int
    waits_since: datetime | None
    asked_of_me: bool


def chat_by_token(token: str) -> Chat:
    """The chat whose visitor holds this token; NotFound for any other."""
    found = Chat.objects.select_related("message__key", "agent", "report").filter(
        token_print=token_mark(token or " ")
    )
    for one in found:
        return one
    raise NotFound


def chat_of(viewer: Viewer, chat_id: int) -> Chat:
    """One chat, for whoever takes reports: nobody knows yet whose work it becomes."""
    viewer.must("report.take")
    found = Chat.objects.select_related("message__key", "agent", "asked", "report").filter(id=chat_id).first()
    if found is None:
        raise NotFound
    return found


def lines_of(chat: Chat) -> list[LineShown]:
    """All lines, the oldest first: two statements; empty where the customer was forgotten."""
    rows = ChatLine.objects.filter(chat=chat).select_related("person").order_by("-place")[:SHOWN]
    hand = keys_for([chat.message.key_id])
    told = []
    for row in reversed(rows):
        words = hand.open(row.words_sealed)
        if words is None:
            continue
        told.append(
            LineShown(
                id=row.id,
                place=row.place,
                who=row.who,
                name=row.person.name if row.person else "",
                words=words,
                file=hand.open(row.name_sealed) or "",
                is_picture=row.media in PICTURES,
                at=row.at,
            )
        )
    return told


def file_of(chat: Chat, line_id: int) -> tuple[ChatLine, str, bytes]:
    """A file of a chat with its name and bytes; NotFound when there is none."""
    row = ChatLine.objects.filter(chat=chat, id=line_id).exclude(kept_as="").first()
    if row is not None:
        hand = keys_for([chat.message.key_id])
        content = files.fetch(row.kept_as, by=hand)
        if content is not None:
            return row, hand.open(row.name_sealed) or "file", content
    raise NotFound


def said_by(chat: Chat) -> Self:
    """What the visitor says of themselves."""
    return self_of(chat, keys_for([chat.message.key_id]))


def in_turn() -> QuerySet[Chat]:
    """Who waits: danger first, then whoever waits longest; one that came back keeps its time."""
    return Chat.objects.filter(state=Chat.QUEUED, left_at__isnull=True).order_by("-urgent", "queued_at", "id")


def queued(chat: Chat, now: datetime) -> Queued:
    """Where a chat stands in the queue, and how long it takes."""
    before = Q(urgent=chat.urgent, queued_at__lt=chat.queued_at)
    before |= Q(urgent=chat.urgent, queued_at=chat.queued_at, id__lt=chat.id)
    if not chat.urgent:
        before |= Q(urgent=True)
    return _told(Chat.objects.filter(state=Chat.QUEUED, left_at__isnull=True).filter(before).count(), now)


def _told(ahead: int, now: datetime) -> Queued:
    agents = present(now)
    most = limits_in_use().at_once
    busy = Chat.objects.filter(state=Chat.TALKING, agent_id__in=agents).count()
    ended = Chat.objects.filter(
        state=Chat.ENDED, taken_at__isnull=False, ended_at__gt=now - timedelta(days=7)
    )
    talks = [
        (ended_at - taken_at).total_seconds()
        for taken_at, ended_at in ended.order_by("-ended_at").values_list("taken_at", "ended_at")[:100]
        if taken_at and ended_at
    ]
    free = max(0, len(agents) * most - busy)
    minutes = minutes_until_answered(ahead=ahead, talks=talks, agents=len(agents), at_once=most, free=free)
    return Queued(ahead=ahead, minutes=minutes)


def present(now: datetime) -> list[int]:
    """The people whose page of chats is open and who take chats."""
    rows = ChatSeat.objects.filter(ready=True, seen_at__gt=now - PRESENT_FOR, person__is_active=True)
    return list(rows.values_list("person_id", flat=True))


def seat_of(viewer: Viewer) -> ChatSeat | None:
    return ChatSeat.objects.filter(person_id=viewer.person_id or 0).first()


def colleagues(viewer: Viewer, now: datetime) -> list[tuple[Person, bool]]:
    """Who may be asked to take over, with whether they are there now; those first."""
    there = set(present(now))
    people = Person.objects.filter(is_active=True).exclude(id=viewer.person_id or 0).select_related("node")
    found = [(one, one.id in there) for one in people.order_by("name") if viewer_of(one).may("report.take")]
    return sorted(found, key=lambda pair: not pair[1])


def desk(viewer: Viewer) -> list[DeskRow]:
    """The chats in an agent's list: those asked of them, their own, then the queue in turn."""
    viewer.must("report.take")
    mine = Q(agent_id=viewer.person_id, state=Chat.TALKING) | Q(asked_id=viewer.person_id, state=Chat.TALKING)
    rows = list(
        Chat.objects.filter(mine | Q(state=Chat.QUEUED)).select_related("message", "agent", "asked")[:200]
    )
    rows.sort(key=lambda one: (_rank(one, viewer), not one.urgent, one.queued_at, one.id))
    return _desk_rows(rows, viewer)


def chats_of_chain(chain_id: int) -> list[Chat]:
    """The chats of which the reports of one case came, the newest first."""
    rows = Chat.objects.filter(report__chain_id=chain_id).select_related("message", "agent")
    return list(rows.order_by("-began_at", "-id"))


def in_chat_about(chain_id: int) -> int | None:
    """Who talks with the customer just now in a chat that belongs to this case; None when nobody does."""
    rows = Chat.objects.filter(state=Chat.TALKING, report__chain_id=chain_id)
    return rows.values_list("agent_id", flat=True).first()


def _rank(chat: Chat, viewer: Viewer) -> int:
    if chat.asked_id == viewer.person_id:
        return 0
    return 1 if chat.state == Chat.TALKING else 2


def _desk_rows(rows: list[Chat], viewer: Viewer) -> list[DeskRow]:
    hand = keys_for([one.message.key_id for one in rows])
    unread = dict(
        ChatLine.objects.filter(chat__in=rows, who=ChatLine.CUSTOMER, place__gt=F("chat__seen_by_agent"))
        .values_list("chat_id")
        .annotate(n=Count("id"))
    )
    last = _last_words(rows)
    return [
        DeskRow(
            chat=one,
            name=self_of(one, hand).name,
            last=(hand.open(last.get(one.id, "")) or "")[:80],
            unread=unread.get(one.id, 0),
            waits_since=one.queued_at if one.state == Chat.QUEUED else one.waits_since,
            asked_of_me=one.asked_id == viewer.person_id,
        )
        for one in rows
    ]


def _last_words(rows: Iterable[Chat]) -> dict[int, str]:
    said = ChatLine.objects.filter(chat__in=list(rows)).exclude(who=ChatLine.HOUSE)
    newest = said.values("chat_id").annotate(newest=Max("id")).values("newest")
    return dict(ChatLine.objects.filter(id__in=newest).values_list("chat_id", "words_sealed"))


def untold(viewer: Viewer) -> list[Chat]:
    """Chats that ended without a report and of which nobody said yet what came: a person must."""
    viewer.must("report.take")
    rows = Chat.objects.filter(state=Chat.ENDED, report__isnull=True, message__state__in=OPEN)
    return list(rows.select_related("message").order_by("ended_at")[:50])


def stamps(
    watched: Iterable[int], *, desk: bool
) -> dict[int, tuple[int, str, datetime | None, datetime | None]]:
    """What may have changed of these chats, and with `desk` of all that are open: one statement, no lines."""
    wanted = Q(id__in=list(watched))
    if desk:
        wanted |= Q(state__in=LIVE)
    rows = Chat.objects.filter(wanted)
    return {
        row[0]: (row[1], row[2], row[3], row[4])
        for row in rows.values_list("id", "stamp", "state", "agent_types_at", "customer_types_at")
    }


def typing(chat: Chat, now: datetime) -> tuple[bool, bool]:
    """Whether the agent, and the customer, write just now."""
    return is_typing(chat.agent_types_at, now=now), is_typing(chat.customer_types_at, now=now)


def is_open_message(chat: Chat) -> bool:
    """Whether nobody decided yet what came of it."""
    return RawMessage.objects.filter(id=chat.message_id, state__in=OPEN).exists()
