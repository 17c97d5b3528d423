"""How large a profile may be, so that everything it promises can be counted and told. Pure; asked when one is stored.

What is stored already stays readable: promises were made under it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import get_type_hints

from bihuan.ground.journal.event import Event
from bihuan.service.commitments.clause import Clause, Profile, RungRule, Sort
from bihuan.service.commitments.reading import Fault

TEXT = 200_000  # characters of a whole profile
CLAUSES = 200
LADDERS = 50
STEPS = 20  # of one ladder
LEVEL = 99
TIMES = 100
PAUSE_SECONDS = 60  # at least, between two tellings
SECONDS = 3660 * 86_400  # ten years
WARNINGS = 20
TITLE = 200
WORDS = 4000
VERSION = 99_999_999
PROMISED = "promise."  # what happens to promises begins and ends none


def out_of_bounds(profile: Profile, events: Mapping[str, type[Event]]) -> Iterator[Fault]:
    """Everything in a profile that is too large, or counts on a number where an event has none."""
    if isinstance(profile.version, bool) or not 1 <= profile.version <= VERSION:
        yield Fault("too_much", "version", str(profile.version)[:20])
    if max(len(profile.title.zh), len(profile.title.en), len(profile.source)) > TITLE:
        yield Fault("too_much", "title", f"{profile.title.zh[:20]} …")
    if not profile.clauses:
        yield Fault("lacks", what="clauses")
    if len(profile.clauses) > CLAUSES or len(profile.ladders) > LADDERS:
        yield Fault("too_much", profile.name, f"{len(profile.clauses)} + {len(profile.ladders)}")
        return
    for clause in profile.clauses:
        yield from _clause(clause)
        yield from _numbers(clause, events)
    for name, rungs in profile.ladders.items():
        if len(rungs) > STEPS:
            yield Fault("too_much", name[:40], str(len(rungs)))
            continue
        for rung in rungs:
            yield from _rung(name[:40], rung)


def _clause(clause: Clause) -> Iterator[Fault]:
    if clause.seconds > SECONDS:
        yield Fault("too_much", clause.id, f"{clause.seconds} s"[:20])
    if len(clause.warn_at) > WARNINGS:
        yield Fault("too_much", clause.id, str(len(clause.warn_at)))
    said = (clause.text, clause.criterion, clause.evidence)
    if any(len(one.zh) > WORDS or len(one.en) > WORDS for one in said):
        yield Fault("too_much", clause.id, "text")
    if max(len(clause.title.zh), len(clause.title.en), len(clause.source), len(clause.compensate)) > TITLE:
        yield Fault("too_much", clause.id, f"{clause.title.zh[:20]} …")


def _rung(name: str, rung: RungRule) -> Iterator[Fault]:
    for what, value, lowest, highest in (
        ("level", rung.level, 1, LEVEL),
        ("times", rung.times, 1, TIMES),
        ("after", rung.after_seconds, 0, SECONDS),
        ("repeat", rung.repeat_seconds, PAUSE_SECONDS if rung.repeat_seconds else 0, SECONDS),
    ):
        if not lowest <= value <= highest:
            yield Fault("too_much", name, f"{what} {value}"[:40])
    if not rung.who:
        yield Fault("rung_tells_nobody", name, str(rung.level))


def _numbers(clause: Clause, events: Mapping[str, type[Event]]) -> Iterator[Fault]:
    """A due time, what is the same, and what is at least so much are numbers in every event that says them."""
    if clause.sort != Sort.CLOCK:
        return
    for pattern in clause.patterns():
        event = events.get(pattern.kind)
        if event is None:
            continue
        if pattern.kind.startswith(PROMISED):
            yield Fault("no_event_kind", clause.id, pattern.kind)
        hints = get_type_hints(event)
        known = {field.name for field in fields(event)}
        counted = {one.field for one in pattern.conditions if one.sign == ">="}
        if pattern in clause.starts:
            counted |= {clause.due_from, clause.same} - {""}
        for field in sorted(counted):
            if field not in known:
                yield Fault("no_event_field", clause.id, f"{pattern.kind} {field}"[:80])
            elif hints[field] is not int:
                yield Fault("no_number", clause.id, f"{pattern.kind} {field}")
