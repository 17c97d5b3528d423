"""A commitment profile as lines of a page or a file: its clauses, rates, conduct and ladders in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from bihuan.ground.worktime.queries import all_calendars
from bihuan.ground.worktime.shipped import SHIPPED
from bihuan.service.cases.words import said
from bihuan.service.commitments.clause import Clause, Profile, RungRule, Sort
from bihuan.service.commitments.clause_words import (
    length_words,
    patterns_words,
    rate_words,
    rests_words,
    scope_words,
    share_words,
    time_words,
    trait_words,
)
from bihuan.service.commitments.differing import Change, Difference
from bihuan.web.look.export import Column
from bihuan.web.look.words import date_words
from bihuan.web.managers.settings_choices import ROLES

SORTS: dict[str, Lazy] = {
    "base": pgettext_lazy("sort of profile", "Base"),
    "overlay": pgettext_lazy("sort of profile", "Overlay"),
    "peak": pgettext_lazy("sort of profile", "Peak season"),
    "law": pgettext_lazy("sort of profile", "Law"),
}
PEOPLE: dict[str, Lazy] = {
    "owner": gettext_lazy("whoever owns the case"),
    "owner_supervisor": gettext_lazy("the owner's supervisor"),
    "service_point": gettext_lazy("the service point"),
    "technician": gettext_lazy("the technician"),
}
PERIODS: dict[str, Lazy] = {
    "week": gettext_lazy("week by week"),
    "month": gettext_lazy("month by month"),
    "quarter": gettext_lazy("quarter by quarter"),
    "year": gettext_lazy("year by year"),
}
CALENDARS: dict[str, Lazy] = {
    "24x7": gettext_lazy("around the clock"),
    "cn-office": gettext_lazy("in office hours"),
    "cn-workdays": gettext_lazy("on working days"),
    "cn-contact": gettext_lazy("in contact hours"),
    "cn-field": gettext_lazy("in hours for visits"),
}
CHANGES: dict[str, Lazy] = {
    Change.ADDED: pgettext_lazy("difference", "added"),
    Change.GONE: pgettext_lazy("difference", "gone"),
    Change.STRICTER: pgettext_lazy("difference", "stricter"),
    Change.LOOSER: pgettext_lazy("difference", "looser"),
    Change.CHANGED: pgettext_lazy("difference", "otherwise"),
    Change.SAME: pgettext_lazy("difference", "same"),
}
ASPECTS: dict[str, Lazy] = {
    "scope": gettext_lazy("for which cases"),
    "calendar": gettext_lazy("calendar"),
    "starts": gettext_lazy("when it starts"),
    "stops": gettext_lazy("when it stops"),
    "voids": gettext_lazy("when it falls away"),
    "breaks": gettext_lazy("when it is broken at once"),
    "again": gettext_lazy("what a second start does"),
    "rests": gettext_lazy("when it rests"),
    "warn_at": gettext_lazy("when it warns"),
    "notify": gettext_lazy("who is told"),
    "ladder": gettext_lazy("ladder"),
    "public": gettext_lazy("told to customers"),
    "kept_when_live": gettext_lazy("kept by a live call"),
    "outlives": gettext_lazy("runs on after the end"),
    "same": gettext_lazy("what it belongs to"),
    "compensate": gettext_lazy("compensation"),
    "valid": gettext_lazy("validity"),
    "placeholder": gettext_lazy("something to be filled in"),
    "text": gettext_lazy("wording"),
    "statistic": gettext_lazy("how it is measured"),
}


LADDERS: dict[str, Lazy] = {
    "standard": pgettext_lazy("ladder", "ordinary"),
    "urgent": pgettext_lazy("ladder", "urgent cases"),
    "second_time": pgettext_lazy("ladder", "second handling"),
    "third_chase": pgettext_lazy("ladder", "third chase"),
    "until_accepted": pgettext_lazy("ladder", "until somebody accepts"),
    "fast_team": pgettext_lazy("ladder", "fast team"),
    "hard": pgettext_lazy("ladder", "hard problems"),
}  # those that ship; a ladder of the company's own is called as its profile calls it


@dataclass(frozen=True, kw_only=True)
class ClauseLine:
    """One clause, every cell in words."""

    id: str
    sort: str
    title: str
    scope: str
    time: str
    calendar: str
    starts: Sequence[str] = ()
    stops: Sequence[str] = ()
    voids: Sequence[str] = ()
    breaks: Sequence[str] = ()
    rests: str = ""
    warns: str = ""
    told: str = ""
    ladder: str = ""
    ladder_title: str = ""
    public: bool = False
    source: str = ""
    text: str = ""
    criterion: str = ""
    evidence: str = ""


def clause_line(clause: Clause, calendars: Mapping[str, str]) -> ClauseLine:
    shared: dict[str, Any] = {
        "id": clause.id,
        "sort": str(clause.sort),
        "title": said(clause.title),
        "scope": scope_words(clause),
        "public": clause.public,
        "source": clause.source,
    }
    if clause.sort == Sort.RATE:
        every = str(PERIODS.get(clause.every, clause.every))
        return ClauseLine(time=rate_words(clause), calendar=every, **shared)
    if clause.sort == Sort.CONDUCT:
        words: dict[str, Any] = {
            name: said(getattr(clause, name)) for name in ("text", "criterion", "evidence")
        }
        return ClauseLine(time="", calendar="", **words, **shared)
    return ClauseLine(
        time=time_words(clause),
        calendar="" if clause.due_from else calendars.get(clause.calendar, clause.calendar),
        starts=patterns_words(clause.starts),
        stops=patterns_words(clause.stops),
        voids=patterns_words(clause.voids),
        breaks=patterns_words(clause.breaks),
        rests=rests_words(clause),
        warns=listed(share_words(share) for share in clause.warn_at) if clause.notify else "",
        told=listed(map(person_words, clause.notify)),
        ladder=clause.ladder,
        ladder_title=str(LADDERS.get(clause.ladder, clause.ladder)),
        **shared,
    )


def listed(words: Any) -> str:
    return pgettext("between names", ", ").join(words)


def person_words(code: str) -> str:
    return str(PEOPLE.get(code) or ROLES.get(code) or code)


def calendar_names() -> dict[str, str]:
    """Each calendar by the name that the company gave it; those that ship in the reader's language."""
    shipped = {card.code: card.name for card in SHIPPED}
    return {
        card.code: str(CALENDARS[card.code])
        if card.code in CALENDARS and card.name == shipped.get(card.code)
        else card.name
        for card in all_calendars()
    }


def rung_words(rung: RungRule) -> str:
    """One step of a ladder as a sentence."""
    told = {
        "who": listed(map(person_words, rung.who)),
        "after": length_words(rung.after_seconds),
        "repeat": length_words(rung.repeat_seconds),
        "times": rung.times,
    }
    if rung.since == "began":
        words = (
            _("%(who)s: %(after)s after the clock starts")
            if rung.after_seconds
            else _("%(who)s: as soon as the clock starts")
        ) % told
    else:
        words = (
            _("%(who)s: %(after)s after the breach") if rung.after_seconds else _("%(who)s: at the breach")
        ) % told
    if rung.repeat_seconds:
        words += _("; again every %(repeat)s, %(times)s times in all") % told
    if "sms" in rung.channels:
        words += _("; by SMS too") if "page" in rung.channels else _("; by SMS")
    return words + (_("; at any hour") if rung.at_once else _("; in office hours"))


def ladder_lines(profile: Profile) -> list[tuple[str, str, list[tuple[int, str]], list[str]]]:
    """(name, its title, its steps, the titles of the clauses that climb it)."""
    return [
        (
            name,
            str(LADDERS.get(name, name)),
            [(rung.level, rung_words(rung)) for rung in rungs],
            list(dict.fromkeys(said(one.title) for one in profile.clauses if one.ladder == name)),
        )
        for name, rungs in profile.ladders.items()
    ]


def matrix_rows(
    profile: Profile, found: Mapping[str, Mapping[str, Sequence[Clause]]], calendars: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Of each metric its title and, for each urgency, (time, calendar, for which cases) of what such cases get."""
    rows = []
    for metric, by_urgency in found.items():
        first = next(clause for clause in profile.clocks() if clause.metric == metric)
        cells = []
        for urgency, clauses in by_urgency.items():
            told = [
                (
                    time_words(one),
                    calendars.get(one.calendar, one.calendar) if one.seconds else "",
                    _whom(one),
                )
                for one in clauses
            ]
            cells.append((trait_words("urgency", urgency), told))
        same = all(told == cells[0][1] for _urgency, told in cells)
        rows.append({"title": said(first.title), "cells": cells[:1] if same else cells, "same": same})
    return rows


def _whom(clause: Clause) -> str:
    """Which cases besides their urgency, and under which condition it begins."""
    from_scope = scope_words(clause, without="urgency")
    narrow = patterns_words(clause.starts) if all(one.conditions for one in clause.starts) else []
    return " · ".join([part for part in (from_scope, *narrow) if part])


def validity(profile: Profile) -> str:
    begins, ends = profile.valid.begins, profile.valid.ends
    if begins is None and ends is None:
        return ""
    return f"{date_words(begins) if begins else '…'} – {date_words(ends) if ends else '…'}"


def difference_line(one: Difference, calendars: Mapping[str, str]) -> dict[str, Any]:
    """One difference as a row: what it is about, both times, and what else is not the same."""
    sides = {
        "old": clause_line(one.old, calendars) if one.old else None,
        "new": clause_line(one.new, calendars) if one.new else None,
    }
    return {
        "change": str(one.change),
        "word": str(CHANGES[one.change]),
        "title": said(one.clause.title),
        "sort": str(one.clause.sort),
        "scope": scope_words(one.clause),
        "aspects": listed(str(ASPECTS[name]) for name in one.aspects),
        **sides,
    }


CLAUSE_COLUMNS: tuple[Column[ClauseLine], ...] = (
    Column(gettext_lazy("Clause"), lambda line: line.id),
    Column(gettext_lazy("Promise"), lambda line: line.title),
    Column(gettext_lazy("For which cases"), lambda line: line.scope),
    Column(gettext_lazy("What is promised"), lambda line: line.time or line.text),
    Column(gettext_lazy("Calendar"), lambda line: line.calendar),
    Column(gettext_lazy("Starts when"), lambda line: " / ".join(line.starts)),
    Column(gettext_lazy("Stops when"), lambda line: " / ".join(line.stops)),
    Column(gettext_lazy("Rests"), lambda line: line.rests),
    Column(gettext_lazy("Warns at"), lambda line: line.warns),
    Column(gettext_lazy("Who is told"), lambda line: line.told),
    Column(gettext_lazy("Ladder"), lambda line: line.ladder),
    Column(gettext_lazy("Judged by"), lambda line: line.criterion),
    Column(gettext_lazy("Evidence"), lambda line: line.evidence),
    Column(gettext_lazy("Told to customers"), lambda line: line.public),
    Column(pgettext_lazy("of a clause", "Source"), lambda line: line.source),
)
DIFFERENCE_COLUMNS: tuple[Column[dict[str, Any]], ...] = (
    Column(gettext_lazy("Promise"), lambda row: row["title"]),
    Column(gettext_lazy("For which cases"), lambda row: row["scope"]),
    Column(gettext_lazy("Difference"), lambda row: row["word"]),
    Column(gettext_lazy("First profile"), lambda row: _side(row["old"])),
    Column(gettext_lazy("Second profile"), lambda row: _side(row["new"])),
    Column(gettext_lazy("What else differs"), lambda row: row["aspects"]),
)


def _side(line: ClauseLine | None) -> str:
    return (
        "" if line is None else " · ".join(part for part in (line.time or line.text, line.calendar) if part)
    )
