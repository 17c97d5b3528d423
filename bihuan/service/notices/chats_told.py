"""Who is told when a visitor of the chat waits: whoever takes chats now, and the supervisors."""

from bihuan.ground.journal.event import Event, Fact
from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import people_with
from bihuan.registers.access.roles import Role
from bihuan.service.intake.chats.events import ChatHandedBack, ChatWaitsTooLong
from bihuan.service.intake.chats.queries import present
from bihuan.service.notices.alerting import tell_without_case


def tell_of_chat(fact: Fact[ChatWaitsTooLong]) -> None:
    """Nobody has answered yet: those who take chats now, else every agent; and the supervisors."""
    _tell("chat_waiting", fact)


def tell_of_chat_back(fact: Fact[ChatHandedBack]) -> None:
    """A colleague did not take it over in time: the same people. Who put it back themselves knows already."""
    if fact.event.unanswered:
        _tell("chat_back", fact)


def _tell(kind: str, fact: Fact[Event]) -> None:
    there = list(Person.objects.filter(id__in=present(fact.recorded_at)))
    people = [*(there or people_with(Role.AGENT)), *people_with(Role.SUPERVISOR)]
    tell_without_case(people, kind, fact, f"/desk/chats/{fact.event.subject_id}")
