"""The arithmetic of promises in plain words: nobody has to believe a due time."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bihuan.service.cases.models import Case
from bihuan.service.cases.telling import when
from bihuan.service.cases.words import HOLD_REASONS, said
from bihuan.service.commitments.models import Rest
from bihuan.service.commitments.profiles_in_use import profile_at
from bihuan.service.commitments.queries import PromiseView, promises_of, rests_shown
from bihuan.service.commitments.rules import Light


def explain_promises(case: Case, *, now: datetime) -> list[str]:
    """Each promise of a case: its clause, its start, its rests, its calendar, its due time, what became of it."""
    rests = rests_shown(case.id)
    told: list[str] = []
    for promise in promises_of(case.id, now=now):
        told += [*_explain(promise, rests), ""]
    return told


def _explain(promise: PromiseView, rests: list[Rest]) -> Iterator[str]:
    clause = profile_at(promise.profile, promise.profile_version).clause(promise.clause)
    source = {
        "title": said(promise.title),
        "clause": promise.clause,
        "profile": promise.profile,
        "version": promise.profile_version,
        "source": clause.source,
    }
    yield (
        _("%(title)s — clause %(clause)s of profile %(profile)s, version %(version)s (source %(source)s)")
        % source
    )
    yield _("  began:    %(when)s") % {"when": when(promise.began_at)}
    if clause.due_from:
        yield _("  due:      %(when)s, the end of the agreed slot") % {"when": _due(promise)}
    else:
        yield _("  allowed:  %(span)s on the calendar %(calendar)s") % {
            "span": _span(int(promise.allowed.total_seconds())),
            "calendar": promise.calendar,
        }
        if clause.rests:
            yield from _rests(promise, rests)
        yield _("  due:      %(when)s") % {"when": _due(promise)}
    yield _("  result:   %(result)s") % {"result": _result(promise)}


def _rests(promise: PromiseView, rests: list[Rest]) -> Iterator[str]:
    for rest in rests:
        if rest.ended_at is None or rest.ended_at > promise.began_at:
            yield _("  rest:     %(began)s to %(ended)s (%(why)s), not counted") % {
                "began": when(rest.began_at),
                "ended": when(rest.ended_at) if rest.ended_at else _("now"),
                "why": HOLD_REASONS.get(rest.reason, rest.reason),
            }


def _due(promise: PromiseView) -> str:
    return when(promise.due_at) if promise.due_at else _("open, while the clock rests")


def _span(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


def _result(promise: PromiseView) -> str:
    ended = {"when": when(promise.ended_at)} if promise.ended_at else {}
    if promise.light is Light.KEPT:
        told = _("kept at %(when)s") % ended
        return told + (_(" (proven late, the breach was withdrawn)") if promise.breach_withdrawn_at else "")
    if promise.light is Light.BROKEN:
        return _("broken; done late at %(when)s") % ended if ended else _("broken, and still owed")
    known = {
        Light.RUNNING: pgettext("promise", "running"),
        Light.AT_RISK: _("running, at risk"),
        Light.RESTING: _("resting"),
        Light.VOID: _("not asked for any more"),
    }
    return known[promise.light]
