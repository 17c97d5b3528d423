"""Why something on site cannot be done, in the reader's language."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal
from bihuan.service.fieldwork.words import LACKING


class NotArrived(Refusal):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Check in at the door first."))


class WorkIsOver(Refusal):
    """This visit has ended: its record is closed."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("This visit has ended; its record is closed. Nothing was changed."))


class SheetSignedAlready(LostRace):
    """A sheet is signed once."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Service sheet %(number)s is signed already; a second signature is not taken.")
            % {"number": number}
        )


class NotSigned(Refusal):
    """The box is empty, or what came is no drawing."""

    def __init__(self) -> None:
        words = _("The signature is missing or cannot be read. Please sign in the box.")
        super().__init__(words, fields={"signature": words})


class OpinionNeeded(Refusal):
    def __init__(self) -> None:
        words = _("Ask the customer to choose an opinion.")
        super().__init__(words, fields={"opinion": words})


class StillLacking(Refusal):
    """What keeps the sheet from being signed, all at once."""

    status = 409

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = tuple(codes)
        super().__init__(
            _("The sheet cannot be signed yet. Still missing: %(what)s.")
            % {"what": _(", ").join(str(LACKING[code]) for code in self.codes)}
        )


class OutcomeNotOpen(Refusal):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This visit cannot end that way from where the case stands."))


class NothingQuoted(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Choose at least one line of the price list."))


class NotOnPriceList(Refusal):
    """Nothing beyond the published list may be charged."""

    def __init__(self) -> None:
        super().__init__(_("Only lines of the price list in force may be charged, 1 to 99 of each."))


class QuoteAnswered(LostRace):
    def __init__(self) -> None:
        super().__init__(_("This quote was answered already, or a newer one replaced it."))


class PartNotQuoted(Refusal):
    """A part may be fitted only when the customer agreed to it."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("The customer has not agreed to this part yet. Quote it and ask first."))


class SerialNeeded(Refusal):
    def __init__(self) -> None:
        words = _("This part is fitted by its serial, one at a time.")
        super().__init__(words, fields={"serial": words})


class SerialUsed(Refusal):
    status = 409

    def __init__(self) -> None:
        words = _("This serial was fitted already. Read it again from the part.")
        super().__init__(words, fields={"serial": words})


class FieldLacks(Refusal):
    """A form on site came without what it is for, or with something impossible."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words, fields={field: words})


class PhotoRefused(Refusal):
    pass
