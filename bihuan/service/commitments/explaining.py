"""The arithmetic of promises in plain words: nobody has to believe a due time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bihuan.service.cases.models import Case
from bihuan.service.cases.telling import when
from bihuan.service.cases.words import HOLD_REASONS, said
from bihuan.service.commitments.clause import Clause, Profile, RungRule
from bihuan.service.commitments.models import Rest
from bihuan.service.commitments.profiles_in_use import EVER, profile_at
from bihuan.service.commitments.queries import PromiseView, promises_of, rests_shown
from bihuan.service.commitments.rules import Light
from bihuan.service.commitments.steps import Step, steps_of
from bihuan.service.commitments.whom import whom_words


@dataclass(frozen=True)
class _Told:
    """What a promise is explained from."""

    promise: PromiseView
    profile: Profile
    clause: Clause
    rests: Sequence[Rest]
    steps: Sequence[Step]


def explain_promises(case: Case, *, now: datetime) -> list[str]:
    """Each promise of a case: its clause, its start, its calendar, its rests, its warnings and ladder, its due time,
    and what became of it on both clocks."""
    rests, steps = rests_shown(case.id), steps_of(case.id)
    told: list[str] = []
    for promise in promises_of(case.id, now=now):
        profile = profile_at(promise.profile, promise.profile_version)
        facts = _Told(promise, profile, profile.clause(promise.clause), rests, steps.get(promise.id, ()))
        told += [*_explain(facts, now), ""]
    return told


def _explain(told: _Told, now: datetime) -> Iterator[str]:
    promise, clause = told.promise, told.clause
    source = {
        "title": said(promise.title),
        "clause": promise.clause,
        "profile": promise.profile,
        "version": promise.profile_version,
        "source": clause.source or "–",
    }
    yield (
        _("%(title)s — clause %(clause)s of profile %(profile)s, version %(version)s (source %(source)s)")
        % source
    )
    yield _("  began:    %(when)s") % {"when": when(promise.began_at)}
    if clause.due_from == "slot_until":
        yield _("  due:      %(when)s, the end of the agreed slot") % {"when": _due(promise)}
    elif clause.due_from:
        yield _("  due:      %(when)s, as the event that began it says") % {"when": _due(promise)}
    else:
        yield from _reckoned(told, now)
    yield from _warnings(told)
    yield from _ladder(told)
    yield _("  result:   %(result)s") % {"result": _result(promise)}
    yield from _took(promise)


def _reckoned(told: _Told, now: datetime) -> Iterator[str]:
    promise = told.promise
    yield _("  allowed:  %(span)s on the calendar %(calendar)s, version %(version)s") % {
        "span": _span(int(promise.allowed.total_seconds())),
        "calendar": promise.calendar,
        "version": promise.calendar_version,
    }
    if promise.known_through < EVER:
        yield _("            its days off are known to the end of %(year)s") % {"year": promise.known_through}
    yield from _rests(told, now)
    yield _("  due:      %(when)s") % {"when": _due(promise)}
    if promise.provisional and promise.due_at:
        year = {"year": localtime(promise.due_at).year}
        yield (
            _(
                "            provisional: the days off of %(year)s are not published; reckoned again when they are"
            )
            % year
        )


def _rests(told: _Told, now: datetime) -> Iterator[str]:
    """The rests that touch it, each with whether its clock stood still for that reason."""
    upto = told.promise.ended_at or now
    for rest in told.rests:
        if (rest.ended_at is not None and rest.ended_at <= told.promise.began_at) or rest.began_at >= upto:
            continue
        facts = {
            "began": when(rest.began_at),
            "ended": when(rest.ended_at) if rest.ended_at else _("now"),
            "why": HOLD_REASONS.get(rest.reason, rest.reason),
            "span": _span(int(((rest.ended_at or now) - rest.began_at).total_seconds())),
        }
        if rest.reason in told.clause.rests:
            yield _("  rest:     %(began)s to %(ended)s (%(why)s, %(span)s on the wall), not counted") % facts
        else:
            yield (
                _("  no rest:  %(began)s to %(ended)s (%(why)s): this clock runs on for that reason, counted")
                % facts
            )


def _warnings(told: _Told) -> Iterator[str]:
    promise, count = told.promise, len(told.clause.warn_at)
    if told.clause.notify:
        shares = ", ".join(f"{share:.0%}" for share in told.clause.warn_at)
        yield ngettext(
            "  warnings: %(told)s of %(count)s told (at %(shares)s of its time)",
            "  warnings: %(told)s of %(count)s told (at %(shares)s of its time)",
            count,
        ) % {"told": promise.warnings, "count": count, "shares": shares}
    if promise.warned_at:
        yield _("            the last at %(when)s") % {"when": when(promise.warned_at)}
    if promise.warn_next_at:
        yield _("            the next at %(when)s") % {"when": when(promise.warn_next_at)}


def _ladder(told: _Told) -> Iterator[str]:
    """Its steps that have a time, then those that only a breach would bring."""
    timed = {step.level for step in told.steps}
    for step in told.steps:
        facts = {
            "level": step.level,
            "turn": step.turn,
            "who": whom_words(step.who),
            "when": when(step.told_at or step.due_at),
        }
        name = (
            _("  step %(level)s:   %(who)s")
            if step.turn == 1
            else _("  step %(level)s:   %(who)s, time %(turn)s")
        )
        yield name % facts + _step(step) % facts
    if told.promise.light in {Light.RUNNING, Light.AT_RISK, Light.RESTING}:
        for rung in told.profile.rungs_of(told.clause):
            if rung.level not in timed:
                yield _after(rung)


def _step(step: Step) -> str:
    if step.told_at:
        return _(" — told at %(when)s")
    if step.dropped_at:
        return _(" — not needed any more")
    return _(" — ahead, at %(when)s")


def _after(rung: RungRule) -> str:
    facts = {"level": rung.level, "who": whom_words(rung.who), "span": _span(rung.after_seconds)}
    if not rung.after_seconds:
        return _("  step %(level)s:   %(who)s — at once if it is broken") % facts
    return _("  step %(level)s:   %(who)s — %(span)s after it is broken, if it is") % facts


def _due(promise: PromiseView) -> str:
    return when(promise.due_at) if promise.due_at else _("open, while the clock rests")


def _span(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    if seconds < 60:
        return _("%(seconds)s s") % {"seconds": seconds}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


def _result(promise: PromiseView) -> str:
    ended = {"when": when(promise.ended_at)} if promise.ended_at else {}
    if promise.light is Light.KEPT:
        told = _("kept at %(when)s") % ended
        return told + (_(" (proven late, the breach was withdrawn)") if promise.breach_withdrawn_at else "")
    if promise.light is Light.BROKEN:
        if not ended:
            return _("broken, and still owed")
        return _broken(promise.ended_how) % ended
    if promise.light is Light.VOID and ended:
        return _("not asked for any more since %(when)s") % ended
    known = {
        Light.RUNNING: pgettext("promise", "running"),
        Light.AT_RISK: _("running, at risk"),
        Light.RESTING: _("resting"),
        Light.VOID: _("not asked for any more"),
    }
    return known[promise.light]


def _broken(how: str) -> str:
    if how == "missed":
        return _("broken: given up by us at %(when)s")
    if how == "dropped":
        return _("broken; not asked for any more since %(when)s")
    return _("broken; done late at %(when)s")


def _took(promise: PromiseView) -> Iterator[str]:
    """What both clocks showed at the end."""
    if promise.ended_at is None or promise.worked_seconds is None:
        return
    wall = int((promise.ended_at - promise.began_at).total_seconds())
    yield _("  took:     %(working)s on its clock, %(wall)s on the wall") % {
        "working": _span(promise.worked_seconds),
        "wall": _span(wall),
    }
