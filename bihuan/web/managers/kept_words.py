"""Shares and times of figures in words."""

from datetime import timedelta

from django.utils.translation import gettext as _

from bihuan.web.look.words import words_span


def percent(share: float | None) -> str:
    """0.947 as 94.7%; a dash for None."""
    return "–" if share is None else f"{100 * share:.1f}%"


def seconds_words(seconds: float | None) -> str:
    """A length as people say it, below a minute in seconds; a dash for None."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": round(seconds)}
    return words_span(timedelta(seconds=round(seconds)))


def value_words(value: float, unit: str) -> str:
    """A share, a length of time or points."""
    if unit == "seconds":
        return seconds_words(value)
    return percent(value) if unit == "share" else f"{value:.2f}"
