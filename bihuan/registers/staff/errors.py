"""Refusals about staff."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bihuan.registers.access.errors import LostRace


class TechnicianBusy(LostRace):
    """Part of the asked time is already taken."""

    def __init__(self, begins: datetime, ends: datetime) -> None:
        super().__init__(
            _(
                "The technician is already busy between %(begins)s and %(ends)s. Choose another time or technician."
            )
            % {
                "begins": date_format(localtime(begins), "m-d H:i"),
                "ends": date_format(localtime(ends), "H:i"),
            }
        )
