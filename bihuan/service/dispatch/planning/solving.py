"""Another plan of a day, sought by the worker: in short turns, so that other tasks come through, and with the best so
far on the row, so that it can be looked at, stopped and gone on with.

The same seed over the same day gives the same plan: turns are counted in rounds of the search, not in seconds. A large
day is searched by as many threads as there are cores; with another number of them the plan may be another.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef
from django.tasks import task
from django.utils.timezone import localdate, make_aware

from bihuan.ground.routing.compiled import COMPILES
from bihuan.ground.routing.explain import Explaining
from bihuan.ground.routing.model import Id, Problem
from bihuan.ground.routing.plans import Plan, manner_for, solve
from bihuan.ground.routing.policies import POLICIES
from bihuan.ground.routing.search import Budget
from bihuan.ground.routing.turns import solve_in_turns
from bihuan.ground.worktime import clock
from bihuan.service.cases.models import Case
from bihuan.service.commitments.queries import open_promises
from bihuan.service.dispatch.choosing import crew_of
from bihuan.service.dispatch.grabs.models import Round
from bihuan.service.dispatch.models import Assignment
from bihuan.service.dispatch.planning import judging, reasoning
from bihuan.service.dispatch.planning.errors import PlanMoved
from bihuan.service.dispatch.planning.intending import as_told, intended_on
from bihuan.service.dispatch.planning.models import Change, DayPlan, Intended, Proposal
from bihuan.service.dispatch.planning.standing import standings_of
from bihuan.service.dispatch.planning.translating import Morning, morning_of
from bihuan.service.dispatch.planning.versions import hold_to
from bihuan.service.dispatch.planning.weighing import BY_ARRIVAL, BY_DONE, room_for
from bihuan.service.dispatch.travelling.providing import provider

TURNS = 10
ROUNDS_A_JOB, MOST_ROUNDS = 400, 40_000  # of one turn
PLAIN = 40  # times slower without a compiler
TRIES = 3  # to find a plan that can be booked as it is
COOLER = 0.6  # each turn begins as much less hot than the one before
SLICE_SECONDS = 2.0
LEASE = timedelta(minutes=2)
MOST_CASES = 1_000
WAITS = ("to_assign", "to_book")

log = logging.getLogger(__name__)


@task()
def solve_soon(proposal_id: int) -> None:
    """Called by the engine of tasks, as often as it likes; other tasks come through between the slices."""
    if carry_on(proposal_id, now=clock.now(), seconds=SLICE_SECONDS):
        solve_soon.enqueue(proposal_id)


def wake_proposals(now: datetime) -> int:
    """A sweep: hand on the proposals that should be solved and stand still. Returns how many."""
    still = list(
        Proposal.objects.filter(state=Proposal.SOLVING, moved_at__lt=now - LEASE).order_by("id")[:20]
    )
    for row in still:
        if Proposal.objects.filter(id=row.id, moved_at=row.moved_at).update(moved_at=now):
            solve_soon.enqueue(row.id)
    return len(still)


def end_past(now: datetime) -> int:
    """A sweep: what was proposed for a day that is over waits for no answer any more. Returns how many."""
    waits = Proposal.objects.filter(
        state__in=(Proposal.SOLVING, Proposal.READY), plan__day__lt=localdate(now)
    )
    return waits.update(state=Proposal.OVER, ended_at=now)


def carry_on(proposal_id: int, *, now: datetime, seconds: float) -> bool:
    """Search for so many seconds, one turn at least. Returns whether there is more to do."""
    row = Proposal.objects.select_related("plan").filter(id=proposal_id, state=Proposal.SOLVING).first()
    if row is None or _waits_for_the_day_before(row):
        return False
    try:
        return _Solving(row, now).carry_on(ends=monotonic() + seconds)
    except OperationalError:  # a database that is busy or away: the sweep comes again
        log.warning("Proposal %s waits for the database.", proposal_id)
        return False
    except Exception as error:  # one day that cannot be planned keeps no other from being so
        log.warning("Proposal %s cannot be solved: %s.", proposal_id, type(error).__qualname__)
        mine = Proposal.objects.filter(id=proposal_id, state=Proposal.SOLVING)
        if mine.update(state=Proposal.FAILED, ended_at=now):
            wake_following(row)
        return False


def wake_following(row: Proposal) -> None:
    """This day is not sought any more: those after it, which were asked for together with it, need not wait."""
    for following in _asked_together(row).filter(state=Proposal.SOLVING).order_by("plan__day"):
        solve_soon.enqueue(following.id)


def _asked_together(row: Proposal) -> Any:
    """The proposals that were asked for in one go, for several days of a service point."""
    return Proposal.objects.filter(
        plan__node_id=row.plan.node_id, asked_at=row.asked_at, asked_by=row.asked_by, without=row.without
    )


def _waits_for_the_day_before(row: Proposal) -> bool:
    """What a day takes is not planned again on the next, so the days come one after the other."""
    return bool(_asked_together(row).filter(plan__day__lt=row.plan.day, state=Proposal.SOLVING).exists())


@dataclass
class _Solving:
    row: Proposal
    now: datetime
    barred: set[tuple[Id, int]] = field(
        default_factory=set
    )  # cases and technicians for whom no time can be booked

    def carry_on(self, *, ends: float) -> bool:
        self._begin_anew_where_the_day_moved()
        self.policy = POLICIES[self.row.policy]
        self.morning = self._morning(self.row.without)
        if not self.row.gain:
            self._write(gain={"before": self._before()})
        while True:
            turn = self.row.progress * TURNS // 100
            plan = self._turn(turn)
            if turn + 1 == TURNS:
                return self._finish(self._bookable(plan, turn))
            written = self._write(
                progress=100 * (turn + 1) // TURNS,
                best={"orders": judging.orders_of(plan)} | self._figures(self.morning, plan),
            )
            if not written or monotonic() >= ends:
                return written

    def _begin_anew_where_the_day_moved(self) -> None:
        if self.row.plan.version != self.row.base_version:
            self._write(base_version=self.row.plan.version, progress=0, best={}, gain={})

    def _write(self, **told: Any) -> bool:
        """Keep how far it is, unless it was stopped or somebody else went on with it."""
        told["moved_at"] = self.now
        mine = Proposal.objects.filter(
            id=self.row.id,
            state=Proposal.SOLVING,
            progress=self.row.progress,
            base_version=self.row.base_version,
        )
        if not mine.update(**told):
            return False
        for name, value in told.items():
            setattr(self.row, name, value)
        return True

    def _turn(self, turn: int) -> Plan:
        """One turn of the search, from the best so far."""
        problem, last = self.morning.problem, turn + 1 == TURNS
        reasons_for = None if last else ()
        start = dict(self.row.best.get("orders", [])) or self.morning.start
        budget, seed = Budget(rounds=rounds_for(problem)), self.row.seed * TURNS + turn
        usual = manner_for(problem)
        manner = replace(usual, hot=max(usual.cold, usual.hot * COOLER**turn))
        found = solve(
            problem,
            self.policy,
            budget,
            seed=seed,
            threads=threads(),
            start=start,
            manner=manner,
            reasons_for=reasons_for,
        )
        if turn:
            return found
        promised_first = solve_in_turns(
            problem, self.policy, budget, seed=seed, start=start, reasons_for=reasons_for
        )
        return min(found, promised_first, key=lambda plan: judging.cost_of(self.morning, self.policy, plan))

    def _bookable(self, plan: Plan, turn: int) -> Plan:
        """The engine knows hours and ways less exactly than a booking: where that finds no place for a change, the
        turn is searched again without it."""
        for _ in range(TRIES):
            refused = self._refused(plan)
            if not refused:
                break
            self.barred |= refused
            self.morning = self.morning.without_pairs(refused)
            plan = self._turn(turn)
        return plan

    def _refused(self, plan: Plan) -> set[tuple[Id, int]]:
        """The changes that cannot be applied as the day stands: case and technician."""
        standing = judging.as_it_stands(self.morning, self.policy)
        changes = [
            one
            for one in judging.differences(self.morning, standing, plan)
            if one.technician != one.was  # whom it stands with is not taken from it
        ]
        cases = [self.morning.cases[one.case_id] for one in changes]
        self.crew.read_about(cases)
        stand = standings_of(cases)
        return {
            (one.case_id, one.technician)
            for one, case in zip(changes, cases, strict=True)
            if room_for(
                case,
                stand[case.id],
                technician_id=one.technician,
                at=self.morning.at(one.begins),
                crew=self.crew,
            ).fit
            is None
        }

    def _finish(self, plan: Plan) -> bool:
        """Write down what is other than the day as it stands, if the day is still the one that was planned."""
        standing = judging.as_it_stands(self.morning, self.policy)
        changes = list(judging.differences(self.morning, standing, plan))
        explaining = Explaining(self.morning.problem, self.policy, plan)
        rows = [self._change(one, explaining) for one in changes]
        after = self._figures(self.morning, plan)
        left = [
            reasoning.left_told(self.morning, one, self.barred)
            for one in plan.unserved
            if one.job.id in self.morning.cases
        ]
        try:
            with transaction.atomic():
                hold_to(self.row.plan, self.row.base_version)
                written = self._write(
                    state=Proposal.READY,
                    progress=100,
                    ended_at=self.now,
                    best=after,
                    gain=self.row.gain | {"after": after},
                    left=left,
                )
                if written:
                    Change.objects.bulk_create(rows)
        except PlanMoved:
            return True  # the next slice begins anew
        if written:
            wake_following(self.row)
        return False

    def _change(self, one: judging.Difference, explaining: Explaining) -> Change:
        slot = self.morning.slot_at(one.begins)
        assert slot is not None
        told = explaining.assigned(one.case_id)
        assert told is not None
        return Change(
            proposal=self.row,
            case_id=one.case_id,
            from_technician_id=one.was,
            technician_id=one.technician,
            from_begins=self.morning.at(one.was_begins) if one.was_begins is not None else None,
            begins=self.morning.at(one.begins),
            slot_from=slot.begins,
            extra=told.cost.travel,
            because=reasoning.because(self.morning, told),
        )

    def _before(self) -> dict[str, int]:
        """The day as it stands, with everybody."""
        morning = self._morning(()) if self.row.without else self.morning
        return self._figures(morning, judging.as_it_stands(morning, self.policy))

    def _figures(self, morning: Morning, plan: Plan) -> dict[str, int]:
        return asdict(judging.figures_of(morning, plan, self._promised(morning)))

    def _promised(self, morning: Morning) -> judging.Promised:
        """What was promised for this day at the latest and is still open, in seconds of the day."""
        found: dict[int, tuple[int | None, int | None]] = {}
        ids = [case.id for case in morning.cases.values()]
        for case_id, promises in open_promises(ids, now=self.row.asked_at).items():
            ends = [_by(promises, sorts, morning.midnight) for sorts in (BY_ARRIVAL, BY_DONE)]
            if any(one is not None for one in ends):
                found[case_id] = ends[0], ends[1]
        return found

    def _morning(self, without: Sequence[int]) -> Morning:
        """The day as it was when the proposal was asked for."""
        plan, now = self.row.plan, self.row.asked_at
        self.crew = crew_of(frozenset({plan.node_id}), now=now)
        meant = intended_on([one.id for one in self.crew.abilities], plan.day)
        cases = list(waiting_for(plan, taken=self._taken()))
        morning = morning_of(
            self.crew,
            plan.day,
            cases=cases,
            matrix=provider(now=now).matrix,
            intended=as_told(meant),
            without=without,
        )
        asked = Assignment.objects.filter(case__in=cases, state__in=Assignment.STANDING)
        return _with_whom(morning, dict(asked.values_list("case_id", "technician_id")))

    def _taken(self) -> list[int]:
        """What the days before take that were asked for together with this one."""
        before = _asked_together(self.row).filter(plan__day__lt=self.row.plan.day)
        return list(Change.objects.filter(proposal__in=before).values_list("case_id", flat=True))


def waiting_for(plan: DayPlan, *, taken: Sequence[int] = ()) -> Any:
    """The cases of a service point that have no agreed time, and are not meant for another day."""
    grabbable = Exists(Round.objects.filter(case=OuterRef("pk"), state=Round.OPEN))
    begins = make_aware(datetime.combine(plan.day, time()))
    elsewhere = Intended.objects.filter(case=OuterRef("pk")).exclude(
        begins__gte=begins, begins__lt=begins + timedelta(days=1)
    )
    rows = Case.objects.select_related("place", "customer", "node").filter(
        open=True, node_id=plan.node_id, stands_at__in=WAITS
    )
    return (
        rows.exclude(grabbable)
        .exclude(Exists(elsewhere))
        .exclude(id__in=taken)
        .order_by("next_due_at", "id")[:MOST_CASES]
    )


def _with_whom(morning: Morning, asked: dict[int, int]) -> Morning:
    """That another technician comes than was asked is a change, also where no time is meant yet."""
    jobs = tuple(
        replace(job, was=asked.get(morning.cases[job.id].id))
        if job.id in morning.open and job.was is None
        else job
        for job in morning.problem.jobs
    )
    return replace(morning, problem=replace(morning.problem, jobs=jobs))


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads() -> int:
    """How many threads may search side by side."""
    return max(1, min(cores(), settings.BIHUAN_PLAN_THREADS))


def rounds_for(problem: Problem) -> int:
    """How many rounds one turn has."""
    rounds = min(MOST_ROUNDS, ROUNDS_A_JOB * max(1, len(problem.jobs)))
    return rounds if COMPILES else max(1, rounds // PLAIN)


def _by(promises: Sequence[Any], sorts: frozenset[str], midnight: int) -> int | None:
    ends = [
        int(one.due_at.timestamp()) - midnight
        for one in promises
        if one.about in sorts and one.due_at is not None and one.broken_at is None
    ]
    return min((end for end in ends if end < 86_400), default=None)
