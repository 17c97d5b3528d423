"""What comes of a chat: a case, more for an open case, an answer; or, where nobody came, a report all the same.

The chat is one message of the daily closing: it waits until it has one of these, and nothing of it is dropped.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK, Actor, Fact
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import SealedBy, keys_for
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.queries import head_office
from bihuan.service.intake.actions import receive
from bihuan.service.intake.adding import add_files
from bihuan.service.intake.chats.errors import (
    CaseMadeAlready,
    ChatNotYours,
    ChatOver,
    EndWithoutReason,
    ScoreWrong,
)
from bihuan.service.intake.chats.events import ChatEnded, ChatRated, ChatWentOn
from bihuan.service.intake.chats.limits import limits_in_use
from bihuan.service.intake.chats.models import Chat, ChatLine
from bihuan.service.intake.chats.rules import CLOSE, QUARANTINE, REPORT, WAIT, Stands, left_alone, transcript
from bihuan.service.intake.chats.writing import VISITOR, change, held, house_line, self_of
from bihuan.service.intake.events import ReportReceived
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.reading import WITHOUT_WORDS
from bihuan.service.intake.rules import LONGEST_WORDS, fitting
from bihuan.service.intake.settling import OPEN, quarantine, settle
from bihuan.service.intake.told import FileTold, Told

AT_ONCE = 200
LONGEST_TRANSCRIPT = 400_000
NAMES = {ChatLine.CUSTOMER: "客户", ChatLine.AGENT: "客服"}
MOST_CARRIED = 40 * 1024 * 1024  # bytes of files that a report takes along at once


@transaction.atomic
def make_case(chat: Chat, told: Told, *, viewer: Viewer, now: datetime) -> Report:
    """An agent makes a report of the chat, which opens a case: the customer's words, their files and the whole
    conversation. `told` holds what the agent filled in besides; without a phone it belongs to the visitor."""
    viewer.must("report.take")
    row = _for_whoever_ends(chat, viewer)
    if row.report_id is not None:
        raise CaseMadeAlready
    reachable = told.phone or told.email or told.customer_id
    whole = _whole(row)
    full = replace(
        told,
        words=whole.words,
        files=whole.files,
        channel="chat",
        language=row.language,
        handle=None if reachable else ("chat", row.token_print),
    )
    report = receive(
        full, by=viewer.actor, node=head_office(), now=now, taken_by=viewer.person_id, message=_message(row)
    )
    _reported(row, report, now=now)
    return report


@transaction.atomic
def join_case(chat: Chat, report: Report, *, viewer: Viewer, now: datetime) -> Report:
    """The chat goes on with something that the customer reported before: it joins that case."""
    viewer.must("report.take")
    row = _for_whoever_ends(chat, viewer)
    if row.report_id is not None:
        raise CaseMadeAlready
    first = report.joins_id or report.id
    full = replace(_whole(row), customer_id=report.customer_id, joins=first, phone="", email="", name="")
    joined = receive(
        full, by=VISITOR, node=head_office(), now=now, taken_by=viewer.person_id, message=_message(row)
    )
    _reported(row, joined, now=now)
    return joined


@transaction.atomic
def end(chat: Chat, *, why: str, viewer: Viewer, now: datetime) -> Chat:
    """The conversation is over. Where no case came of it the agent says what did; where one came of it, it gets the
    whole of what was said."""
    viewer.must("report.take")
    row = _for_whoever_ends(chat, viewer)
    if row.state == Chat.ENDED and row.report_id is not None:
        raise ChatOver
    if (
        row.report_id is None and row.message.state in OPEN
    ):  # else somebody decided about its message elsewhere
        if not why.strip():
            raise EndWithoutReason
        message = row.message
        sealed = keys_for([message.key_id]).seal(message.key_id, why.strip()[:500])
        settle(message, RawMessage.ANSWERED, reason="chat_answered", by=viewer.actor, now=now)
        RawMessage.objects.filter(id=message.id).update(why_sealed=sealed, settled_by_id=viewer.person_id)
    else:
        _follow(row, now=now)
    if row.state != Chat.ENDED:
        _close(row, "agent", by=viewer.actor, now=now)
    return row


@transaction.atomic
def rate(chat: Chat, *, score: int, words: str, now: datetime) -> Chat:
    """How content the customer was, 1 to 5; said again, the last word counts."""
    if not 1 <= score <= 5:
        raise ScoreWrong
    row = held(chat.id)
    key_id = row.message.key_id
    fresh = row.score != score
    change(row, score=score, opinion_sealed=keys_for([key_id]).seal(key_id, words.strip()[:500]))
    if fresh:
        record(ChatRated(subject_id=row.id, score=score, person_id=row.agent_id or 0), by=VISITOR, now=now)
    return row


def hand_on(chat: Chat, *, now: datetime) -> bool:
    """Where a chat is left alone its words go on: as a report when somebody can be reached, else to a person. Whether
    it has ended."""
    with transaction.atomic():
        row = held(chat.id)
        if row.state == Chat.ENDED:
            return True
        what = left_alone(_stands(row), silent_for=limits_in_use().silent_for, now=now)
        if what == WAIT:
            return False
        if row.message.state not in OPEN:  # a person decided about it meanwhile
            what = CLOSE
        if what == REPORT:
            told = _whole(row)
            report = receive(
                replace(told, **fitting(told)), by=VISITOR, node=head_office(), now=now, message=_message(row)
            )
            _reported(row, report, now=now)
        elif what == QUARANTINE:
            quarantine(row.message, "chat_nobody_came", by=CLOCK, now=now)
        else:
            _follow(row, now=now)
        _close(row, "clock", by=CLOCK, now=now)
        return True


def hand_on_left(now: datetime) -> int:
    """A sweep: chats whose customer cannot be answered in them any more. Returns how many ended."""
    limits = limits_in_use()
    rows = Chat.objects.filter(state__in=(Chat.QUEUED, Chat.TALKING)).order_by("wrote_at")
    found = 0
    for row in rows[:AT_ONCE]:
        if left_alone(_stands(row), silent_for=limits.silent_for, now=now) != WAIT:
            found += hand_on(row, now=now)
    return found


def hear_received(fact: Fact[ReportReceived]) -> None:
    """A report was read from a chat's message, maybe elsewhere: they belong together. Runs in its transaction."""
    if not fact.event.arrived or fact.event.channel != "chat":
        return
    report = (
        fact.at_hand if isinstance(fact.at_hand, Report) else Report.objects.get(id=fact.event.subject_id)
    )
    Chat.objects.filter(message_id=report.raw_id, report__isnull=True).update(
        report=report, customer_id=report.customer_id
    )


def hear_went_on(fact: Fact[ChatWentOn]) -> None:
    """What the customer writes after their report goes to its case as it comes."""
    _follow(held(fact.event.subject_id), now=fact.recorded_at)


def _stands(row: Chat) -> Stands:
    moved = max(one for one in (row.wrote_at, row.taken_at, row.answered_at) if one is not None)
    last = ChatLine.objects.filter(chat=row).order_by("-place").values_list("at", flat=True).first()
    return Stands(
        queued=row.state == Chat.QUEUED,
        reachable=row.reachable,
        left=row.left_at is not None and row.state == Chat.QUEUED,
        reported=row.report_id is not None,
        wrote_at=row.wrote_at,
        moved_at=max(moved, last or moved),
    )


def _for_whoever_ends(chat: Chat, viewer: Viewer) -> Chat:
    """The chat, held: its agent's, a supervisor's, or anybody's who takes reports once it ended without one."""
    row = held(chat.id)
    mine = row.agent_id == viewer.person_id or Role.SUPERVISOR in viewer.roles
    if not mine and not (row.state == Chat.ENDED and row.message.state in OPEN):
        raise ChatNotYours
    return row


def _message(row: Chat) -> RawMessage:
    if row.message.state not in OPEN:
        raise CaseMadeAlready
    return row.message


def _reported(row: Chat, report: Report, *, now: datetime) -> None:
    change(row, report_id=report.id, customer_id=report.customer_id, reported_to=row.stamp)
    house_line(row, f"case:{report.id}", now=now)


def _close(row: Chat, who: str, *, by: Actor, now: datetime) -> None:
    change(row, state=Chat.ENDED, ended_at=now, ended_by=who, asked_id=None, asked_at=None, waits_since=None)
    house_line(row, "ended", now=now)
    _keep_whole(row)
    record(ChatEnded(subject_id=row.id, by=who, report_id=row.report_id or 0), by=by, now=now)


def _follow(row: Chat, *, now: datetime) -> None:
    """What the customer wrote after their report goes after it, in their own name."""
    report = row.report
    rest = [one for one in _lines(row) if one.place > row.reported_to and one.who == ChatLine.CUSTOMER]
    if report is None or not rest or report.customer.forgotten_at is not None:
        return
    told = replace(
        _told(row, rest, whole=False),
        customer_id=report.customer_id,
        joins=report.joins_id or report.id,
        phone="",
        email="",
        name="",
    )
    receive(told, by=VISITOR, node=head_office(), now=now, once=("chat", f"{row.id}:{rest[-1].place}"))
    change(row, reported_to=row.stamp)


def _keep_whole(row: Chat) -> None:
    """A case that came of the chat gets all that was said in it; the same as before is kept once."""
    report = row.report
    if report is None or report.customer.forgotten_at is not None:
        return
    whole = _transcript(_lines(row), keys_for([row.message.key_id])).encode()
    add_files(report, [FileTold(name=f"chat-{row.id}-whole.txt", media="text/plain", content=whole)])


def _lines(row: Chat) -> list[ChatLine]:
    return list(ChatLine.objects.filter(chat=row).order_by("place"))


def _whole(row: Chat) -> Told:
    return _told(row, _lines(row), whole=True)


def _told(row: Chat, lines: Sequence[ChatLine], *, whole: bool) -> Told:
    """The customer's own words, so that nothing that an agent asked is taken for what they said; the conversation
    itself comes along as a file."""
    hand = keys_for([row.message.key_id])
    own = [one for one in lines if one.who == ChatLine.CUSTOMER]
    words = "\n".join(filter(None, (hand.open(one.words_sealed) for one in own)))
    said = self_of(row, hand)
    sent = _files(own, hand)
    if whole:
        name = f"chat-{row.id}.txt"
        sent.append(FileTold(name=name, media="text/plain", content=_transcript(lines, hand).encode()))
    return Told(
        words=words[:LONGEST_WORDS] or WITHOUT_WORDS,
        channel="chat",
        name=said.name,
        phone=said.phone,
        email=said.email,
        language=row.language,
        files=tuple(sent),
    )


def _files(lines: Sequence[ChatLine], hand: SealedBy) -> list[FileTold]:
    found, size = [], 0
    for one in lines:
        if not one.kept_as or size + one.size > MOST_CARRIED:
            continue
        content = files.fetch(one.kept_as, by=hand)
        if content is not None:
            size += one.size
            name = hand.open(one.name_sealed) or "file"
            found.append(FileTold(name=name, media=one.media, content=content))
    return found


def _transcript(lines: Sequence[ChatLine], hand: SealedBy) -> str:
    told = []
    for one in lines:
        if one.who in NAMES:
            file = f"〔{hand.open(one.name_sealed)}〕" if one.kept_as else ""
            words = f"{hand.open(one.words_sealed) or ''}{file}"
            told.append((f"{localtime(one.at):%H:%M:%S}", NAMES[one.who], words))
    return transcript(told, longest=LONGEST_TRANSCRIPT)
