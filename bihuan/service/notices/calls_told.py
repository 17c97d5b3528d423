"""Who is told when a caller waits too long: put through to nobody, or not rung back in time."""

from bihuan.ground.journal.event import Fact
from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import people_with
from bihuan.registers.access.roles import Role
from bihuan.service.intake.calls.events import RingBackLate, TransferBegun, TransferUnanswered
from bihuan.service.intake.calls.models import Call
from bihuan.service.intake.calls.transferring import asked_to_take_over, waits_for_somebody
from bihuan.service.notices.alerting import tell_without_case


def tell_of_transfer_begun(fact: Fact[TransferBegun]) -> None:
    """A customer is put through: those for whom they wait."""
    call = Call.objects.get(id=fact.event.subject_id)
    if waits_for_somebody(call) is not None:
        tell_without_case(asked_to_take_over(call), "transfer_begun", fact, f"/desk/calls/{call.id}")


def tell_of_transfer(fact: Fact[TransferUnanswered]) -> None:
    """The customer was put through two minutes ago and nobody took over: whoever did it, and the supervisors."""
    asked = Person.objects.filter(id=fact.event.person_id, is_active=True)
    tell_without_case(
        [*asked, *people_with(Role.SUPERVISOR)],
        "transfer_waiting",
        fact,
        f"/desk/calls/{fact.event.subject_id}",
    )


def tell_of_ring_back(fact: Fact[RingBackLate]) -> None:
    """Somebody should have been rung by now: the supervisors."""
    tell_without_case(
        people_with(Role.SUPERVISOR), "ring_back_late", fact, f"/desk/ring-backs/{fact.event.subject_id}"
    )
