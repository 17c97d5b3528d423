"""What is wrong with the text of a profile, in the words of whoever keeps it."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from bihuan.service.cases.words import said
from bihuan.service.commitments.clause import Profile
from bihuan.service.commitments.clause_words import trait_words
from bihuan.service.commitments.findings import Finding
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
    "no_name": _("“%(what)s”: a profile's name has up to 32 small letters, digits and hyphens."),
    "no_code": _("%(about)s: clause and metric have up to 40 small letters, digits and underscores."),
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
    "too_long": _("The text is longer than %(what)s characters."),
    "too_much": _("%(about)s: “%(what)s” is outside of what can be kept."),
    "no_number": _("%(about)s: “%(what)s” is not a number."),
    "rung_tells_nobody": _("The ladder %(about)s, step %(what)s: it tells nobody."),
}


def fault_sentences(faults: Iterable[Fault]) -> list[str]:
    """Each fault as a sentence in the reader's language."""
    return [str(FAULTS[one.code]) % {"about": one.about, "what": one.what} for one in faults]


FINDINGS: dict[str, Lazy] = {
    "placeholder": _("%(clause)s: something is still to be filled in (%(what)s)."),
    "peak_begun": _("A peak must be published before it begins, and this one began on %(what)s."),
    "not_published": _("%(clause)s: customers will not read that it takes longer in this season."),
    "season_over": _("The last day of this profile was %(what)s."),
    "over": _("%(clause)s: its last day was %(what)s; nobody gets it any more."),
    "unknown_value": _("%(clause)s: no case is ever “%(what)s”."),
    "nobody": _("%(clause)s: nobody is called “%(what)s”."),
    "no_calendar": _("%(clause)s: there is no working calendar called %(what)s."),
    "no_channel": _("Ladder %(clause)s: nobody on the staff is told by “%(what)s”."),
    "no_compensation": _("%(clause)s: there is no compensation called %(what)s."),
    "nothing_measured": _("%(clause)s: nothing is measured as “%(what)s” under this profile."),
    "unheard": _("%(clause)s: no room ever tells “%(what)s”."),
    "ladder_falls": _("Ladder %(clause)s: a higher step comes sooner than a lower one."),
    "ladder_unused": _("Ladder %(clause)s: no clause climbs it."),
    "looser_than_law": _("%(clause)s gives more time than the law allows (%(other)s)."),
    "rests_more_than_law": _("%(clause)s rests for reasons for which the law does not wait (%(other)s)."),
    "law_lacks": _("The version in force has the clause %(clause)s; a law never loses one."),
    "law_loosened": _("%(clause)s asks less than in the version in force; a law is only ever tightened."),
    "conflict": _("%(clause)s and %(other)s name two times for the same cases; the stricter one counts."),
    "overrides": _("%(clause)s takes the place of %(other)s, because it is more specific."),
    "overridden": _("%(other)s takes the place of %(clause)s, because it is more specific."),
    "gap": _("%(clause)s: nothing is promised for %(traits)s, while others have it."),
    "no_solve": _("No clause says by when a case is solved."),
    "inversion": _("%(traits)s waits longer (%(clause)s) than what presses less (%(other)s)."),
    "dead": _("%(clause)s: no case ever gets it; others always come before it."),
}
METRICS: dict[str, Lazy] = {  # what a duty is called when no clause of a profile bears its name
    "first_response": _("First contact"),
    "solve": _("Solution"),
    "plan": pgettext_lazy("duty", "Plan"),
    "dispatch": _("Dispatch"),
    "survey": _("Survey"),
    "callback": _("Callback"),
}


def finding_sentences(findings: Iterable[Finding], profile: Profile | None = None) -> list[str]:
    """Each doubt as a sentence in the reader's language; with its profile clauses are called by their titles."""
    titles = _titles(profile) if profile is not None else {}
    return [_finding(one, titles) for one in findings]


def _titles(profile: Profile) -> dict[str, str]:
    """What clauses and metrics are called."""
    metrics = {code: str(words) for code, words in METRICS.items()}
    return metrics | {clause.id: f"{said(clause.title)} ({clause.id})" for clause in profile.clauses}


def _finding(one: Finding, titles: Mapping[str, str]) -> str:
    told = {
        "clause": titles.get(one.clause, one.clause),
        "other": titles.get(one.other, one.other),
        "what": one.what,
        "traits": pgettext("between names", ", ").join(trait_words(*each) for each in one.traits),
    }
    return str(FINDINGS[one.code]) % told
