"""A customer who was put through and waits: for whom, and who takes them over."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role, allowed
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.knowledge.queries import knowledge
from bihuan.service.intake.calls.errors import TransferOver
from bihuan.service.intake.calls.hearing import note, person_at, transfer_of
from bihuan.service.intake.calls.models import Call, Seat
from bihuan.service.intake.calls.rules import OPEN, Happened

SHIFT = timedelta(hours=12)  # whoever sat down longer ago has gone home


def seated(now: datetime) -> QuerySet[Seat]:
    """Who takes calls now."""
    return Seat.objects.filter(ready=True, since__gt=now - SHIFT, person__is_active=True)


def waits_for_somebody(call: Call) -> datetime | None:
    """From when the customer waits to be taken over; None when nobody waits."""
    begun, taken, ended = transfer_of(call)
    return begun if call.state in OPEN and taken is None and ended is None else None


def department_called(to: str) -> str:
    """The code of the department that a transfer names, by its code or its name; empty when it names none."""
    named = (one.code for one in knowledge().departments if to in (one.code, one.zh, one.en))
    return next(named, "") if to else ""


def may_take_over(viewer: Viewer, call: Call) -> bool:
    """Whoever takes calls may, but for the one who put the customer through; besides, the people of the department
    to which they were put through."""
    if waits_for_somebody(call) is None or call.agent_id == viewer.person_id:
        return False
    own = bool(viewer.department) and department_called(call.transfer_to) == viewer.department
    return viewer.may("call.take") or (viewer.may("call.take_over") and own)


def asked_to_take_over(call: Call) -> list[Person]:
    """Who is told that a customer waits for them: the person named, or the people of the department, by name."""
    code = department_called(call.transfer_to)
    if not code:
        named = person_at(call.transfer_to) if call.transfer_to else None
        return [named] if named is not None and named.is_active else []
    of_it = Person.objects.filter(is_active=True, department=code).order_by("name")
    able = [one for one in of_it if allowed(frozenset(Role(role) for role in one.roles), "call.take_over")]
    return [one for one in able if one.id != call.agent_id]


def colleagues(viewer: Viewer, now: datetime) -> list[Person]:
    """To whom besides a department a customer can be put through: who takes calls now, but for who asks, by name."""
    at_work = seated(now).exclude(person_id=viewer.person_id or 0)
    return [one.person for one in at_work.select_related("person").order_by("person__name")]


@transaction.atomic
def take_over(call: Call, *, viewer: Viewer, now: datetime) -> Call:
    """This person speaks with the customer now. TransferOver when somebody else does, or the call has ended."""
    viewer.must("call.take_over")
    row = Call.objects.select_for_update(of=("self",), no_key=True).get(id=call.id)
    if waits_for_somebody(row) is None:
        raise TransferOver
    if not may_take_over(viewer, row):
        raise NotFound
    login = Person.objects.values_list("login", flat=True).get(id=viewer.person_id or 0)
    return note(row, Happened(sort="answered", at=now, agent=login), now=now)
