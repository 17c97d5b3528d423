"""What if: the cases of a month reckoned again as if another profile had been in force. Changes no promise.

The work is done in chunks, at first by whoever asks and then by the clock; what is done is written on the row of the
question, so that it may be interrupted, goes on where it stopped and can be opened again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import monotonic

from django.db.models import F, QuerySet
from django.utils.timezone import get_default_timezone, make_aware

from bihuan.registers.access.errors import NotAllowed, NotFound
from bihuan.registers.access.queries import viewer_of_id
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.events import CaseGraded
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import visible
from bihuan.service.commitments.as_if import AsIf, by_start
from bihuan.service.commitments.chains import stories_of
from bihuan.service.commitments.clause import Commitments, Profile
from bihuan.service.commitments.errors import NoSuchMonth, NoSuchProfile
from bihuan.service.commitments.ledger import Happened, derived, fold
from bihuan.service.commitments.models import ProfileVersion, Promise, WhatIf
from bihuan.service.commitments.profiles_in_use import (
    calendar_in_force,
    commitments_in_force,
    pace_of,
    profile_at,
)
from bihuan.service.commitments.tallying import Comparison, Verdict, read_comparison
from bihuan.service.commitments.traits import traits_of

CHUNK = 100  # cases
FIRST_YEAR = 2000
ROUND_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question as a page shows it, with what was found so far."""

    row: WhatIf
    found: Comparison

    @property
    def is_ready(self) -> bool:
        return self.row.state == WhatIf.READY


def profiles_to_try() -> list[tuple[str, int, Profile]]:
    """Every stored base profile in each of its versions that has nothing left to fill in, newest first."""
    rows = ProfileVersion.objects.filter(sort="base").order_by("name", "-version")
    stored = [profile_at(name, version) for name, version in rows.values_list("name", "version")]
    return [(one.name, one.version, one) for one in stored if not one.placeholders()]


def ask(viewer: Viewer, profile: str, version: int, month: date, *, now: datetime) -> WhatIf:
    """Begin a what-if of this viewer's cases opened in a month (any day of it); NoSuchProfile when the profile is not
    stored or has something left to fill in, NoSuchMonth when it has not begun."""
    viewer.must("figures.read")
    if not FIRST_YEAR <= month.year <= now.year + 1 or _window(month)[0] > now:
        raise NoSuchMonth
    if not any((name, number) == (profile, version) for name, number, _ in profiles_to_try()):
        raise NoSuchProfile
    if viewer.person_id is None or viewer.node_id is None:
        raise NotAllowed("figures.read")
    row = WhatIf(
        profile=profile,
        version=version,
        month=month.replace(day=1),
        by_id=viewer.person_id,
        node_id=viewer.node_id,
        at=now,
    )
    row.total = _cases(viewer, row.month).count()
    row.save()
    return row


def _cases(viewer: Viewer, month: date) -> QuerySet[Case]:
    since, until = _window(month)
    return visible(viewer).filter(opened_at__gte=since, opened_at__lt=until)


def _window(month: date) -> tuple[datetime, datetime]:
    following = (month + timedelta(days=32)).replace(day=1)
    first, after = (make_aware(datetime.combine(day, time())) for day in (month, following))
    return first, after


def carry_on_what_ifs(now: datetime) -> int:
    """A sweep: carry on the questions that wait, for a second at most. Returns how many cases were reckoned."""
    ends, done = monotonic() + ROUND_SECONDS, 0
    for row in WhatIf.objects.filter(state=WhatIf.WAITING).order_by("at", "id"):
        try:
            done += carry_on(row, now=now, seconds=ends - monotonic())
        except Exception:  # one question that cannot be answered keeps no other from being so
            WhatIf.objects.filter(id=row.id).update(state=WhatIf.FAILED, ended_at=now)
            raise
        if monotonic() >= ends:
            break
    return done


def carry_on(row: WhatIf, *, now: datetime, seconds: float) -> int:
    """Reckon chunk after chunk of one question, for so long. Of two at the same chunk one counts. Returns how many
    cases were reckoned."""
    ends, done = monotonic() + seconds, 0
    viewer = viewer_of_id(row.by_id)
    while row.state == WhatIf.WAITING and monotonic() < ends:
        cases = list(
            _cases(viewer, row.month)
            .filter(id__gt=row.reached)
            .select_related("customer")
            .order_by("id")[:CHUNK]
        )
        mine = WhatIf.objects.filter(id=row.id, reached=row.reached, state=WhatIf.WAITING)
        if not cases:
            mine.update(state=WhatIf.READY, ended_at=now)
        else:
            found = read_comparison(json.loads(row.found))
            reckon(cases, commitments_with(row.profile, row.version), found, at=row.at)
            told = json.dumps(found.as_told(), ensure_ascii=False)
            mine.update(found=told, done=F("done") + len(cases), reached=cases[-1].id)
            done += len(cases)
        row.refresh_from_db()
    return done


def commitments_with(name: str, version: int) -> Commitments:
    """All that is in force, but with this profile as the base."""
    force = commitments_in_force()
    profiles = (profile_at(name, version), *(one for one in force.profiles if one.sort != "base"))
    codes = {clause.calendar for profile in profiles for clause in profile.clocks()}
    paces = {code: pace_of(calendar_in_force(code)) for code in sorted(codes)}
    return Commitments(profiles=profiles, paces=paces)


def reckon(cases: Sequence[Case], commitments: Commitments, found: Comparison, *, at: datetime) -> None:
    """Add these cases to a comparison: what was promised and how it stands at a moment, and what would have been."""
    heard = {pattern.kind for profile in commitments.profiles for pattern in profile.patterns()}
    stories = stories_of([case.chain_id for case in cases], heard)
    was = _as_it_was(cases, at)
    started = by_start(commitments)
    for case in cases:
        story = stories.get(case.chain_id, [])
        would = _as_it_would_be(case, story, commitments, started, at)
        found.add(case.id, case.number, was.get(case.id, []), would)


def _as_it_was(cases: Sequence[Case], at: datetime) -> dict[int, list[Verdict]]:
    told: dict[int, list[Verdict]] = {}
    rows = Promise.objects.filter(case_id__in=[case.id for case in cases]).order_by("case_id", "id")
    for case_id, metric, state, due_at in rows.values_list("case_id", "about", "state", "due_at"):
        over = state == Promise.RUNNING and due_at is not None and due_at < at
        told.setdefault(case_id, []).append((metric, Promise.BROKEN if over else state))
    return told


def _as_it_would_be(
    case: Case,
    story: list[Happened],
    commitments: Commitments,
    started: Mapping[str, Commitments],
    at: datetime,
) -> list[Verdict]:
    graded = any(told.kind == CaseGraded.kind for told in story)
    traits = dict(traits_of(case, commitments.traits_asked()))
    if graded:
        traits["grade"] = frozenset({"general"})  # what every case is until somebody says otherwise
    choice = AsIf(
        commitments=commitments,
        calendar_of=calendar_in_force,
        traits=traits,
        zone=get_default_timezone(),
        started=started,
    )
    ledger = fold(story, choice)
    return [(line.clause.metric, derived(line, ledger.rests, now=at).state) for line in ledger.lines]


def what_ifs(viewer: Viewer, limit: int = 20) -> list[WhatIf]:
    """The questions this viewer asked, and of whoever sees the whole company all, newest first."""
    return list(_asked(viewer).select_related("by").order_by("-at", "-id")[:limit])


def what_if(viewer: Viewer, what_if_id: int) -> Asked:
    """One question; the same refusal whether there is none or it is somebody else's."""
    viewer.must("figures.read")
    row = _asked(viewer).select_related("by").filter(id=what_if_id).first()
    if row is None:
        raise NotFound
    return Asked(row=row, found=read_comparison(json.loads(row.found)))


def _asked(viewer: Viewer) -> QuerySet[WhatIf]:
    rows = WhatIf.objects.all()
    return rows if viewer.nodes is None else rows.filter(by_id=viewer.person_id)
