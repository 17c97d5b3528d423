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


class NothingMoves(Refusal):
    """It stands there already."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Case %(number)s stands there already. Nothing was moved.") % {"number": number})


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


class NotOfThisWeek(Refusal):
    """Plans are made for today and the six days after it."""

    def __init__(self) -> None:
        super().__init__(_("A plan can be proposed for today and the six days after it."))


class NotPublished(Refusal):
    """Nobody is told of days that are over, or for which nothing can be agreed yet."""

    def __init__(self) -> None:
        super().__init__(_("A plan can be published for today and the six days after it."))


class NobodyLeft(Refusal):
    """Everybody was thought away."""

    def __init__(self) -> None:
        super().__init__(_("Somebody must be left who could go. Leave fewer technicians out."))


class ProposalEnded(LostRace):
    """It was applied, refused or stopped in the meantime, or is not ready yet."""

    def __init__(self) -> None:
        super().__init__(_("This proposal cannot be answered: it is not ready, or it ended in the meantime."))


class OnlyAQuestion(Refusal):
    """Technicians were thought away; that is looked at and never done."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _("This only answers a question. Enter the leave first, then ask for a plan of that day.")
        )


class NothingChosen(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Choose at least one change that is still open."))


class CaseWentOn(LostRace):
    """The case does not stand any more as it did when the plan was proposed."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Case %(number)s went another way in the meantime.") % {"number": number})
