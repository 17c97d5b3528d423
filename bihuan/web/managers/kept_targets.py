"""What the profiles in force set as target for many cases together, and whether it is met."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy

from bihuan.service.cases.words import said
from bihuan.service.commitments.clause import Sort
from bihuan.service.commitments.clause_words import rate_words
from bihuan.service.commitments.figures import Cut, Period, judged
from bihuan.service.commitments.measuring import Figure, Judged
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.service.improvement.opinions import MEASURED, Opinions, judged_opinions
from bihuan.web.managers.kept_words import value_words

EVERY: dict[str, Lazy] = {
    "week": gettext_lazy("each week"),
    "month": gettext_lazy("each month"),
    "quarter": gettext_lazy("each quarter"),
    "half_year": gettext_lazy("each half-year"),
    "year": gettext_lazy("each year"),
}


@dataclass(frozen=True, kw_only=True)
class Target:
    """A rate clause as the page shows it; `of` is what it measures, `state` met, missed, few or none."""

    of: str
    title: str
    asks: str
    measured: str
    n: int
    state: str
    every: str
    profile: str


def targets_of(found: Mapping[str, Figure], opinions: Opinions, period: Period, cut: Cut) -> list[Target]:
    """Every rate clause in force against these figures."""
    held = [
        (profile, clause) for profile, clause in commitments_in_force().clauses() if clause.sort == Sort.RATE
    ]
    clauses = [clause for _profile, clause in held]
    told = [
        *judged([one for one in clauses if one.of not in MEASURED], found, period, cut),
        *judged_opinions(clauses, opinions),
    ]
    profiles = {id(clause): said(profile.title) for profile, clause in held}
    return [_target(one, profiles[id(one.clause)]) for one in told]


def _target(one: Judged, profile: str) -> Target:
    clause = one.clause
    state = "none" if one.value is None else "few" if one.met is None else "met" if one.met else "missed"
    return Target(
        of=clause.of,
        title=said(clause.title),
        asks=rate_words(clause),
        measured="–" if one.value is None else value_words(one.value, one.unit),
        n=one.n,
        state=state,
        every=str(EVERY.get(clause.every, clause.every)),
        profile=profile,
    )
