"""Why a plan was not changed, in the reader's language."""

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal
from bihuan.service.dispatch.rules import Reason
from bihuan.service.dispatch.words import sentence


class PlanMoved(LostRace):
    """The plan of this day changed since it was looked at."""

    def __init__(self) -> None:
        super().__init__(_("The plan changed in the meantime. Look at it again before you change it."))


class MoveImpossible(Refusal):
    """A rule, or what stands in the day, forbids it."""

    status = 409

    def __init__(self, number: str, technician: str, rule: Reason) -> None:
        told = {"number": number, "technician": technician or "–", "why": sentence(rule)}
        super().__init__(_("Case %(number)s cannot go to %(technician)s then. %(why)s.") % told)


class NotAgreed(Refusal):
    """The customer agreed to another time."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _(
                "The customer of case %(number)s agreed to another time. Ask them first, then say that they agree."
            )
            % {"number": number}
        )


class NothingToUndo(LostRace):
    """The last move was taken back already, or the case went on since."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to take back: the case went on in the meantime."))
