"""The chat of a case: when an agent took it and when their first line stood in it, for the promise of a greeting."""

from datetime import datetime

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import Event, Fact
from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import fact_of, story_of
from bihuan.service.cases.events import CaseOpened, ChatConnected, ChatGreeted
from bihuan.service.cases.models import Case
from bihuan.service.intake.chats.events import ChatAnswered, ChatTaken
from bihuan.service.intake.chats.models import Chat
from bihuan.service.intake.chats.writing import CHANNEL


def hear_opened(fact: Fact[CaseOpened]) -> None:
    """A case came of a chat that an agent had taken. Only chats are asked about."""
    if fact.event.channel != CHANNEL:
        return
    case = fact.at_hand if isinstance(fact.at_hand, Case) else Case.objects.get(id=fact.event.subject_id)
    chat = Chat.objects.filter(report_id=case.report_id).first()
    if chat is not None:
        _tell(case, chat, now=fact.recorded_at)


def hear_answered(fact: Fact[ChatAnswered]) -> None:
    """The first line of an agent, in a chat that has its case already."""
    chat = Chat.objects.select_related("report").get(id=fact.event.subject_id)
    case = Case.objects.filter(report_id=chat.report_id).first() if chat.report_id else None
    if case is not None:
        _tell(case, chat, now=fact.recorded_at)


def _tell(case: Case, chat: Chat, *, now: datetime) -> None:
    """What of the greeting the case does not know yet, in the name of whoever took the chat and of whoever wrote
    first; told late it counts from when it happened."""
    kinds = (ChatTaken.kind, ChatAnswered.kind)
    entries = Entry.objects.filter(kind__in=kinds, subject_id=chat.id).order_by("-id")
    told: dict[str, Fact[Event]] = {entry.kind: fact_of(entry) for entry in entries}  # the first of each
    if ChatTaken.kind not in told:
        return
    known = {fact.event.kind for fact in story_of(case.chain_id)}
    about = {"subject_id": case.id, "chat_id": chat.id}
    moved: tuple[tuple[Event, Fact[Event] | None], ...] = (
        (ChatConnected(**about), told[ChatTaken.kind]),
        (ChatGreeted(**about), told.get(ChatAnswered.kind)),
    )
    with writing():
        for event, of in moved:
            if of is not None and event.kind not in known:
                record(
                    event, by=of.by, now=now, chain=case.chain_id, happened_at=of.happened_at, at_hand=case
                )
