"""What was told about the promises of a case that are still owed, and who is told next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bihuan.service.cases.words import said
from bihuan.service.commitments.profiles_in_use import profile_at
from bihuan.service.commitments.queries import PromiseView
from bihuan.service.commitments.steps import Step, steps_of
from bihuan.service.commitments.whom import whom_words
from bihuan.web.look.words import local_time


@dataclass(frozen=True, kw_only=True)
class Climb:
    """One promise: what was told of it already, and what comes."""

    title: str
    told: tuple[str, ...]
    ahead: tuple[str, ...]


def climbs_of(case_id: int, promises: Iterable[PromiseView], *, now: datetime) -> list[Climb]:
    """The promises still owed that anybody was warned of or whose ladder has begun. At most one statement."""
    owed = [one for one in promises if one.open and not one.quiet]
    begun = any(one.broken_at or _climbs_from_its_start(one) for one in owed)
    steps = steps_of(case_id) if begun else {}
    found = [_climb(one, steps.get(one.id, []), now=now) for one in owed]
    return [one for one in found if one.told or one.ahead]


def _climbs_from_its_start(promise: PromiseView) -> bool:
    profile = profile_at(promise.profile, promise.profile_version)
    return any(rung.since == "began" for rung in profile.rungs_of(profile.clause(promise.clause)))


def _climb(promise: PromiseView, steps: list[Step], *, now: datetime) -> Climb:
    warned = [_warned(promise, now)] if promise.warnings and promise.warned_at else []
    told = [
        _("%(when)s: %(who)s was told") % {"when": local_time(step.told_at, now), "who": whom_words(step.who)}
        for step in steps
        if step.told_at is not None
    ]
    ahead = [
        _("%(when)s: %(who)s is told") % {"when": local_time(step.due_at, now), "who": whom_words(step.who)}
        for step in steps
        if step.told_at is None and step.dropped_at is None
    ]
    return Climb(title=said(promise.title), told=(*warned, *told), ahead=tuple(ahead))


def _warned(promise: PromiseView, now: datetime) -> str:
    assert promise.warned_at is not None  # whoever asks has looked
    told = {"n": promise.warnings, "when": local_time(promise.warned_at, now)}
    return (
        ngettext("%(n)d warning given, %(when)s", "%(n)d warnings given, the last %(when)s", promise.warnings)
        % told
    )
