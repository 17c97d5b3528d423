"""A profile read from its TOML text, or refused with every fault it has. Pure."""

import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from bihuan.ground.process.card import Said
from bihuan.service.cases.rules import LABELS
from bihuan.service.commitments.clause import (
    ALWAYS_VALID,
    REST_REASONS,
    SCOPES,
    Again,
    Clause,
    Profile,
    RungRule,
    Sort,
    Span,
)
from bihuan.service.commitments.pattern import Pattern, read_pattern

SORTS = ("base", "overlay", "peak", "law")
STATISTICS = re.compile(r"max|mean|rate|p\d\d?")
_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
_LENGTH = re.compile(r"(\d+) ?(s|min|h|d)")
_GIVEN_UP = "dispatch.withdrawn"  # texts of the first shape name it among the stops
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_CODE = re.compile(r"[a-z0-9_]{1,40}")
_PLACEHOLDER = re.compile(r"XX")
_SAID = ("title", "text", "criterion", "evidence")
_PLAIN = (
    "calendar",
    "due_from",
    "public",
    "kept_when_live",
    "outlives",
    "ladder",
    "compensate",
    "same",
    "source",
    "of",
    "statistic",
    "target",
    "every",
)
_YES_OR_NO = frozenset({"public", "kept_when_live", "outlives"})


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text: a code that `words` turns into a sentence, and what the sentence names."""

    code: str
    about: str = ""
    what: str = ""


class ProfileRefused(ValueError):
    """The text is no sound profile; `faults` says what is wrong, one after the other."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{one.code}: {one.about} {one.what}".strip() for one in self.faults))


class _Unreadable(ValueError):
    def __init__(self, code: str, what: object = "") -> None:
        super().__init__(code)
        self.code, self.what = code, str(what)[:200]


@lru_cache(maxsize=64)  # whoever loads or activates one reads the same text again
def read_profile(text: str) -> Profile:
    """The profile that this text describes; ProfileRefused with every fault it has.

    A text without `sort` is of the first shape: its clauses run on after the case ended unless they say otherwise.
    """
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise ProfileRefused([Fault("not_toml", what=str(fault)[:200])]) from fault
    lacking = [
        Fault("lacks", what=key) for key in ("name", "version", "title_zh", "title_en") if key not in told
    ]
    if lacking or not isinstance(told["version"], int) or not isinstance(told.get("clauses", {}), dict):
        raise ProfileRefused(lacking or [Fault("lacks", what="version")])
    if not isinstance(told.get("ladders", {}), dict):
        raise ProfileRefused([Fault("no_ladder", "ladders", str(told["ladders"])[:40])])
    faults: list[Fault] = []
    valid = _read(faults, "", lambda: _span(told.get("valid", {}))) or ALWAYS_VALID
    clauses: list[Clause | None] = [
        _read(faults, name, lambda name=name, body=body: _clause(name, body, valid, first="sort" not in told))
        for name, body in told.get("clauses", {}).items()
    ]
    ladders = {
        name: _read(faults, name, lambda rungs=rungs: tuple(map(_rung, rungs))) or ()
        for name, rungs in told.get("ladders", {}).items()
    }
    profile = Profile(
        name=str(told["name"]),
        version=told["version"],
        title=Said(zh=str(told["title_zh"]), en=str(told["title_en"])),
        sort=str(told.get("sort", "base")),
        clauses=tuple(clause for clause in clauses if clause is not None),
        ladders=ladders,
        valid=valid,
        source=str(told.get("source", "")),
        degrees=str(told.get("degrees", "four")),
    )
    if profile.degrees not in LABELS:
        faults.append(Fault("unknown_words", "degrees", profile.degrees[:40]))
    faults += _faults(profile)
    if faults:
        raise ProfileRefused(faults)
    return profile


def _read[T](faults: list[Fault], about: str, part: Any) -> T | None:
    """What a part of the text says; a fault of that part is put beside the others."""
    try:
        found: T = part()
    except _Unreadable as fault:
        faults.append(Fault(fault.code, about, fault.what))
    except (TypeError, ValueError, AttributeError, KeyError, OverflowError) as fault:
        faults.append(Fault("unreadable", about[:40], str(fault)[:200]))
    else:
        return found
    return None


def length(words: object) -> int:
    """Seconds of a length such as "30 min", "2 h", "7 d" or a whole number of seconds."""
    if isinstance(words, int) and not isinstance(words, bool) and words >= 0:
        return words
    found = _LENGTH.fullmatch(str(words))
    if found is None:
        raise _Unreadable("no_length", words)
    return int(found[1]) * _UNITS[found[2]]


def _clause(name: str, body: Mapping[str, Any], valid: Span, *, first: bool) -> Clause:
    told = dict(body)
    blank = " ".join(f"{key} {value}" for key, value in told.items() if _PLACEHOLDER.search(str(value)))
    said: dict[str, Any] = {key: _said(told, key) for key in _SAID}
    patterns: dict[str, Any] = {
        key: _patterns(told.pop(key, [])) for key in ("starts", "stops", "voids", "breaks")
    }
    patterns["voids"] += tuple(one for one in patterns["stops"] if str(one) == _GIVEN_UP)
    patterns["stops"] = tuple(one for one in patterns["stops"] if str(one) != _GIVEN_UP)
    if first:
        told.setdefault("outlives", "case.closed" not in map(str, patterns["stops"]))
    within = told.pop("within", told.pop("seconds", 0))
    plain: dict[str, Any] = {key: _plain(key, told.pop(key)) for key in _PLAIN if key in told}
    clause = Clause(
        id=name,
        metric=str(told.pop("metric", name)),
        sort=Sort(told.pop("sort", "clock")),
        again=Again(told.pop("again", "stays")),
        seconds=0 if _PLACEHOLDER.search(str(within)) else length(within),
        warn_at=_fractions(told.pop("warn_at", 0.75)),
        rests=_rests(told.pop("rests", True)),
        notify=tuple(_list(told.pop("notify", ["owner", "supervisor"]))),
        scope={trait: frozenset(_list(values)) for trait, values in told.pop("scope", {}).items()},
        valid=_span(told.pop("valid")) if "valid" in told else valid,
        placeholder=blank,
        **said,
        **patterns,
        **plain,
    )
    if told:
        raise _Unreadable("unknown_words", ", ".join(sorted(told)))
    return clause


def _said(told: dict[str, Any], key: str) -> Said:
    return Said(zh=str(told.pop(f"{key}_zh", "")), en=str(told.pop(f"{key}_en", "")))


def _plain(key: str, value: object) -> object:
    """A word as it stands, if it is of the sort that its place needs."""
    if key == "target":
        if _PLACEHOLDER.search(str(value)):
            return 0.0
        fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    else:
        fits = isinstance(value, bool if key in _YES_OR_NO else str)
    if not fits:
        raise _Unreadable("unreadable", f"{key} = {value}"[:80])
    return value


def _rung(body: Mapping[str, Any]) -> RungRule:
    told = dict(body)
    rung = RungRule(
        level=int(told.pop("level")),
        who=tuple(_list(told.pop("who"))),
        after_seconds=length(told.pop("after", 0)),
        since=str(told.pop("since", "broken")),
        channels=tuple(_list(told.pop("channels", ["page"]))),
        repeat_seconds=length(told.pop("repeat", 0)),
        times=int(told.pop("times", 1)),
        hours=str(told.pop("hours", "cn-office")),
        at_once=_yes_or_no(told.pop("at_once", False)),
    )
    if told:
        raise _Unreadable("unknown_words", ", ".join(sorted(told)))
    return rung


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Unreadable("unreadable", str(value)[:80])
    return value


def _patterns(texts: object) -> tuple[Pattern, ...]:
    try:
        return tuple(read_pattern(text) for text in _list(texts))
    except ValueError as fault:
        raise _Unreadable("no_pattern", fault) from fault


def _fractions(told: object) -> tuple[float, ...]:
    values = tuple(float(one) for one in told) if isinstance(told, list) else (float(str(told)),)
    if list(values) != sorted(set(values)) or any(not 0 < one < 1 for one in values):
        raise _Unreadable("warn_at", told)
    return values


def _rests(told: object) -> frozenset[str]:
    if isinstance(told, bool):
        return REST_REASONS if told else frozenset()
    reasons = frozenset(_list(told))
    if unknown := reasons - REST_REASONS:
        raise _Unreadable("no_rest", ", ".join(sorted(unknown)))
    return reasons


def _span(told: Mapping[str, Any]) -> Span:
    days = {key: told.get(key) for key in ("from", "until")}
    for day in days.values():
        if day is not None and type(day) is not date:
            raise _Unreadable("no_date", day)
    if days["from"] and days["until"] and days["from"] > days["until"]:
        raise _Unreadable("backwards", f"{days['from']} – {days['until']}")
    return Span(begins=days["from"], ends=days["until"])


def _list(value: object) -> list[str]:
    if not isinstance(value, list):
        raise _Unreadable("no_list", value)
    return [str(item) for item in value]


def _faults(profile: Profile) -> Iterator[Fault]:
    if not _NAME.fullmatch(profile.name):
        yield Fault("no_name", what=profile.name)
    if profile.sort not in SORTS:
        yield Fault("no_sort", what=profile.sort)
    if profile.sort == "peak" and None in (profile.valid.begins, profile.valid.ends):
        yield Fault("peak_undated")
    for clause in profile.clauses:
        yield from _faults_of(clause)
        if clause.ladder and clause.ladder not in profile.ladders:
            yield Fault("no_ladder", clause.id, clause.ladder)
    for name, rungs in profile.ladders.items():
        levels = [rung.level for rung in rungs]
        if not levels or levels != sorted(set(levels)):
            yield Fault("levels", name)
        for rung in rungs:
            if (
                rung.since not in {"broken", "began"}
                or rung.times < 1
                or (rung.times > 1) != bool(rung.repeat_seconds)
            ):
                yield Fault("rung", name, str(rung.level))


def _faults_of(clause: Clause) -> Iterator[Fault]:
    if not (_CODE.fullmatch(clause.id) and _CODE.fullmatch(clause.metric)):
        yield Fault("no_code", clause.id, clause.metric)
    if not (clause.title.zh and clause.title.en):
        yield Fault("no_title", clause.id)
    if unknown := set(clause.scope) - set(SCOPES):
        yield Fault("no_scope", clause.id, ", ".join(sorted(unknown)))
    if clause.sort == Sort.CLOCK:
        if not clause.starts or not clause.stops:
            yield Fault("no_events", clause.id)
        if bool(clause.seconds) == bool(clause.due_from) and not clause.placeholder:
            yield Fault("no_time", clause.id)
    elif clause.sort == Sort.RATE:
        if not clause.of or not STATISTICS.fullmatch(clause.statistic) or clause.statistic == "max":
            yield Fault("no_rate", clause.id)
        if not (clause.target or clause.seconds or clause.placeholder):
            yield Fault("no_target", clause.id)
    elif not (clause.text.zh and clause.text.en):
        yield Fault("no_text", clause.id)
