"""待办: what waits for one person, whatever room it comes from: one statement a source, one list by time left.

A case that somebody put off is left out until its moment; never while a promise of it is broken or at risk.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.timezone import get_default_timezone, localdate

from bihuan.ground.journal.models import Entry
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.consulting import waiting_for_support
from bihuan.service.cases.handing_over import Handed, to_take
from bihuan.service.cases.mentioning import unread
from bihuan.service.cases.models import Case, Tick
from bihuan.service.cases.needs import Need
from bihuan.service.cases.queries import visible
from bihuan.service.cases.snoozing import PutOff, put_off_by
from bihuan.service.cases.writing_up import APPROVERS
from bihuan.service.commitments.queries import PromiseView, open_promises
from bihuan.service.commitments.rules import Light
from bihuan.service.complaints.models import OfficialNotice
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.improvement.models import Proposal
from bihuan.service.improvement.rules import day_window
from bihuan.service.intake.calls.queries import ring_backs_for
from bihuan.service.satisfaction.queries import callbacks_due

SHOWN = 100  # of one source; the soonest
PRESSING = (Light.AT_RISK, Light.BROKEN)
NEVER_PUT_OFF = frozenset({"offers", "jobs", "visits"})  # others wait for the answer
SILENT_AFTER = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One thing that waits: from which source, about which case, until when. `row` is what it was read from.

    `promise`: the soonest promise of the case; `put_off`: it was put off, and is shown because it presses.
    """

    source: str
    row: Any
    case: Case | None
    due_at: datetime | None
    promise: PromiseView | None = None
    put_off: PutOff | None = None

    @property
    def presses(self) -> bool:
        return self.promise is not None and self.promise.light in PRESSING


@dataclass(frozen=True, kw_only=True)
class Todo:
    """The list, and what is put off and waits for its moment."""

    waiting: list[Waiting]
    put_off: list[Waiting]

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in self.waiting:
            found[one.source] = found.get(one.source, 0) + 1
        return found


type Source = Callable[[Viewer, datetime], Iterable[Waiting]]


def todo_of(viewer: Viewer, *, now: datetime) -> Todo:
    """Everything that waits for this person, the least time left first."""
    found = [one for source in SOURCES.values() for one in source(viewer, now)]
    cases = {one.case.id for one in found if one.case is not None}
    promises = open_promises(cases, now=now) if cases else {}
    put_off = put_off_by(viewer.person_id, now=now)
    told = [_told(one, promises, put_off) for one in found]
    hidden = [one for one in told if one.put_off is not None and not one.presses]
    shown = [one for one in told if one.put_off is None or one.presses]
    return Todo(waiting=sorted(shown, key=_order(now)), put_off=sorted(hidden, key=_order(now)))


def _told(one: Waiting, promises: dict[int, list[PromiseView]], put_off: dict[int, PutOff]) -> Waiting:
    if one.case is None:
        return one
    held = [each for each in promises.get(one.case.id, []) if not each.quiet and each.due_at is not None]
    soonest = (
        next((each for each in held if each.clause == "callback"), None)
        if one.source == "callbacks"
        else None
    )
    soonest = soonest or (held[0] if held else None)
    due = one.due_at or (soonest.due_at if soonest else None)
    off = None if one.source in NEVER_PUT_OFF else put_off.get(one.case.id)
    return replace(one, promise=soonest, due_at=due, put_off=off)


def _order(now: datetime) -> Callable[[Waiting], tuple[bool, datetime, int]]:
    ranks = {source: at for at, source in enumerate(SOURCES)}
    return lambda one: (one.due_at is None, one.due_at or now, ranks[one.source])


def _of_cases(source: str, rows: QuerySet[Case]) -> Iterator[Waiting]:
    for case in rows.order_by("next_due_at", "id")[:SHOWN]:
        yield Waiting(source=source, row=case, case=case, due_at=None)


def _through_case(source: str, rows: QuerySet[Any], due: str) -> Iterator[Waiting]:
    for row in rows[:SHOWN]:
        yield Waiting(source=source, row=row, case=row.case, due_at=getattr(row, due) if due else None)


def _mine(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    if viewer.may("case.own"):
        yield from _of_cases("mine", visible(viewer).filter(open=True, owner_id=viewer.person_id))


def _proposed(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    if viewer.may("case.own"):
        yield from _of_cases("proposed", Case.objects.filter(open=True, next_owner_id=viewer.person_id))


def _offers(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    if viewer.may("offer.answer"):
        rows = Offer.objects.filter(state=Offer.OPEN).select_related("case")
        rows = rows if viewer.nodes is None else rows.filter(node_id__in=viewer.nodes)
        yield from _through_case("offers", rows.order_by("answer_by", "id"), "answer_by")


def _to_assign(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    if viewer.may("visit.assign"):
        yield from _of_cases("to_assign", visible(viewer).filter(open=True, stands_at="to_assign"))


def _to_offer(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    if Role.DISPATCHER in viewer.roles:
        asked = Offer.objects.filter(case=OuterRef("pk"), state=Offer.OPEN)
        waits = visible(viewer).filter(~Exists(asked), open=True, stands_at="to_accept")
        yield from _of_cases("to_offer", waits)


def _jobs(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    if viewer.may("visit.answer"):
        rows = Assignment.objects.filter(
            state=Assignment.OFFERED, technician__person_id=viewer.person_id or 0
        ).select_related("case")
        yield from _through_case("jobs", rows.order_by("answer_by", "id"), "answer_by")


def _visits(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    """Today's, and earlier ones that are not finished."""
    if viewer.may("visit.work"):
        until = day_window(localdate(now), get_default_timezone()).until
        rows = Visit.objects.filter(
            technician__person_id=viewer.person_id or 0, state__in=Visit.OPEN, slot_from__lt=until
        ).select_related("case")
        yield from _through_case("visits", rows.order_by("slot_from", "id"), "slot_until")


def _callbacks(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    if viewer.may("callback.work"):
        rows = callbacks_due(viewer).filter(Q(holder_id=viewer.person_id) | Q(holder__isnull=True))
        yield from _through_case("callbacks", rows.order_by("opened_at", "id"), "")


def _officials(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    """What authorities want answered: to whoever answers for the case, to supervisors all of it."""
    if viewer.may("complaint.official"):
        rows = OfficialNotice.objects.filter(answered_at__isnull=True, case__in=visible(viewer))
        if Role.SUPERVISOR not in viewer.roles:
            rows = rows.filter(Q(case__owner_id=viewer.person_id) | Q(case__owner__isnull=True))
        yield from _through_case(
            "officials", rows.select_related("case").order_by("answer_by", "id"), "answer_by"
        )


def _mentions(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    rows = unread(viewer.person_id or 0).filter(case__in=visible(viewer))
    yield from _through_case("mentions", rows.order_by("at", "id"), "")


def _support(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    if viewer.may("support.answer"):
        yield from _through_case("support", waiting_for_support(viewer).order_by("asked_at", "id"), "")


def _approvals(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    """Plans that are written and not approved."""
    if viewer.roles & APPROVERS:
        ticks = Tick.objects.filter(case_id=OuterRef("id"))
        waits = Exists(ticks.filter(need=Need.PLAN_WRITTEN)), ~Exists(ticks.filter(need=Need.PLAN_APPROVED))
        yield from _of_cases("approvals", visible(viewer).filter(*waits, open=True))


def _hand_overs(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    for row in to_take(viewer)[:SHOWN]:
        yield Waiting(source="hand_overs", row=row, case=None, due_at=row.made_at)


def _improvements(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    if viewer.may("improvement.write"):
        rows = Proposal.objects.filter(owner_id=viewer.person_id).exclude(phase=Proposal.ENDED)
        for row in rows.order_by("due_on", "id")[:SHOWN]:
            until = day_window(row.due_on, get_default_timezone()).until
            yield Waiting(source="improvements", row=row, case=None, due_at=until)


def _ring_backs(viewer: Viewer, now: datetime) -> Iterator[Waiting]:
    """Customers to be rung: those whom this person took, and those whom nobody took yet."""
    if viewer.may("call.take"):
        for row in ring_backs_for(viewer)[:SHOWN]:
            yield Waiting(source="ring_backs", row=row, case=None, due_at=row.due_at)


SOURCES: dict[str, Source] = {
    "hand_overs": _hand_overs,
    "offers": _offers,
    "jobs": _jobs,
    "visits": _visits,
    "mine": _mine,
    "proposed": _proposed,
    "callbacks": _callbacks,
    "ring_backs": _ring_backs,
    "officials": _officials,
    "support": _support,
    "approvals": _approvals,
    "to_offer": _to_offer,
    "to_assign": _to_assign,
    "mentions": _mentions,
    "improvements": _improvements,
}


def silent(viewer: Viewer, *, now: datetime) -> QuerySet[Any]:
    """Open cases whose customers have not heard from us for `SILENT_AFTER` (S3-75, S3-114), each with the moment
    `heard_at`: one's own, for supervisors and managers those of all their nodes. Page by (`heard_at`, `id`)."""
    cases = visible(viewer).filter(open=True, done_at__isnull=True)
    if not viewer.roles & {Role.SUPERVISOR, Role.MANAGER}:
        cases = cases.filter(owner_id=viewer.person_id)
    told = Entry.objects.filter(subject_id=OuterRef("id"))
    spoken = told.filter(kind="case.contacted")
    written = told.filter(kind="notice.sent", body__contains='"about":"progress"')
    opened = F("opened_at")
    heard = Greatest(Coalesce(_newest(spoken), opened), Coalesce(_newest(written), opened))
    return (
        cases.filter(opened_at__lt=now - SILENT_AFTER)
        .annotate(heard_at=heard)
        .filter(heard_at__lt=now - SILENT_AFTER)
    )


def _newest(entries: QuerySet[Entry]) -> Subquery:
    newest = entries.order_by().values("subject_id").annotate(last=Max("happened_at")).values("last")
    return Subquery(newest, output_field=DateTimeField())


def pressing_for(viewer: Viewer, *, now: datetime) -> list[Handed]:
    """What presses on somebody at this moment, for the note to the next shift: promises broken and at risk, urgent
    cases, callbacks they took. Each case once, for the gravest reason."""
    found: dict[int, Handed] = {}
    mine = list(
        Case.objects.filter(open=True, owner_id=viewer.person_id).order_by("next_due_at", "id")[:SHOWN]
    )
    promises = open_promises([case.id for case in mine], now=now)
    for case in mine:
        held = [one for one in promises.get(case.id, []) if not one.quiet]
        lights = {one.light for one in held}
        due = next((one.due_at for one in held if one.due_at is not None), None)
        why = "broken" if Light.BROKEN in lights else "at_risk" if Light.AT_RISK in lights else ""
        why = why or ("urgent" if case.urgency == "urgent" else "")
        if why:
            found[case.id] = Handed(case_id=case.id, why=why, due_at=due)
    if viewer.may("callback.work"):
        for row in callbacks_due(viewer, held_by=viewer.person_id or 0)[:SHOWN]:
            found.setdefault(row.case_id, Handed(case_id=row.case_id, why="callback"))
    return list(found.values())
