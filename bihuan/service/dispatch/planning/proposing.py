"""What the house proposes for a day: asked for, looked at, applied in whole or in part, or refused with a reason."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.timezone import get_default_timezone

from bihuan.ground.journal.actions import record, writing
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.queries import service_points
from bihuan.registers.staff.queries import abilities
from bihuan.service.cases.actions import Doer
from bihuan.service.dispatch.deciding.models import Override
from bihuan.service.dispatch.errors import ReasonUnknown
from bihuan.service.dispatch.planning.applying import Applying
from bihuan.service.dispatch.planning.errors import (
    NobodyLeft,
    NothingChosen,
    NotOfThisWeek,
    OnlyAQuestion,
    ProposalEnded,
)
from bihuan.service.dispatch.planning.events import ChangeRefused
from bihuan.service.dispatch.planning.models import Change, DayPlan, Proposal
from bihuan.service.dispatch.planning.solving import solve_soon, wake_following
from bihuan.service.dispatch.planning.versions import plan_of
from bihuan.service.dispatch.slots import days_of
from bihuan.service.dispatch.words import OVERRIDE_REASONS

POLICY = "customer_first"


@dataclass(frozen=True, kw_only=True)
class Applied:
    """How many changes were made, and why the others could not be: number of the case, sentence."""

    made: int
    stale: tuple[tuple[str, str], ...]


@transaction.atomic
def ask(
    viewer: Viewer,
    node_id: int,
    days: Iterable[date],
    *,
    now: datetime,
    without: Collection[int] = (),
    seed: int = 1,
) -> list[Proposal]:
    """Ask for another plan of these days of a service point: the worker seeks it, one day after the other, so that what
    the first takes is not planned on the next. `without`: as if these technicians were not there; that answers a
    question and is never applied. An older answer that waits for the same day is overtaken."""
    _may_plan(viewer, node_id)
    wanted = sorted(set(days))
    if not wanted or not set(wanted) <= set(days_of(now, get_default_timezone())):
        raise NotOfThisWeek
    here = {one.id for one in abilities(frozenset({node_id}))}
    absent = sorted(here & set(without))
    if not here - set(absent):
        raise NobodyLeft
    made = [_ask_for(viewer, plan_of(node_id, day), absent, seed=seed, now=now) for day in wanted]
    for one in made:
        transaction.on_commit(lambda proposal_id=one.id: solve_soon.enqueue(proposal_id))  # type: ignore[misc]
    return made


def _ask_for(viewer: Viewer, plan: DayPlan, absent: list[int], *, seed: int, now: datetime) -> Proposal:
    if not absent:
        mine = plan_proposals(plan.id).filter(without=[])
        for older in mine.filter(state=Proposal.SOLVING).select_related("plan"):
            transaction.on_commit(lambda older=older: wake_following(older))  # type: ignore[misc]
        waits = mine.filter(state__in=(Proposal.SOLVING, Proposal.READY))
        waits.update(state=Proposal.OVERTAKEN, ended_at=now)
    return Proposal.objects.create(
        plan=plan,
        base_version=plan.version,
        without=absent,
        policy=POLICY,
        seed=seed,
        asked_at=now,
        moved_at=now,
        asked_by=viewer.person_id or 0,
    )


def _may_plan(viewer: Viewer, node_id: int) -> None:
    """Only where there is such a service point, and for this viewer."""
    viewer.must("visit.assign")
    if viewer.nodes is not None and node_id not in viewer.nodes:
        raise NotFound
    if all(node.id != node_id for node in service_points()):
        raise NotFound


def plan_proposals(plan_id: int) -> QuerySet[Proposal]:
    return Proposal.objects.filter(plan_id=plan_id)


def cancel(viewer: Viewer, proposal_id: int, *, now: datetime) -> None:
    """Stop seeking."""
    row = proposal_of(viewer, proposal_id)
    mine = Proposal.objects.filter(id=row.id, state=Proposal.SOLVING)
    if not mine.update(state=Proposal.CANCELLED, ended_at=now, ended_by=viewer.person_id or 0):
        raise ProposalEnded
    transaction.on_commit(lambda: wake_following(row))


@transaction.atomic
def apply(
    viewer: Viewer, proposal_id: int, change_ids: Collection[int] | None, *, version: int, now: datetime
) -> Applied:
    """Make these changes (None: all that are open) on the version of the day for which they were looked at; PlanMoved
    where anybody changed the day since. What a rule forbids by now is said one by one and not made."""
    row = _to_answer(viewer, proposal_id)
    if row.without:
        raise OnlyAQuestion
    chosen, stale = _chosen(row, change_ids), list[tuple[str, str]]()
    with writing():
        applying = Applying.begin(viewer, row, chosen, version=version, now=now)
        for change in sorted(chosen, key=lambda one: one.begins):
            try:
                with transaction.atomic(), writing():
                    applying.carry_out(change)
            except Refusal as refusal:
                stale.append((applying.cases[change.case_id].number, str(refusal)))
                Change.objects.filter(id=change.id).update(state=Change.STALE, said=str(refusal))
        applying.end()
    _go_on_from_here(row)
    _end_if_answered(row, viewer, now=now)
    return Applied(made=len(chosen) - len(stale), stale=tuple(stale))


@transaction.atomic
def refuse(
    viewer: Viewer, proposal_id: int, change_ids: Collection[int] | None, *, reason: str, now: datetime
) -> int:
    """Say no to these changes (None: to all that are open), and why. Returns how many."""
    if reason not in OVERRIDE_REASONS:
        raise ReasonUnknown
    row = _to_answer(viewer, proposal_id)
    refused, doer = 0, Doer.of(viewer)
    with writing():
        for change in _chosen(row, change_ids):
            mine = Change.objects.filter(id=change.id, state=Change.OPEN)
            if mine.update(state=Change.REFUSED, reason=reason):
                refused += 1
                if not row.without:
                    _keep_refusal(change, reason, doer=doer, now=now)
    _end_if_answered(row, viewer, now=now)
    return refused


def _keep_refusal(change: Change, reason: str, *, doer: Doer, now: datetime) -> None:
    """On the case; where somebody else goes on doing it, a person preferred them to the best, which is measured."""
    told = ChangeRefused(
        subject_id=change.case_id,
        proposal_id=change.proposal_id,
        technician_id=change.technician_id,
        reason=reason,
    )
    record(told, by=doer.by, now=now, chain=change.case.chain_id)
    if change.from_technician_id not in (None, change.technician_id):
        Override.objects.create(
            case_id=change.case_id,
            stage=Override.TECHNICIAN,
            chosen=change.from_technician_id or 0,
            best=change.technician_id,
            place=0,
            reason=reason,
            made_at=now,
            made_by=doer.by.id,
        )


@transaction.atomic
def look_again(viewer: Viewer, proposal_id: int, *, now: datetime) -> int:
    """The day changed since: which open changes still hold? Those that do not say why; the others can be applied to the
    day as it is now. Returns how many still hold."""
    row = _to_answer(viewer, proposal_id)
    hold, open_ = 0, list(_changes(row).filter(state=Change.OPEN))
    applying = Applying.over([change.case for change in open_], viewer, row, now=now)
    for change in open_:
        try:
            applying.room_for(change)
        except Refusal as refusal:
            Change.objects.filter(id=change.id).update(state=Change.STALE, said=str(refusal))
        else:
            hold += 1
    _go_on_from_here(row)
    _end_if_answered(row, viewer, now=now)
    return hold


def _go_on_from_here(row: Proposal) -> None:
    """What is open now belongs to the day as it has just become."""
    now_at = DayPlan.objects.values_list("version", flat=True).get(id=row.plan_id)
    Proposal.objects.filter(id=row.id).update(base_version=now_at)


def _end_if_answered(row: Proposal, viewer: Viewer, *, now: datetime) -> None:
    states = set(_changes(row).values_list("state", flat=True))
    if Change.OPEN in states:
        return
    ended = (
        Proposal.APPLIED
        if Change.APPLIED in states
        else Proposal.REFUSED
        if Change.REFUSED in states
        else Proposal.OVERTAKEN
    )
    mine = Proposal.objects.filter(id=row.id, state=Proposal.READY)
    mine.update(state=ended, ended_at=now, ended_by=viewer.person_id or 0)


def _to_answer(viewer: Viewer, proposal_id: int) -> Proposal:
    row = proposal_of(viewer, proposal_id)
    if not Proposal.objects.filter(id=row.id, state=Proposal.READY).update(state=Proposal.READY):  # our turn
        raise ProposalEnded
    return row


def _changes(row: Proposal) -> QuerySet[Change]:
    return Change.objects.select_related("case__place", "case__customer", "case__node").filter(proposal=row)


def _chosen(row: Proposal, change_ids: Collection[int] | None) -> list[Change]:
    """In the order in which every action locks cases: by number."""
    rows = _changes(row).filter(state=Change.OPEN)
    if change_ids is not None:
        rows = rows.filter(id__in=list(change_ids))
    found = list(rows.order_by("case_id"))
    if not found:
        raise NothingChosen
    return found


def proposal_of(viewer: Viewer, proposal_id: int) -> Proposal:
    """One proposal of a service point of this viewer."""
    viewer.must("visit.assign")
    row = Proposal.objects.select_related("plan__node").filter(id=proposal_id).first()
    if row is None or (viewer.nodes is not None and row.plan.node_id not in viewer.nodes):
        raise NotFound
    return row


def proposals_at(viewer: Viewer, node_id: int, *, at_most: int = 20) -> list[Proposal]:
    """What was asked for at a service point, newest first."""
    _may_plan(viewer, node_id)
    rows = Proposal.objects.select_related("plan").filter(plan__node_id=node_id)
    return list(rows.order_by("-asked_at", "plan__day", "-id")[:at_most])


def asked_together(row: Proposal) -> list[Proposal]:
    """This one and those for other days of the service point that were asked for in the same go, by day."""
    rows = Proposal.objects.select_related("plan").filter(
        plan__node_id=row.plan.node_id, asked_at=row.asked_at, asked_by=row.asked_by
    )
    return [one for one in rows.order_by("plan__day", "id") if one.without == row.without]


def changes_of(row: Proposal) -> Sequence[Change]:
    """Every difference, in the order of the day."""
    rows = Change.objects.select_related(
        "case__place", "case__node", "technician__person", "from_technician__person"
    )
    return list(rows.filter(proposal=row).order_by("begins", "id"))


def has_moved(row: Proposal) -> bool:
    """Whether anybody changed the day since the proposal was made or looked at again."""
    return row.base_version != DayPlan.objects.values_list("version", flat=True).get(id=row.plan_id)


def answers_at(viewer: Viewer, node_id: int, *, since: datetime) -> dict[tuple[str, str], int]:
    """What became of the changes proposed at a service point since then: (state, reason) → how many."""
    _may_plan(viewer, node_id)
    rows = Change.objects.filter(
        proposal__plan__node_id=node_id, proposal__asked_at__gte=since, proposal__without=[]
    ).exclude(state=Change.OPEN)
    counted = rows.order_by().values_list("state", "reason").annotate(count=Count("id"))
    return {(state, reason): count for state, reason, count in counted}
