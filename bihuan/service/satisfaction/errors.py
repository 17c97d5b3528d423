"""Refusals about surveys and callbacks."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal
from bihuan.service.satisfaction.rules import Reason


class AnsweredAlready(LostRace):
    def __init__(self) -> None:
        super().__init__(_("You have already answered. Thank you; each survey is answered once."))


class AskedTooEarly(Refusal):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("We are still working on this. We will ask you again as soon as it is done."))


class RatingsMissing(Refusal):
    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(
            _("Please give each of the four questions one to five points."),
            fields={reason.field: _("Choose one to five points.") for reason in reasons},
        )


class ComingBackUntold(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("Please tell us what is not right."), fields={"words": _("Please tell us what is not right.")}
        )


class CallbackOver(LostRace):
    def __init__(self) -> None:
        super().__init__(_("This callback is finished already. Look at what your colleague wrote."))


class CallbackHeld(LostRace):
    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s took this callback a moment ago.") % {"name": name})


class CallbackUnreached(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Write down that you reached the customer before you finish the callback."))


class CallbackIncomplete(Refusal):
    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(_("Please complete the marked fields."), fields=fields)
