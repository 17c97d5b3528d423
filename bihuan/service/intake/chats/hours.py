"""When agents answer chats."""

from datetime import datetime

from bihuan.ground.worktime.calendar import Calendar, is_open
from bihuan.ground.worktime.errors import CalendarRefused
from bihuan.ground.worktime.queries import calendar_for
from bihuan.registers.channels.chat.account import USUAL_CALENDAR
from bihuan.service.intake.chats.limits import limits_in_use


def code_in_use() -> str:
    """The calendar that holds; the usual one where the installation names one that does not exist."""
    named = limits_in_use().calendar
    try:
        calendar_for(named)
    except CalendarRefused:
        return USUAL_CALENDAR
    return named


def calendar_in_use() -> Calendar:
    return calendar_for(code_in_use())


def is_open_at(now: datetime) -> bool:
    """Whether agents answer chats now."""
    return is_open(calendar_in_use(), now)
