"""Times and sums in the reader's words: "1 h 20 min left", "Today 15:30", "¥1,234.50"."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _


def words_span(span: timedelta) -> str:
    """How long, to the minute below a day and to the hour above; the sign is not said."""
    minutes = int(abs(span).total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return (
            _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
            if hours
            else _("%(days)d d") % {"days": days}
        )
    if hours:
        both = {"hours": hours, "minutes": minutes}
        return _("%(hours)d h %(minutes)d min") % both if minutes else _("%(hours)d h") % both
    return _("%(minutes)d min") % {"minutes": minutes} if minutes else _("under 1 min")


def words_left(left: timedelta) -> str:
    """Time left on a duty; a negative span is how late it is."""
    if left < timedelta(0):
        return _("%(span)s late") % {"span": words_span(left)}
    return _("%(span)s left") % {"span": words_span(left)}


def clock_time(value: datetime) -> str:
    """15:30, in the installation's zone."""
    return timezone.localtime(value).strftime("%H:%M")


def day_words(value: date, today: date) -> str:
    """Yesterday, today, tomorrow, else the date; the year is said only when it is another one."""
    near = {-1: _("Yesterday"), 0: _("Today"), 1: _("Tomorrow")}
    if (apart := (value - today).days) in near:
        return near[apart]
    return formatted(value, _("j M") if value.year == today.year else _("j M Y"))


def date_words(value: date) -> str:
    """A date of a register, always with its year: 7 Jun 2030."""
    return formatted(value, _("j M Y"))


def local_time(value: datetime, now: datetime) -> str:
    """The day as a person says it at `now`, and the clock, in the installation's zone."""
    day = day_words(timezone.localtime(value).date(), timezone.localtime(now).date())
    return f"{day} {clock_time(value)}"


def due_time(value: datetime, now: datetime) -> str:
    """Until when something is due; the midnight that ends a day is 24:00 of that day, not 00:00 of the next."""
    at = timezone.localtime(value)
    if (at.hour, at.minute) != (0, 0):
        return local_time(value, now)
    eve = timezone.localtime(value - timedelta(minutes=1)).date()
    return f"{day_words(eve, timezone.localtime(now).date())} 24:00"


def money(fen: int) -> str:
    """An amount in fen (1/100 yuan) as yuan: 123450 is ¥1,234.50. No rounding: fen are whole."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{yuan:,}.{rest:02d}"
