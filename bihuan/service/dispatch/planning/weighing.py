"""What follows if a case goes to a technician at a time: told before anything is done, by the rules that will do it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.timezone import get_default_timezone, localtime

from bihuan.ground.process.card import Said
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.queries import Ability
from bihuan.service.cases.models import Case
from bihuan.service.commitments.queries import open_promises
from bihuan.service.dispatch.choosing import Crew, crew_of, worker_for, workers_for
from bihuan.service.dispatch.fitting import SPARE, Fit, Held, Line
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.planning.standing import Standing, standing_of
from bihuan.service.dispatch.rules import Choice, Reason
from bihuan.service.dispatch.slots import Slot, days_of, shift_end, slots_on

BY_ARRIVAL, BY_DONE = (
    frozenset({"visit"}),
    frozenset({"solve", "platform_day"}),
)  # promises, by what ends them
MINUTE = 60


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Another visit that begins at another time, still in its slot."""

    case_number: str
    before: datetime
    after: datetime


@dataclass(frozen=True, kw_only=True)
class Late:
    """A visit that would begin so many minutes too late: after its slot, into what stands fixed, or (`in_slot`) later
    than a visit is planned, with less than half an hour to spare."""

    case_number: str
    technician: str
    minutes: int
    in_slot: bool


@dataclass(frozen=True, kw_only=True)
class Breaks:
    """A promise of the case that would be due so many minutes before it is kept."""

    title: Said
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """`extra_drive`: seconds for everybody together. `late` is told where it is not possible. `needs_reason`: somebody
    else was asked already; `needs_agreement`: the customer agreed to another time; `not_best`: who comes first for it,
    where that is somebody else."""

    technician: str
    possible: bool
    refusal: Reason | None = None
    slot: Slot | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    extra_drive: int = 0
    shifts: tuple[Shift, ...] = ()
    late: tuple[Late, ...] = ()
    breaks: tuple[Breaks, ...] = ()
    needs_reason: bool = False
    needs_agreement: bool = False
    not_best: str = ""


@dataclass(frozen=True, kw_only=True)
class Room:
    """Where a case has its place with a technician: the slot, the line of that day without the case, and how it fits;
    or the rule against it."""

    slot: Slot | None = None
    line: Line | None = None
    fit: Fit | None = None
    refusal: Reason | None = None


def weigh(
    viewer: Viewer,
    case: Case,
    *,
    technician_id: int,
    at: datetime,
    now: datetime,
    standing: Standing | None = None,
) -> Consequence:
    """What follows if this technician did this case at about this time. Nothing is changed; the case is one that the
    viewer may see. `standing`: how it stands, where that was read already."""
    viewer.must("visit.assign")
    crew = crew_of(frozenset({case.node_id}), now=now)
    one = crew.ability(technician_id)
    if one is None:
        return Consequence(technician="", possible=False, refusal=Reason("not_here"))
    return _Weighing(crew, case, one, at, standing or standing_of(case)).consequence()


def room_for(case: Case, standing: Standing, *, technician_id: int, at: datetime, crew: Crew) -> Room:
    """The same without what follows: whether there is a place, for a plan that is applied."""
    one = crew.ability(technician_id)
    if one is None:
        return Room(refusal=Reason("not_here"))
    return _Weighing(crew, case, one, at, standing, among_all=False).room()


def slot_near(at: datetime) -> Slot | None:
    """The slot in which a moment lies; None outside of all."""
    zone = get_default_timezone()
    found = slots_on(at.astimezone(zone).date(), zone)
    return next((slot for slot in found if slot.begins <= at < slot.ends), None)


@dataclass
class _Weighing:
    crew: Crew
    case: Case
    one: Ability
    at: datetime
    standing: Standing
    among_all: bool = True  # whether anybody asks who comes first
    choice: Choice = field(default_factory=lambda: Choice(candidates=(), ruled_out=()))

    @property
    def visit(self) -> Visit | None:
        return self.standing.visit

    def consequence(self) -> Consequence:
        room = self.room()
        if room.fit is None or room.line is None:
            late = tuple(self._late(self._forced(room))) if room.line is not None else ()
            return self._told(refusal=room.refusal or Reason("no_slot"), slot=room.slot, late=late)
        after = room.line.with_task(room.fit, self.crew.task_of(self.case))
        return self._told(slot=room.slot, fit=room.fit, shifts=tuple(self._shifts(room.line, after)))

    def room(self) -> Room:
        slot = slot_near(self.at)
        refusal = self._refusal(slot)
        if slot is None or refusal is not None:
            return Room(slot=slot, refusal=refusal or Reason("no_slot"))
        day = localtime(slot.begins).date()
        line = self.crew.line(self.one, day).without(self.visit.id if self.visit else 0)
        closes = shift_end(slot, self.one.shifts, self.crew.zone)
        assert closes is not None
        fit = line.fit(
            self.crew.task_of(self.case), slot, ends_by=int(closes.timestamp()), near=int(self.at.timestamp())
        )
        return Room(slot=slot, line=line, fit=fit, refusal=None if fit is not None else Reason("no_room"))

    def _forced(self, room: Room) -> Sequence[Held]:
        """The day if it were done all the same."""
        assert room.line is not None and room.slot is not None
        return room.line.forced(self.crew.task_of(self.case), room.slot, near=int(self.at.timestamp()))

    def _told(
        self,
        *,
        refusal: Reason | None = None,
        slot: Slot | None = None,
        fit: Fit | None = None,
        shifts: tuple[Shift, ...] = (),
        late: tuple[Late, ...] = (),
    ) -> Consequence:
        booked = self.visit is not None and self.visit.state == Visit.BOOKED
        zone = get_default_timezone()
        return Consequence(
            technician=self.one.name,
            possible=refusal is None,
            refusal=refusal,
            slot=slot,
            begins=datetime.fromtimestamp(fit.arrives, zone) if fit else None,
            ends=datetime.fromtimestamp(fit.done, zone) if fit else None,
            extra_drive=fit.extra - self._saved() if fit else 0,
            shifts=shifts,
            late=late,
            breaks=tuple(self._breaks(fit)) if fit else (),
            needs_reason=self._is_given_on(),
            needs_agreement=booked
            and self.visit is not None
            and slot is not None
            and self.visit.slot_from != slot.begins,
            not_best=self._best() if refusal is None and not self.standing.technician_id else "",
        )

    def _is_given_on(self) -> bool:
        return self.standing.technician_id not in (0, self.one.id)

    def _refusal(self, slot: Slot | None) -> Reason | None:
        """The rule that forbids it, whoever asks."""
        if (
            slot is None
            or slot.begins <= self.crew.now
            or localtime(slot.begins).date() not in days_of(self.crew.now, self.crew.zone)
        ):
            return Reason("slot_past")
        if self.visit is not None and self.visit.state in (Visit.ON_THE_WAY, Visit.ARRIVED):
            return Reason("under_way")
        if self.case.stands_at not in ("to_assign", "to_book", "booked") and not self.standing.technician_id:
            return Reason("not_to_assign")
        if shift_end(slot, self.one.shifts, self.crew.zone) is None:
            return Reason("off_shift")
        if self.standing.technician_id != self.one.id:
            self.choice = (
                workers_for(self.case, now=self.crew.now, crew=self.crew)
                if self.among_all
                else worker_for(self.case, self.one.id, crew=self.crew)
            )
            out = self.choice.why_not(self.one.id)
            if out is not None and not out.a_person_may and out.rule.code not in ("no_time", "days_full"):
                return out.rule
        return self.crew.gate_rule(self.one, self.case, slot) if not self.crew.takes_two(self.case) else None

    def _best(self) -> str:
        best = self.choice.best
        return best.name if best is not None and best.id != self.one.id else ""

    def _saved(self) -> int:
        """Seconds that are not driven any more where the visit stands now."""
        if self.visit is None or self.visit.slot_from is None:
            return 0
        who = self.crew.ability(self.visit.technician_id)
        day = localtime(self.visit.slot_from).date()
        return self.crew.line(who, day).detour(self.visit.id) if who is not None else 0

    def _breaks(self, fit: Fit) -> Iterator[Breaks]:
        for promise in open_promises([self.case.id], now=self.crew.now).get(self.case.id, ()):
            ends = fit.arrives if promise.about in BY_ARRIVAL else fit.done if promise.about in BY_DONE else 0
            over = ends - int(promise.due_at.timestamp()) if promise.due_at and ends else 0
            if over > 0 and promise.broken_at is None:
                yield Breaks(title=promise.title, minutes=-(-over // MINUTE))

    def _shifts(self, before: Line, after: Line) -> Iterator[Shift]:
        zone = get_default_timezone()
        was = {one.visit_id: one.ends - one.seconds for one in before.held}
        moved = [one for one in after.moved() if one.visit_id]
        numbers = self._numbers(moved)
        for one in moved:
            begins = one.ends - one.seconds
            if abs(begins - was[one.visit_id]) >= MINUTE:
                yield Shift(
                    case_number=numbers[one.visit_id],
                    before=datetime.fromtimestamp(was[one.visit_id], zone),
                    after=datetime.fromtimestamp(begins, zone),
                )

    def _late(self, day: Sequence[Held]) -> Iterator[Late]:
        """Who would be late if it were done all the same, and by how much."""
        numbers = self._numbers(day)
        for one, following in zip(day, [*day[1:], None], strict=True):
            number = numbers.get(one.visit_id, self.case.number)
            over = one.ends - one.seconds - one.window[1] if one.window and one.visit_id else 0
            into = one.ends - following.begins if following is not None and following.window is None else 0
            if one.window is not None and (over > 0 or into > 0):
                in_slot = over <= SPARE and into <= 0
                seconds = over if in_slot else max(over - SPARE, into)
                minutes = -(-seconds // MINUTE)
                yield Late(case_number=number, technician=self.one.name, minutes=minutes, in_slot=in_slot)

    def _numbers(self, held: Sequence[Held]) -> dict[int, str]:
        rows = Visit.objects.filter(id__in=[one.visit_id for one in held if one.visit_id])
        return dict(rows.values_list("id", "case__number"))
