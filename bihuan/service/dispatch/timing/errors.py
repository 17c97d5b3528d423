"""Refusals about the time of a visit: what was refused, why, what can be done."""

from django.utils.translation import gettext as _

from bihuan.registers.access.errors import Refusal


class NothingToSay(Refusal):
    status = 409

    def __init__(self) -> None:
        super().__init__(
            _("No delay is foreseen any more, or the customer was told already. Look at the visit again.")
        )


class NextTryUnknown(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Say when you ring again."), fields={"again": _("Choose a time from the list.")})
