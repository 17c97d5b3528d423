"""Refusals about calendars, in words for the administrator who must act."""

from django.utils.translation import gettext as _


class CalendarRefused(ValueError):
    """A calendar or a day of it cannot be written as it was given."""

    @classmethod
    def unknown(cls, code: str) -> "CalendarRefused":
        return cls(_("There is no working calendar called %(code)s.") % {"code": code})

    @classmethod
    def unknown_kind(cls, kind: str) -> "CalendarRefused":
        return cls(_("A day is a holiday or a workday, not %(kind)s.") % {"kind": kind})

    @classmethod
    def unknown_country(cls, country: str) -> "CalendarRefused":
        return cls(_("No holidays are known for the country %(country)s.") % {"country": country})

    @classmethod
    def holiday_with_hours(cls) -> "CalendarRefused":
        return cls(_("A holiday has no hours; choose a workday to give this date hours of its own."))

    @classmethod
    def wrong_words(cls, why: str) -> "CalendarRefused":
        return cls(_("This calendar cannot be read: %(why)s") % {"why": why})
