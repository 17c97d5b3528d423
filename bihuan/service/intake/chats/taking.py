"""Who answers a chat: taken from the queue by one, handed on to a colleague who agrees, and back when they do not."""

from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import viewer_of_id
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.calls.errors import NotReady
from bihuan.service.intake.chats.errors import ChatNotYours, ChatOver, ChatTakenBy, NobodyToAsk, TooManyChats
from bihuan.service.intake.chats.events import ChatHandedBack, ChatTaken, ChatWaitsTooLong
from bihuan.service.intake.chats.limits import limits_in_use
from bihuan.service.intake.chats.models import Chat, ChatSeat
from bihuan.service.intake.chats.rules import ASKED_FOR
from bihuan.service.intake.chats.writing import change, held, house_line

AT_ONCE = 200


@transaction.atomic
def sit(viewer: Viewer, *, ready: bool | None, now: datetime) -> ChatSeat:
    """The page of chats is open; `ready` says whether chats may come, None leaves that as it is."""
    viewer.must("report.take")
    seat, _made = ChatSeat.objects.get_or_create(person_id=viewer.person_id or 0, defaults={"seen_at": now})
    seat.seen_at = now
    if ready is not None:
        seat.ready = ready
    seat.save(update_fields=["seen_at", "ready"])
    return seat


@transaction.atomic
def take(chat: Chat, *, viewer: Viewer, now: datetime) -> Chat:
    """Take a chat from the queue. Of two at once one gets it; the other is told who."""
    viewer.must("report.take")
    most = limits_in_use().at_once
    ChatSeat.objects.select_for_update(no_key=True).filter(person_id=viewer.person_id or 0).first()
    if Chat.objects.filter(state=Chat.TALKING, agent_id=viewer.person_id).count() >= most:
        raise TooManyChats(most)
    mine = Chat.objects.filter(id=chat.id, state=Chat.QUEUED)
    if not mine.update(state=Chat.TALKING, agent_id=viewer.person_id, taken_at=now):
        there = Chat.objects.select_related("agent").get(id=chat.id)
        raise ChatTakenBy(there.agent.name if there.agent else "")
    row = held(chat.id)
    _begins(row, viewer, now=now)
    return row


def _begins(row: Chat, viewer: Viewer, *, now: datetime) -> None:
    house_line(row, "taken", now=now)
    waited = max(0, int((now - row.queued_at).total_seconds()))
    record(
        ChatTaken(subject_id=row.id, person_id=viewer.person_id or 0, waited=waited), by=viewer.actor, now=now
    )


@transaction.atomic
def ask_over(chat: Chat, *, to: int, ready: bool, viewer: Viewer, now: datetime) -> Chat:
    """Ask a colleague to take over; the customer was asked first and is ready to wait. Until they agree the chat
    stays where it is."""
    row = _own(chat, viewer)
    if not ready:
        raise NotReady
    person = Person.objects.filter(id=to, is_active=True).exclude(id=viewer.person_id or 0).first()
    if person is None or not viewer_of_id(person.id).may("report.take"):
        raise NobodyToAsk
    change(row, asked_id=person.id, asked_at=now)
    house_line(row, "asked_over", now=now)
    return row


@transaction.atomic
def agree(chat: Chat, *, viewer: Viewer, now: datetime) -> Chat:
    """Take over what a colleague asked for."""
    viewer.must("report.take")
    row = held(chat.id)
    if row.state != Chat.TALKING or row.asked_id != viewer.person_id:
        raise ChatTakenBy(row.agent.name if row.agent else "")
    change(
        row,
        agent_id=viewer.person_id,
        asked_id=None,
        asked_at=None,
        taken_at=now,
        handed_on=row.handed_on + 1,
    )
    _begins(row, viewer, now=now)
    return row


@transaction.atomic
def decline(chat: Chat, *, viewer: Viewer, now: datetime) -> Chat:
    """Not me: the chat stays with whoever asked. They may withdraw the question the same way."""
    row = held(chat.id)
    if row.state == Chat.ENDED or row.asked_id is None:
        raise ChatOver
    if viewer.person_id not in (row.asked_id, row.agent_id):
        raise ChatNotYours
    change(row, asked_id=None, asked_at=None)
    house_line(row, "declined", now=now)
    return row


@transaction.atomic
def put_back(chat: Chat, *, viewer: Viewer, now: datetime) -> Chat:
    """Into the queue again, at the place that its waiting time gives it."""
    row = _own(chat, viewer)
    _back(row, unanswered=False, by=viewer.actor, now=now)
    return row


def _back(row: Chat, *, unanswered: bool, by: Actor, now: datetime) -> None:
    told = ChatHandedBack(
        subject_id=row.id, person_id=row.agent_id or 0, asked_id=row.asked_id or 0, unanswered=unanswered
    )
    change(row, state=Chat.QUEUED, agent_id=None, asked_id=None, asked_at=None, taken_at=None)
    house_line(row, "queued", now=now)
    record(told, by=by, now=now)


def _own(chat: Chat, viewer: Viewer) -> Chat:
    """The chat, held, when it is this agent's; a supervisor may act for them."""
    viewer.must("report.take")
    row = held(chat.id)
    if row.state != Chat.TALKING:
        raise ChatOver
    if row.agent_id != viewer.person_id and Role.SUPERVISOR not in viewer.roles:
        raise ChatNotYours
    return row


def call_back_unanswered(now: datetime) -> int:
    """A sweep: chats that a colleague was asked to take two minutes ago lie in the queue again, with an alarm.
    Returns how many."""
    late = Chat.objects.filter(state=Chat.TALKING, asked__isnull=False, asked_at__lte=now - ASKED_FOR)
    found = 0
    for chat_id in list(late.order_by("asked_at").values_list("id", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            row = held(chat_id)
            if row.state == Chat.TALKING and row.asked_at and row.asked_at <= now - ASKED_FOR:
                _back(row, unanswered=True, by=CLOCK, now=now)
                found += 1
    return found


def alarm_waiting(now: datetime) -> int:
    """A sweep: who waits too long for the first answer is told of, once. Returns how many."""
    since = now - limits_in_use().answer_within
    late = Chat.objects.filter(state__in=(Chat.QUEUED, Chat.TALKING), answered_at__isnull=True)
    late = late.filter(alarmed_at__isnull=True, queued_at__lte=since, left_at__isnull=True)
    found = 0
    for row in late.order_by("queued_at")[:AT_ONCE]:
        with transaction.atomic():
            if Chat.objects.filter(id=row.id, alarmed_at__isnull=True).update(alarmed_at=now):
                record(ChatWaitsTooLong(subject_id=row.id, urgent=row.urgent), by=CLOCK, now=now)
                found += 1
    return found
