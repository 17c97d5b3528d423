"""What is wrong with the text of a profile, in the words of whoever keeps it."""

from collections.abc import Iterable

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from bihuan.service.commitments.reading import Fault

FAULTS: dict[str, Lazy] = {
    "not_toml": _("This is not readable TOML: %(what)s"),
    "lacks": _("The profile lacks %(what)s."),
    "unreadable": _("%(about)s: this cannot be read: %(what)s"),
    "unknown_words": _("%(about)s: these words are unknown: %(what)s."),
    "no_length": _("%(about)s: “%(what)s” is no length of time. Write it like 30 min, 2 h or 7 d."),
    "no_pattern": _("%(about)s: “%(what)s” is no condition on an event. Write it like times>=3."),
    "no_list": _("%(about)s: “%(what)s” must be a list in square brackets."),
    "warn_at": _("%(about)s: warnings are rising shares between 0 and 1, not %(what)s."),
    "no_rest": _("%(about)s: a clock does not rest for %(what)s."),
    "no_date": _("%(about)s: “%(what)s” is no date."),
    "backwards": _("The validity ends before it begins: %(what)s."),
    "no_sort": _("“%(what)s” is no sort of profile. There are base, overlay, peak and law."),
    "peak_undated": _("A profile for the peak season needs its first and its last day."),
    "no_ladder": _("%(about)s: there is no ladder called %(what)s."),
    "levels": _("The ladder %(about)s needs steps with rising levels."),
    "rung": _("The ladder %(about)s, step %(what)s: a repeat needs both its interval and how many times."),
    "no_title": _("%(about)s has no title in both languages."),
    "no_scope": _("%(about)s has the unknown scope %(what)s."),
    "no_events": _("%(about)s needs an event that starts its clock and one that stops it."),
    "no_time": _("%(about)s needs either a length of time or a field that holds the due time."),
    "no_rate": _("%(about)s must say which metric it measures, and how: mean, rate or p95."),
    "no_target": _("%(about)s has no target."),
    "no_text": _("%(about)s has no text in both languages."),
    "no_event_kind": _("%(about)s: there is no event called %(what)s."),
    "no_event_field": _("%(about)s: the event has no field for “%(what)s”."),
    "no_calendar": _("%(about)s: there is no working calendar called %(what)s."),
}


def fault_sentences(faults: Iterable[Fault]) -> list[str]:
    """Each fault as a sentence in the reader's language."""
    return [str(FAULTS[one.code]) % {"about": one.about, "what": one.what} for one in faults]
