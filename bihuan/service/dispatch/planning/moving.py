"""A case is moved on the plan by a person: by drag or by key, at once and through the same doors as everywhere else."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import get_default_timezone, localtime

from bihuan.ground.journal.actions import writing
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.queries import abilities
from bihuan.service.cases.actions import Doer, case_for_change, move_case
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.assigning import REASSIGN, assign, reassign
from bihuan.service.dispatch.booking import rebook
from bihuan.service.dispatch.errors import VisitMoved
from bihuan.service.dispatch.lines import task_of
from bihuan.service.dispatch.models import Assignment, Visit
from bihuan.service.dispatch.placing import give_back, put_in
from bihuan.service.dispatch.planning.errors import MoveImpossible, NotAgreed, NothingMoves, NothingToUndo
from bihuan.service.dispatch.planning.intending import forget_intended, intend
from bihuan.service.dispatch.planning.models import Moved
from bihuan.service.dispatch.planning.standing import standing_of
from bihuan.service.dispatch.planning.versions import hold, hold_to, plan_of
from bihuan.service.dispatch.planning.weighing import Consequence, weigh
from bihuan.service.dispatch.rules import Reason
from bihuan.service.dispatch.slots import Slot, slot_at
from bihuan.service.dispatch.standing_in import stand_in, take_over
from bihuan.service.dispatch.visiting import open_visit, release

TAKEN_BACK, CUSTOMERS_WISH = "other", "customer_wish"


@transaction.atomic
def move(
    viewer: Viewer,
    case: Case,
    *,
    technician_id: int,
    at: datetime,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    words: str = "",
    agreed: bool = False,
    why_not_best: str = "",
) -> Moved:
    """Give a case to a technician at about this time. Refused, with nothing changed, where a rule forbids it, where the
    plan is not the one of `version` any more (None: whichever), where the case stands so already, or where the customer
    must agree first and nobody says that they do (`agreed`). What was agreed stays agreed as long as its slot is the
    same."""
    viewer.must("visit.assign")
    case = case_for_change(case.id)
    standing = standing_of(case)
    weighed = weigh(viewer, case, technician_id=technician_id, at=at, now=now, standing=standing)
    if weighed.slot is None or not weighed.possible:
        raise MoveImpossible(case.number, weighed.technician, weighed.refusal or Reason("no_room"))
    before, doer = standing.told(), Doer.of(viewer)
    day = localtime(weighed.slot.begins).date()
    plan = plan_of(case.node_id, day)
    hold(case.node_id, [day, *_days_of(before)])
    if version is not None:
        hold_to(plan, version)
    if weighed.needs_agreement and not agreed:
        raise NotAgreed(case.number)
    if _stays(before, weighed, technician_id=technician_id):
        raise NothingMoves(case.number)
    with writing():
        if before["slot_from"]:
            _move_agreed(
                case,
                before,
                technician_id=technician_id,
                slot=weighed.slot,
                at=at,
                reason=reason,
                doer=doer,
                now=now,
            )
        else:
            _give(
                case,
                before["technician"],
                technician_id=technician_id,
                reason=reason,
                words=words,
                why_not_best=why_not_best,
                doer=doer,
                now=now,
            )
            assert weighed.begins is not None and weighed.ends is not None
            intend(
                case.id,
                technician_id=technician_id,
                slot=weighed.slot,
                begins=weighed.begins,
                ends=weighed.ends,
                by=doer.by.id,
                now=now,
            )
        return Moved.objects.create(
            plan=plan,
            case=case,
            made_at=now,
            made_by=doer.by.id,
            before=before,
            after=standing_of(case).told(),
        )


@transaction.atomic
def undo(viewer: Viewer, moved_id: int, *, now: datetime) -> Moved:
    """Take one's own move back, if the case still stands where the move put it."""
    viewer.must("visit.assign")
    rows = Moved.objects.select_related("plan", "case").filter(id=moved_id, made_by=Doer.of(viewer).by.id)
    row = rows.first()
    if row is None or (viewer.nodes is not None and row.plan.node_id not in viewer.nodes):
        raise NotFound
    case = case_for_change(row.case_id)
    if not _stands_as(case, row.after):
        raise NothingToUndo
    if not Moved.objects.filter(id=row.id, undone_at=None).update(undone_at=now):
        raise NothingToUndo
    hold(row.plan.node_id, [*_days_of(row.before), *_days_of(row.after)])
    with writing():
        _restore(case, row.before, doer=Doer.of(viewer), now=now)
    return row


def last_move_of(viewer: Viewer, node_id: int) -> Moved | None:
    """This person's last move at a service point that is not taken back yet."""
    rows = Moved.objects.select_related("case").filter(
        plan__node_id=node_id, made_by=Doer.of(viewer).by.id, undone_at=None
    )
    return rows.order_by("-id").first()


def _stays(before: dict[str, Any], weighed: Consequence, *, technician_id: int) -> bool:
    """Whether the case stands already as it would after the move."""
    assert weighed.slot is not None and weighed.begins is not None and weighed.ends is not None
    moments = (weighed.slot.begins, weighed.slot.ends, weighed.begins, weighed.ends)
    opens, closes, begins, ends = (int(each.timestamp()) for each in moments)
    if before["technician"] != technician_id:
        return False
    if before["slot_from"]:
        return (before["slot_from"], before["arrives"]) == (opens, begins)
    return before["meant"] == [opens, closes, begins, ends]  # type: ignore[no-any-return]


def _days_of(told: dict[str, Any]) -> list[date]:
    """The days on which a case has its time, or is meant to be done."""
    begins = [told["slot_from"], *(told["meant"] or ())[:1]]
    return [localtime(_moment(each)).date() for each in begins if each]


def _stands_as(case: Case, then: dict[str, Any]) -> bool:
    """Whether a case still stands so; within its slot an agreed visit may have made room for others since."""
    now = standing_of(case).told()
    return all(now[each] == then[each] for each in ("technician", "slot_from", "meant"))


def _move_agreed(
    case: Case,
    stands: dict[str, Any],
    *,
    technician_id: int,
    slot: Slot,
    at: datetime,
    reason: str,
    doer: Doer,
    now: datetime,
) -> None:
    """A visit whose time is agreed: to somebody else, to another slot, to both, or earlier or later within its slot."""
    visit = _booked(case)
    by_customer = reason == CUSTOMERS_WISH
    if stands["technician"] != technician_id and slot.begins != visit.slot_from:
        take_over(
            visit,
            slot,
            technician_id=technician_id,
            reason=reason,
            doer=doer,
            now=now,
            by_customer=by_customer,
        )
    elif stands["technician"] != technician_id:
        stand_in(
            visit,
            absent_id=visit.technician_id,
            technician_id=technician_id,
            reason=reason,
            doer=doer,
            now=now,
        )
    elif slot.begins != visit.slot_from:
        rebook(visit, slot, reason=reason, doer=doer, now=now, by_customer=by_customer)
    else:
        mine = next(
            one for one in abilities(frozenset({visit.technician.node_id})) if one.id == technician_id
        )
        give_back(visit.id, technician_id=technician_id)
        task = task_of(case, whole=case.mate_person_id is not None)
        put_in(mine, slot, task, visit_id=visit.id, now=now, near=at)


def _give(
    case: Case,
    standing: int,
    *,
    technician_id: int,
    reason: str,
    words: str,
    why_not_best: str,
    doer: Doer,
    now: datetime,
) -> None:
    """A case without an agreed time: to somebody, or to somebody else."""
    if not standing:
        assign(
            case, technician_id=technician_id, by_choice=True, why_not_best=why_not_best, doer=doer, now=now
        )
    elif standing != technician_id:
        reassign(
            case,
            technician_id=technician_id,
            reason=reason,
            words=words,
            by_choice=True,
            why_not_best=why_not_best,
            doer=doer,
            now=now,
        )


def _restore(case: Case, before: dict[str, Any], *, doer: Doer, now: datetime) -> None:
    if before["slot_from"]:
        slot = slot_at(_moment(before["slot_from"]), get_default_timezone())
        assert slot is not None
        _move_agreed(
            case,
            standing_of(case).told(),
            technician_id=before["technician"],
            slot=slot,
            at=_moment(before["arrives"]),
            reason=TAKEN_BACK,
            doer=doer,
            now=now,
        )
        return
    if before["technician"]:
        _give(
            case,
            standing_of(case).technician_id,
            technician_id=before["technician"],
            reason=TAKEN_BACK,
            words="",
            why_not_best="",
            doer=doer,
            now=now,
        )
    else:
        release(case, state=Assignment.WITHDRAWN, reason=TAKEN_BACK, words="", doer=doer, now=now)
        move_case(case, REASSIGN, doer=doer, now=now, reason=TAKEN_BACK)
    forget_intended(case.id)
    if before["meant"]:
        opens, closes, begins, ends = (_moment(each) for each in before["meant"])
        intend(
            case.id,
            technician_id=before["technician"],
            slot=Slot(opens, closes),
            begins=begins,
            ends=ends,
            by=doer.by.id,
            now=now,
        )


def _booked(case: Case) -> Visit:
    visit = open_visit(case.id)
    if visit is None or visit.state != Visit.BOOKED:
        raise VisitMoved(case.number)
    return visit


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
