"""Why a day takes no more visits, in the reader's language."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace


class DayFull(LostRace):
    """Fully booked, or closed by hand."""

    def __init__(self, day: date) -> None:
        super().__init__(
            _("No more visits can be agreed for %(day)s. Nothing was changed; please choose another day.")
            % {"day": date_format(day, _("j M"))},
            fields={"slot": _("This day is full.")},
        )
