"""Writing in a chat: its first line keeps it, and every line stands once however often it is sent."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import Actor
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import Forgotten, SealedBy, fingerprint, keys_for
from bihuan.ground.vault.inspecting import PAPERS, PICTURES, SOUNDS, VIDEOS, inspect
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.knowledge.queries import hazards_in
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.chats.errors import (
    ChatNotYours,
    ChatOver,
    FileRefused,
    LineRefused,
    ReachWrong,
    TooMuch,
)
from bihuan.service.intake.chats.events import ChatAnswered, ChatBegan, ChatWaitsTooLong, ChatWentOn
from bihuan.service.intake.chats.hours import is_open_at
from bihuan.service.intake.chats.models import Chat, ChatLine
from bihuan.service.intake.chats.rules import LARGEST_FILE, LONGEST_LINE, MOST_FILES, MOST_LINES
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.told import FileTold

CHANNEL = "chat"
VISITOR = Actor(kind="customer")
MEDIA = PICTURES | VIDEOS | SOUNDS | PAPERS


@dataclass(frozen=True, kw_only=True)
class Line:
    """What is said or sent. `once` is the sender's own name for it, unique within the chat."""

    once: str
    words: str = ""
    file: FileTold | None = None


@dataclass(frozen=True, kw_only=True)
class Self:
    """What a visitor says of themselves; nothing of it is proven."""

    name: str = ""
    phone: str = ""
    email: str = ""

    @property
    def reachable(self) -> bool:
        return bool(reach_by(phone=self.phone, email=self.email))


def token_mark(token: str) -> str:
    """What is kept of a visitor's token."""
    return fingerprint(token)


def keep_probe(token: str, *, now: datetime) -> None:
    """A probe of our own came in by the door; whether it is one is seen when it is read."""
    keep(CHANNEL, json.dumps({"probe": token}).encode(), once=f"probe:{token}", now=now)


@transaction.atomic
def begin(token: str, line: Line, *, told: Self, language: str, now: datetime) -> Chat:
    """A visitor's first line: the chat with its message, its row and the line, all or nothing. Sent again it finds
    them."""
    refuse_empty(line)
    mark = token_mark(token)
    said = {"words": line.words, "name": told.name, "phone": told.phone, "email": told.email}
    kept = keep(CHANNEL, json.dumps(said, ensure_ascii=False).encode(), once=f"chat:{mark}", now=now)
    message = RawMessage.objects.select_related("key").get(id=kept.message.id)
    row = Chat(
        message=message, token_print=mark, began_at=now, queued_at=now, wrote_at=now, language=language
    )
    Chat.objects.bulk_create([row], ignore_conflicts=True)
    chat = held(Chat.objects.get(token_print=mark).id)
    if chat.stamp == 0:
        record(ChatBegan(subject_id=chat.id, open=is_open_at(now)), by=VISITOR, now=now)
    if told.name or told.phone or told.email:
        _keep_self(chat, told)
    write(chat, line, now=now)
    return chat


@transaction.atomic
def say(chat: Chat, line: Line, *, now: datetime) -> ChatLine:
    """The visitor goes on."""
    refuse_empty(line)
    row = held(chat.id)
    known = ChatLine.objects.filter(chat=row, once=_mine(line)).first()
    if known is not None:
        return known
    if row.state == Chat.ENDED:
        raise ChatOver
    return write(row, line, now=now)


@transaction.atomic
def answer(chat: Chat, line: Line, *, viewer: Viewer, now: datetime) -> ChatLine:
    """The agent who has the chat writes. The first time is the answer that the visitor waited for."""
    viewer.must("report.take")
    refuse_empty(line)
    row, once = held(chat.id), f"a{viewer.person_id}:{line.once}"[:64]
    known = ChatLine.objects.filter(chat=row, once=once).first()
    if known is not None:
        return known
    if row.state == Chat.ENDED:
        raise ChatOver
    if row.agent_id != viewer.person_id:
        raise ChatNotYours
    with writing():
        made = _insert(row, line, once=once, who=ChatLine.AGENT, person_id=viewer.person_id, now=now)
        changes: dict[str, object] = {
            "waits_since": None,
            "seen_by_agent": made.place,
            "agent_types_at": None,
        }
        if row.answered_at is None:
            changes["answered_at"] = now
            waited = max(0, int((now - row.queued_at).total_seconds()))
            first = ChatAnswered(subject_id=row.id, person_id=viewer.person_id or 0, waited=waited)
            record(first, by=viewer.actor, now=now)
        change(row, **changes)
    return made


@transaction.atomic
def say_who(chat: Chat, told: Self) -> None:
    """The visitor says who they are; ReachWrong for a number or an address that is none."""
    _refuse_unreachable(told)
    row = held(chat.id)
    if row.state != Chat.ENDED:
        _keep_self(row, told)


def self_of(chat: Chat, hand: SealedBy) -> Self:
    """What the visitor said of themselves; nothing where they were forgotten."""
    clear = hand.open(chat.said_sealed)
    return Self(**json.loads(clear)) if clear else Self()


def write(chat: Chat, line: Line, *, now: datetime) -> ChatLine:
    """Put a visitor's line into a chat that is held, once; a word of danger brings the advice with it."""
    known = ChatLine.objects.filter(chat=chat, once=_mine(line)).first()
    if known is not None:
        return known
    made = _insert(chat, line, once=_mine(line), who=ChatLine.CUSTOMER, person_id=None, now=now)
    dangers = [one for one in hazards_in(line.words) if one not in chat.hazards]
    change(
        chat,
        wrote_at=now,
        waits_since=chat.waits_since or now,
        customer_types_at=None,
        hazards=[*chat.hazards, *dangers],
        urgent=chat.urgent or bool(dangers),
    )
    for one in dangers:
        house_line(chat, f"danger:{one}", now=now)
    if chat.report_id is not None:
        record(ChatWentOn(subject_id=chat.id, report_id=chat.report_id), by=VISITOR, now=now)
    if dangers and chat.state == Chat.QUEUED and chat.alarmed_at is None:
        change(chat, alarmed_at=now)
        record(ChatWaitsTooLong(subject_id=chat.id, urgent=True), by=VISITOR, now=now)
    return made


def house_line(chat: Chat, code: str, *, now: datetime) -> None:
    """What the house says in a chat: a code, for which each reader gets a sentence in their own language. Nothing is
    said any more where the visitor was forgotten."""
    change(chat)
    key_id = chat.message.key_id
    try:
        sealed = keys_for([key_id]).seal(key_id, code)
    except Forgotten:
        return
    ChatLine.objects.create(
        chat=chat,
        place=chat.stamp,
        once=f"h:{chat.stamp}",
        who=ChatLine.HOUSE,
        words_sealed=sealed,
        at=now,
    )


def held(chat_id: int) -> Chat:
    """The chat, held until the transaction ends."""
    rows = Chat.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("message__key", "agent").get(id=chat_id)


def change(chat: Chat, **changes: object) -> None:
    """Change a chat that is held; whoever shows it will see that there is something new."""
    for name, value in changes.items():
        setattr(chat, name, value)
    Chat.objects.filter(id=chat.id).update(stamp=F("stamp") + 1, **changes)
    chat.stamp += 1


def refuse_empty(line: Line) -> None:
    """LineRefused for a line of nothing, or a book; FileRefused for a file that we do not take."""
    if not line.once or len(line.once) > 60 or (not line.words.strip() and line.file is None):
        raise LineRefused(LONGEST_LINE)
    if len(line.words) > LONGEST_LINE or "\x00" in line.words:
        raise LineRefused(LONGEST_LINE)
    if line.file is not None and len(line.file.content) > LARGEST_FILE:
        raise FileRefused


def _mine(line: Line) -> str:
    return f"c:{line.once}"


def _insert(chat: Chat, line: Line, *, once: str, who: str, person_id: int | None, now: datetime) -> ChatLine:
    stands = ChatLine.objects.filter(chat=chat)
    if stands.count() >= MOST_LINES or (
        line.file is not None and stands.exclude(kept_as="").count() >= MOST_FILES
    ):
        raise TooMuch
    key_id = chat.message.key_id
    hand = keys_for([key_id])
    change(chat)
    row = ChatLine(chat=chat, place=chat.stamp, once=once, who=who, person_id=person_id, at=now)
    row.words_sealed = hand.seal(key_id, line.words.strip())
    if line.file is not None:
        _keep_file(row, line.file, key_id, hand)
    row.save(force_insert=True)
    return row


def _keep_file(row: ChatLine, file: FileTold, key_id: int, hand: SealedBy) -> None:
    seen = inspect(file.name, file.content)
    if seen.media not in MEDIA:
        raise FileRefused
    kept = files.keep(file.content, key_id=key_id, by=hand)
    row.name_sealed, row.media = hand.seal(key_id, seen.name), seen.media
    row.kept_as, row.size = kept.name, kept.size


def _refuse_unreachable(told: Self) -> None:
    wrong = (told.phone and not reach_by(phone=told.phone)) or (told.email and not reach_by(email=told.email))
    if wrong or (not told.reachable and not told.name):
        raise ReachWrong


def _keep_self(chat: Chat, told: Self) -> None:
    key_id = chat.message.key_id
    hand = keys_for([key_id])
    was = self_of(chat, hand)
    said = {
        "name": (told.name or was.name)[:120],
        "phone": (told.phone or was.phone)[:40],
        "email": (told.email or was.email)[:254],
    }
    sealed = hand.seal(key_id, json.dumps(said, ensure_ascii=False))
    change(chat, said_sealed=sealed, reachable=Self(**said).reachable)


@transaction.atomic
def leave(chat: Chat, *, told: Self | None, now: datetime) -> Chat:
    """The visitor waits no longer. With `told` they wish to be answered there; ReachWrong when that cannot be."""
    if told is not None and not told.reachable:
        raise ReachWrong
    row = held(chat.id)
    if row.state == Chat.ENDED or row.left_at is not None:
        return row
    if told is not None:
        _keep_self(row, told)
    change(row, left_at=now)
    house_line(row, "left" if told is None else "left:message", now=now)
    return row


def types(chat_id: int, *, by_agent: int | None, now: datetime) -> None:
    """Somebody is writing just now; a passing thing that changes nothing else."""
    rows = Chat.objects.filter(id=chat_id).exclude(state=Chat.ENDED)
    if by_agent is None:
        rows.update(customer_types_at=now)
    else:
        rows.filter(agent_id=by_agent).update(agent_types_at=now)


def saw(chat_id: int, place: int, *, by_agent: int | None) -> None:
    """The lines up to this place were shown."""
    rows = Chat.objects.filter(id=chat_id, stamp__gte=place)
    if by_agent is None:
        rows.filter(seen_by_customer__lt=place).update(seen_by_customer=place, stamp=F("stamp") + 1)
    else:
        mine = rows.filter(agent_id=by_agent, seen_by_agent__lt=place)
        mine.update(seen_by_agent=place, stamp=F("stamp") + 1)
