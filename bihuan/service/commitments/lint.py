"""What is doubtful about a profile before it is put in force: errors that forbid it, warnings that ask for a yes. Pure.

Every combination of traits that any scope tells apart is looked at: who gets which clause, and who gets none.
"""

from collections.abc import Iterator
from datetime import date

from bihuan.service.commitments.clause import Clause, Commitments, Held, Profile, Sort, Span
from bihuan.service.commitments.covering import uncovered
from bihuan.service.commitments.findings import STAFF_CHANNELS, Finding, Known, Severity, error, overlap
from bihuan.service.commitments.pattern import Pattern

MEASURED = frozenset({"satisfaction", "satisfied", "collection"})  # rates that no clock of a clause feeds


def lint(
    profile: Profile, *, beside: Commitments, known: Known, today: date, before: Profile | None = None
) -> list[Finding]:
    """The doubts about a profile if it were put in force today, errors first. `beside`: everything else that would
    then be in force; `before`: of a law, the version in force."""
    found = [
        *_unfilled(profile),
        *_dated(profile, today),
        *_unknown(profile, known),
        *_ladders(profile, known),
        *_looser_than_law(profile, beside),
        *(loosened(profile, before) if profile.sort == "law" and before else ()),
        *_conflicts(profile, beside),
        *uncovered(profile, beside=beside, known=known, today=today),
    ]
    return sorted(dict.fromkeys(found), key=lambda one: one.severity != Severity.ERROR)


def _unfilled(profile: Profile) -> Iterator[Finding]:
    for clause in profile.placeholders():
        yield error("placeholder", clause.id, what=clause.placeholder)


def _dated(profile: Profile, today: date) -> Iterator[Finding]:
    begins, ends = profile.valid.begins, profile.valid.ends
    if profile.sort == "peak" and begins is not None and begins <= today:
        yield error("peak_begun", what=begins.isoformat())
    elif ends is not None and ends < today:
        yield error("season_over", what=ends.isoformat())
    if profile.sort == "peak":
        for clause in profile.clocks():
            if not clause.public:
                yield Finding(code="not_published", clause=clause.id)
    for clause in profile.clauses:
        if clause.valid != profile.valid and clause.valid.ends is not None and clause.valid.ends < today:
            yield Finding(code="over", clause=clause.id, what=clause.valid.ends.isoformat())


def _unknown(profile: Profile, known: Known) -> Iterator[Finding]:
    metrics = {clause.metric for clause in profile.clocks()} | MEASURED
    for clause in profile.clauses:
        for trait, values in sorted(clause.scope.items()):
            for value in sorted(values - set(known.values.get(trait, tuple(values)))):
                yield Finding(code="unknown_value", clause=clause.id, what=value, traits=((trait, value),))
        for code in clause.notify if clause.sort == Sort.CLOCK else ():
            if code not in known.people:
                yield error("nobody", clause.id, what=code)
        if clause.sort == Sort.CLOCK and clause.calendar not in known.calendars:
            yield error("no_calendar", clause.id, what=clause.calendar)
        if clause.compensate and clause.compensate not in known.compensations:
            yield Finding(code="no_compensation", clause=clause.id, what=clause.compensate)
        if clause.sort == Sort.RATE and clause.of not in metrics:
            yield Finding(code="nothing_measured", clause=clause.id, what=clause.of)
        for pattern in clause.patterns():
            if not _told(pattern, known):
                yield error("unheard", clause.id, what=str(pattern))


def _told(pattern: Pattern, known: Known) -> bool:
    """Whether some room records such an event."""
    fields = known.events.get(pattern.kind)
    return fields is not None and {one.field for one in pattern.conditions} <= fields


def _ladders(profile: Profile, known: Known) -> Iterator[Finding]:
    for name, rungs in profile.ladders.items():
        for rung in rungs:
            for code in rung.who:
                if code not in known.people:
                    yield error("nobody", name, what=code)
            for channel in sorted(set(rung.channels) - STAFF_CHANNELS):
                yield error("no_channel", name, what=channel)
            if rung.hours not in known.calendars:
                yield error("no_calendar", name, what=rung.hours)
        times = [rung.after_seconds for rung in rungs if rung.since == "broken"]
        if times != sorted(times):
            yield Finding(code="ladder_falls", clause=name)
        if not any(clause.ladder == name for clause in profile.clauses):
            yield Finding(code="ladder_unused", clause=name)


def _looser_than_law(profile: Profile, beside: Commitments) -> Iterator[Finding]:
    if profile.sort == "law":
        return
    for law, legal in _clocks(beside):
        for clause in profile.clocks() if law.sort == "law" else ():
            if clause.metric != legal.metric or not overlap(clause, legal):
                continue
            if clause.seconds and legal.seconds and beside.span_of(clause) > beside.span_of(legal):
                yield error("looser_than_law", clause.id, other=f"{law.name}.{legal.id}")
            elif clause.rests - legal.rests:
                yield error("rests_more_than_law", clause.id, other=f"{law.name}.{legal.id}")


def loosened(profile: Profile, before: Profile) -> Iterator[Finding]:
    """What a new version of a law lacks of the version before, or asks less of."""
    now = {clause.id: clause for clause in profile.clauses}
    for old in before.clauses:
        new = now.get(old.id)
        if new is None:
            yield error("law_lacks", old.id)
        elif _asks_less(new, old):
            yield error("law_loosened", old.id)


def _asks_less(new: Clause, old: Clause) -> bool:
    narrower = any(not new.scope[trait] >= old.scope.get(trait, frozenset()) for trait in new.scope) or bool(
        set(new.scope) - set(old.scope)
    )
    return (
        narrower
        or new.metric != old.metric
        or new.sort != old.sort
        or new.seconds > old.seconds
        or new.calendar != old.calendar
        or bool(new.rests - old.rests)
        or new.due_from != old.due_from
        or not set(new.starts) >= set(old.starts)
        or not set(new.stops) <= set(old.stops)
        or not set(new.voids) <= set(old.voids)
        or new.valid not in (old.valid, Span())
        or new.target < old.target
    )


def _conflicts(profile: Profile, beside: Commitments) -> Iterator[Finding]:
    ours = profile.clocks()
    for at, clause in enumerate(ours):
        for other in ours[at + 1 :]:
            if clause.specific() == other.specific() and _differ(clause, other, beside):
                yield Finding(code="conflict", clause=clause.id, other=other.id)
        for theirs, other in _clocks(beside):
            if theirs.sort == "law" or profile.sort == "law" or not _differ(clause, other, beside):
                continue
            named = f"{theirs.name}.{other.id}"
            if clause.specific() == other.specific():
                yield Finding(code="conflict", clause=clause.id, other=named)
            elif "peak" not in (profile.sort, theirs.sort):
                ours_wins = clause.specific() > other.specific()
                yield Finding(code="overrides" if ours_wins else "overridden", clause=clause.id, other=named)


def _differ(one: Clause, other: Clause, force: Commitments) -> bool:
    """Whether some case is promised two times for one thing by the same event."""
    return (
        one.metric == other.metric
        and bool(set(one.starts) & set(other.starts))
        and overlap(one, other)
        and bool(one.seconds and other.seconds)
        and force.span_of(one) != force.span_of(other)
    )


def _clocks(force: Commitments) -> Iterator[Held]:
    return ((profile, clause) for profile, clause in force.clauses() if clause.sort == Sort.CLOCK)
