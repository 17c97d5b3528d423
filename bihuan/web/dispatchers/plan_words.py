"""What follows from a move, in sentences: for the pointer, for the ear and for the form."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bihuan.service.cases.words import said
from bihuan.service.dispatch.planning.weighing import Consequence
from bihuan.service.dispatch.words import sentence, slot_words
from bihuan.web.look.words import clock_time, words_span

LATE_TOLD = 3  # visits that would be late, the worst first
DRIVE_TOLD = 60  # seconds of driving that are worth a word


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence with how it is meant: ok, risk, broken or plain."""

    tone: str
    icon: str
    words: str


def lines_of(told: Consequence, number: str) -> list[Line]:
    """Everything that follows, what weighs most first."""
    return list(_lines(told, number))


def _lines(told: Consequence, number: str) -> Iterator[Line]:
    if told.refusal is not None:
        yield Line(tone="broken", icon="ban", words=sentence(told.refusal))
    late = sorted(told.late, key=lambda one: (one.in_slot, -one.minutes))
    for one in late[:LATE_TOLD]:
        told_of = {"name": one.technician, "minutes": one.minutes, "number": one.case_number}
        if one.in_slot:
            words = (
                _("%(name)s would be %(minutes)d min late for %(number)s, still in the agreed time") % told_of
            )
        else:
            words = _("%(name)s would be %(minutes)d min late for %(number)s") % told_of
        tone = "risk" if one.in_slot else "broken"
        yield Line(tone=tone, icon="clock-exclamation", words=words)
    if len(late) > LATE_TOLD:
        more = ngettext("and %(n)d more", "and %(n)d more", len(late) - LATE_TOLD)
        yield Line(tone="broken", icon="clock-exclamation", words=more % {"n": len(late) - LATE_TOLD})
    for broken in told.breaks:
        words = _("Promise of %(number)s broken by %(span)s: %(promise)s") % {
            "number": number,
            "span": words_span(timedelta(minutes=broken.minutes)),
            "promise": said(broken.title),
        }
        yield Line(tone="broken", icon="alert-triangle", words=words)
    if told.begins is not None and told.ends is not None and told.slot is not None:
        words = _("%(name)s is there %(begins)s–%(ends)s, for the customer: %(slot)s") % {
            "name": told.technician,
            "begins": clock_time(told.begins),
            "ends": clock_time(told.ends),
            "slot": slot_words(told.slot.begins, told.slot.ends),
        }
        yield Line(tone="ok", icon="calendar-check", words=words)
    if told.possible and abs(told.extra_drive) >= DRIVE_TOLD:
        span = words_span(timedelta(seconds=told.extra_drive))
        more = _("%(span)s more driving") if told.extra_drive > 0 else _("%(span)s less driving")
        yield Line(tone="plain", icon="route", words=more % {"span": span})
    for shift in told.shifts:
        words = _("%(number)s begins at %(after)s instead of %(before)s, still as agreed") % {
            "number": shift.case_number,
            "after": clock_time(shift.after),
            "before": clock_time(shift.before),
        }
        yield Line(tone="plain", icon="arrows-exchange", words=words)
    if told.needs_agreement:
        yield Line(
            tone="risk", icon="phone", words=_("Another time than agreed: the customer must say yes first")
        )
    if told.not_best:
        words = _("%(name)s comes first for this; say why not") % {"name": told.not_best}
        yield Line(tone="risk", icon="info-circle", words=words)


def minute_of(told: Consequence) -> tuple[int, int]:
    """Begin and end of the work in minutes of the day; zeros where it is not possible."""
    if told.begins is None or told.ends is None:
        return 0, 0
    begins, ends = localtime(told.begins), localtime(told.ends)
    return begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute
