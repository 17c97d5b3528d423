"""Why dispatch refused, in the reader's language."""

from datetime import datetime

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal
from bihuan.service.dispatch.rules import Reason
from bihuan.service.dispatch.words import sentence, slot_words


class NotToOffer(Refusal):
    """The case stands where no service point is asked."""

    status = 409

    def __init__(self, number: str) -> None:
        super().__init__(_("Case %(number)s does not wait for a service point.") % {"number": number})


class OfferedAlready(LostRace):
    def __init__(self, number: str, node: str) -> None:
        super().__init__(
            _("Case %(number)s is with %(node)s already. Wait for the answer or take it back first.")
            % {"number": number, "node": node}
        )


class PointRuledOut(Refusal):
    """This service point may not take this case."""

    def __init__(self, node: str, rule: Reason) -> None:
        super().__init__(
            _("%(node)s cannot be given this case. %(why)s.") % {"node": node, "why": sentence(rule)}
        )


class NobodyToAsk(Refusal):
    def __init__(self, number: str) -> None:
        super().__init__(
            _("No service point can take case %(number)s: each is ruled out. Open it to see why.")
            % {"number": number}
        )


class NothingToTakeBack(LostRace):
    """The service point answered in the meantime, or was never asked."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Case %(number)s has no open question to take back: it was answered in the meantime.")
            % {"number": number}
        )


class UnderWay(LostRace):
    """The technician has set off; the customer's page changes nothing any more."""

    def __init__(self) -> None:
        super().__init__(
            _("The technician is on the way already. Please ring us if the time does not suit you.")
        )


class NoOfferHere(LostRace):
    """It was never asked, has answered, or was too late."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Case %(number)s does not wait for this service point's answer any more.") % {"number": number}
        )


class AssignedAlready(LostRace):
    """Another dispatcher was faster; says who goes, who decided and when."""

    def __init__(self, number: str, *, technician: str, by: str, at: str) -> None:
        super().__init__(
            _(
                "Case %(number)s was given to %(technician)s by %(by)s (%(at)s). Look at it before you change it."
            )
            % {"number": number, "technician": technician, "by": by, "at": at}
        )


class TechnicianRuledOut(Refusal):
    def __init__(self, technician: str, rule: Reason) -> None:
        super().__init__(
            _("%(technician)s cannot be given this job. %(why)s.")
            % {"technician": technician, "why": sentence(rule)}
        )


class TechnicianElsewhere(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This technician does not work for the service point that has the case."))


class NobodyFits(Refusal):
    def __init__(self, number: str) -> None:
        super().__init__(
            _("No technician fits case %(number)s now. Open it to see why.") % {"number": number}
        )


class SayWhyNotBest(Refusal):
    """A person chose somebody else than the best and did not say why."""

    def __init__(self, best: str) -> None:
        super().__init__(
            _("%(best)s comes first for this case. Say why you choose somebody else.") % {"best": best},
            fields={"why_not_best": _("Choose a reason from the list.")},
        )


class NothingProposed(LostRace):
    """Somebody answered the proposal in the meantime, or the case went another way."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Nobody is proposed for case %(number)s any more.") % {"number": number})


class NobodySecond(Refusal):
    """The job takes two, and there would be one."""

    status = 409

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Case %(number)s takes two people, and nobody is free to go along then. Choose another time.")
            % {"number": number}
        )


class PlanUnsound(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _(
                "A plan needs 1 to 120 months, at most 120 days ahead, a next day from today on, and an end after it."
            )
        )


class NotYourJob(LostRace):
    """It was taken back, given to another, or answered already."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _(
                "Job %(number)s does not wait for your answer any more. It was taken back or given to a colleague."
            )
            % {"number": number}
        )


class MateUnderWay(Refusal):
    """Whoever goes along refuses after the first one has set off."""

    status = 409

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Your colleague is on the way for job %(number)s already. Please ring the dispatcher.")
            % {"number": number}
        )


class NobodyAssigned(Refusal):
    status = 409

    def __init__(self, number: str) -> None:
        super().__init__(
            _("No technician has been chosen for case %(number)s yet; a time can be agreed after that.")
            % {"number": number}
        )


class SlotPast(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("This time has begun or is over. Choose a later one."),
            fields={"slot": _("Choose a later time.")},
        )


class SlotUnknown(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("Choose one of the times shown: two hours each, within the next seven days."),
            fields={"slot": _("Choose one of the times shown.")},
        )


class SlotNotFree(LostRace):
    """Outside the technician's hours, or taken in the meantime."""

    def __init__(self, begins: datetime, ends: datetime) -> None:
        super().__init__(
            _("%(slot)s is not free any more. Nothing was changed; please choose another time.")
            % {"slot": slot_words(begins, ends)},
            fields={"slot": _("This time is not free any more.")},
        )


class SlotRuledOut(Refusal):
    """A gate is shut for this time: a paper that ends before, heat."""

    def __init__(self, begins: datetime, ends: datetime, rule: Reason) -> None:
        super().__init__(
            _("%(slot)s cannot be booked. %(why)s.")
            % {"slot": slot_words(begins, ends), "why": sentence(rule)},
            fields={"slot": _("Choose another time.")},
        )


class OutsideShift(Refusal):
    def __init__(self, begins: datetime, ends: datetime) -> None:
        super().__init__(
            _("The technician does not work at %(slot)s. Choose another time.")
            % {"slot": slot_words(begins, ends)},
            fields={"slot": _("Choose another time.")},
        )


class VisitMoved(LostRace):
    def __init__(self, number: str) -> None:
        super().__init__(
            _("The appointment of case %(number)s was changed a moment ago. Look at it again.")
            % {"number": number}
        )


class NotBooked(Refusal):
    status = 409

    def __init__(self, number: str) -> None:
        super().__init__(_("Case %(number)s has no agreed time.") % {"number": number})


class MovedTooOften(Refusal):
    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "You have changed this time three times. For another change please ring us; the agreed time stands."
            )
        )


class TooLateToMove(Refusal):
    status = 409

    def __init__(self) -> None:
        super().__init__(
            _("The visit begins within half an hour, so it cannot be changed here any more. Please ring us.")
        )


class NothingHeld(Refusal):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("No time can be kept for this case now. Look at it again."))


class NotLater(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("Say a time still to come, after the agreed one begins, on the same day or the next."),
            fields={"expected_at": _("Choose a later time.")},
        )


class ReasonUnknown(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("Choose a reason from the list."), fields={"reason": _("Choose a reason from the list.")}
        )
