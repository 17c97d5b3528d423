"""Every night the promises are reckoned a second time, from the journal, and the rows must say the same.

A night goes through the cases with an open promise or one that ended lately, a batch a round; where it stopped is
written down, so that any number of clocks may share it, die in it and go on. A difference is a finding for a person,
who may have the row written anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.timezone import localtime

from bihuan.ground.journal.actions import hold_chain, record
from bihuan.ground.journal.event import Actor
from bihuan.registers.access.errors import NotFound
from bihuan.service.cases.models import Case
from bihuan.service.commitments.comparing import COMPARED, Compared, Round, compare
from bihuan.service.commitments.ending import drop_rungs
from bihuan.service.commitments.errors import NothingToMend
from bihuan.service.commitments.events import PromiseMended
from bihuan.service.commitments.hearing import refresh_next_due
from bihuan.service.commitments.models import Difference, Promise, ReplayNight
from bihuan.service.commitments.reckoning import clock_again, rests_of, rests_of_cases, worked_of
from bihuan.service.commitments.rules import until

BEGINS_AT = 2  # o'clock, in the zone of the installation
LOOKS_BACK = timedelta(days=40)
CHAINS_A_ROUND = 20
ROUND_SECONDS = 1.0  # so that no breach waits long for its announcement


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What a replay came to."""

    checked: int = 0
    different: int = 0
    withdrawn: int = 0

    def plus(self, found: Round) -> "Replayed":
        return Replayed(
            checked=self.checked + len(found.compared),
            different=self.different + len(found.different()),
            withdrawn=self.withdrawn + found.withdrawn,
        )


def replay_nightly(now: datetime) -> str:
    """A sweep: carry on the second reckoning of this night, batch after batch, for a second at most. Returns how
    many promises it has looked at, while it is at it."""
    local = localtime(now)
    if local.hour < BEGINS_AT:
        return ""
    night, _ = ReplayNight.objects.get_or_create(day=local.date(), defaults={"began_at": now})
    ends = monotonic() + ROUND_SECONDS
    while night.ended_at is None and monotonic() < ends:
        _carry_on(night, now=now)
        night.refresh_from_db()
    return "" if night.ended_at else str(night.checked)


def _carry_on(night: ReplayNight, *, now: datetime) -> None:
    """One batch of a night; of two clocks at the same batch one does it."""
    cases = _cases(_ring(now), after=night.reached)
    mine = ReplayNight.objects.filter(id=night.id, reached=night.reached, ended_at__isnull=True)
    if not cases:
        mine.update(ended_at=now)
        return
    fill_worked_seconds(cases)
    found = compare(cases, now=now)
    with transaction.atomic():
        if mine.update(
            reached=cases[-1],
            checked=F("checked") + len(found.compared),
            withdrawn=F("withdrawn") + found.withdrawn,
        ):
            different = keep_findings(found, now=now)
            ReplayNight.objects.filter(id=night.id).update(different=F("different") + different)


def replay_all(*, now: datetime, everything: bool) -> Replayed:
    """Reckon anew the promises of the ring, or all there ever were, and keep what differs."""
    rows = Promise.objects.all() if everything else _ring(now)
    came_to, reached = Replayed(), 0
    while cases := _cases(rows, after=reached):
        fill_worked_seconds(cases)
        found = compare(cases, now=now)
        with transaction.atomic():
            different = keep_findings(found, now=now)
        whole = came_to.plus(found)
        came_to = Replayed(
            checked=whole.checked, different=came_to.different + different, withdrawn=whole.withdrawn
        )
        reached = cases[-1]
    return came_to


def _ring(now: datetime) -> QuerySet[Promise]:
    return Promise.objects.filter(Q(open=True) | Q(ended_at__gte=now - LOOKS_BACK))


def _cases(rows: QuerySet[Promise], *, after: int) -> list[int]:
    found = rows.filter(case_id__gt=after).order_by("case_id").values_list("case_id", flat=True)
    return list(found.distinct()[:CHAINS_A_ROUND])


def fill_worked_seconds(case_ids: Sequence[int]) -> None:
    """What the clocks of these cases showed at their end, where a row of the time before the ledger does not say."""
    lacking = Promise.objects.filter(
        case_id__in=case_ids, ended_at__isnull=False, worked_seconds__isnull=True
    )
    rests = rests_of_cases(case_ids)
    for row in lacking:
        if row.ended_at is not None:
            worked = worked_of(row, row.ended_at, until(rests.get(row.case_id, []), row.ended_at))
            Promise.objects.filter(id=row.id, worked_seconds__isnull=True).update(worked_seconds=worked)


def keep_findings(found: Round, *, now: datetime) -> int:
    """Write down what differs and settle what agrees again. Whatever seems to differ is
    looked at once more with its story held, for it may just be changing. Returns how many promises differ."""
    surely: list[Compared] = []
    for case_id in sorted({one.row.case_id for one in found.different()}):
        hold_chain(Case.objects.values_list("chain_id", flat=True).get(id=case_id))
        surely += compare([case_id], now=now).different()
    for one in surely:
        _note(one, now=now)
    _settle([one.row.id for one in found.compared], surely, now=now)
    return len(surely)


def _note(one: Compared, *, now: datetime) -> None:
    for column in one.differing:
        stored, derived = one.both(column)
        Difference.objects.update_or_create(
            promise_id=one.row.id,
            field=column,
            settled_at=None,
            defaults={"stored": stored, "derived": derived},
            create_defaults={"stored": stored, "derived": derived, "found_at": now},
        )


def _settle(looked_at: Iterable[int], differing: Sequence[Compared], *, now: datetime) -> None:
    still = {(one.row.id, column) for one in differing for column in one.differing}
    noted = Difference.objects.filter(promise_id__in=list(looked_at), settled_at__isnull=True)
    agreeing = [
        id for id, *which in noted.values_list("id", "promise_id", "field") if tuple(which) not in still
    ]
    Difference.objects.filter(id__in=agreeing).update(settled_at=now)


@transaction.atomic
def mend(promise_id: int, *, by: Actor, now: datetime) -> tuple[str, ...]:
    """Write into the row of a promise what the journal says. Returns the columns that differed; NothingToMend when
    none does, or when no entry of its case's chain made it.

    What is due and not yet announced is announced by the next sweep, as ever.
    """
    held = Promise.objects.filter(id=promise_id).values_list("case_id", flat=True).first()
    if held is None:
        raise NotFound
    case = Case.objects.get(id=held)
    hold_chain(case.chain_id)
    found = compare([case.id], now=now)
    [one] = [one for one in found.compared if one.row.id == promise_id]
    if not one.differing or one.derived is None:
        raise NothingToMend
    _write(one, now=now)
    columns = tuple(sorted(one.differing))
    mended = PromiseMended(subject_id=case.id, promise_id=promise_id, clause=one.row.clause, columns=columns)
    record(mended, by=by, now=now, chain=case.chain_id)
    Difference.objects.filter(promise_id=promise_id, settled_at__isnull=True).update(settled_at=now)
    refresh_next_due(case.id)
    return columns


def _write(one: Compared, *, now: datetime) -> None:
    row, must = one.row, one.derived
    assert must is not None
    noticed = row.state == Promise.BROKEN
    for column in COMPARED:
        setattr(row, column, getattr(must, column))
    row.open = must.ended_at is None
    if row.open and must.state == Promise.BROKEN and not noticed:  # the sweep announces it
        row.state, row.broken_at = Promise.RUNNING, None
    if noticed and row.state != Promise.BROKEN:
        drop_rungs([row], now=now)
    running = row.state == Promise.RUNNING
    row.warn_next_at = clock_again(row, rests_of(row.case_id)).warn_next_at if running else None
    row.save(update_fields=[*COMPARED, "open", "warn_next_at"])


def unsettled(limit: int = 100) -> list[Difference]:
    """The differences that still stand, oldest first."""
    rows = Difference.objects.filter(settled_at__isnull=True).select_related("promise__case")
    return list(rows.order_by("found_at", "id")[:limit])


def is_in_agreement() -> bool:
    """Whether no difference stands."""
    return not Difference.objects.filter(settled_at__isnull=True).exists()


def last_night() -> ReplayNight | None:
    """The newest night that was begun."""
    return ReplayNight.objects.order_by("-day").first()
