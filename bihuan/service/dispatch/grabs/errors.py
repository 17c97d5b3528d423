"""Why a job could not be grabbed, in the reader's language."""

from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace, Refusal


class GrabbedAlready(LostRace):
    """A colleague was faster."""

    def __init__(self, number: str, at: datetime) -> None:
        super().__init__(
            _("A colleague took job %(number)s first (%(at)s).")
            % {"number": number, "at": f"{localtime(at):%H:%M}"}
        )


class GrabOver(LostRace):
    """Nobody took it in time, or a dispatcher gave it to somebody."""

    def __init__(self, number: str) -> None:
        super().__init__(_("Job %(number)s is not up for grabs any more.") % {"number": number})


class CapReached(Refusal):
    """So many jobs a day and no more."""

    status = 409

    def __init__(self, cap: int) -> None:
        super().__init__(
            _("You have grabbed %(cap)s jobs today, which is the most for one day. Others follow tomorrow.")
            % {"cap": cap}
        )
