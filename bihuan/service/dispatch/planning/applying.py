"""Changes of a proposal become what is meant: all about their cases is read once and handed from step to step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.timezone import localtime

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.models import Technician
from bihuan.service.cases.actions import Doer, cases_for_change
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.assigning import give_by_plan
from bihuan.service.dispatch.choosing import Crew, crew_of
from bihuan.service.dispatch.planning.errors import CaseWentOn, MoveImpossible, NotAgreed
from bihuan.service.dispatch.planning.intending import meaning
from bihuan.service.dispatch.planning.models import Change, Intended, Moved, Proposal
from bihuan.service.dispatch.planning.standing import Standing, standings_of
from bihuan.service.dispatch.planning.versions import hold_to, touch
from bihuan.service.dispatch.planning.weighing import Room, room_for
from bihuan.service.dispatch.policy import policy_for
from bihuan.service.dispatch.rules import Reason


@dataclass(frozen=True, kw_only=True)
class Applying:
    """Some changes of one proposal, within one transaction. `minutes`: how long a technician has to answer."""

    row: Proposal
    doer: Doer
    crew: Crew
    cases: Mapping[int, Case]
    standings: Mapping[int, Standing]
    technicians: Mapping[int, Technician] = field(default_factory=dict)
    minutes: int = 0
    made: list[tuple[Change, Intended]] = field(default_factory=list)

    @classmethod
    def begin(
        cls, viewer: Viewer, row: Proposal, chosen: Sequence[Change], *, version: int, now: datetime
    ) -> "Applying":
        """Cases are locked before the plan, as bookings do; PlanMoved where the day is not the one of `version`."""
        cases = cases_for_change([change.case_id for change in chosen])
        hold_to(row.plan, version)
        going = Technician.objects.select_related("person", "node").in_bulk(
            {change.technician_id for change in chosen}
        )
        read = cls.over(list(cases.values()), viewer, row, now=now)
        minutes = policy_for(row.plan.node).technician_minutes
        return replace(read, technicians=going, minutes=minutes)

    @classmethod
    def over(cls, cases: Sequence[Case], viewer: Viewer, row: Proposal, *, now: datetime) -> "Applying":
        """To look only."""
        crew = crew_of(frozenset({row.plan.node_id}), now=now)
        crew.read_about(cases)
        return cls(
            row=row,
            doer=Doer.of(viewer),
            crew=crew,
            cases={case.id: case for case in cases},
            standings=standings_of(cases),
        )

    def room_for(self, change: Change) -> Room:
        """Where the change has its place by now; raises why it has none."""
        case, standing = self.cases[change.case_id], self.standings[change.case_id]
        if standing.technician_id not in (0, change.from_technician_id, change.technician_id):
            raise CaseWentOn(case.number)
        if not standing.technician_id and case.stands_at != "to_assign":
            raise CaseWentOn(case.number)
        room = room_for(case, standing, technician_id=change.technician_id, at=change.begins, crew=self.crew)
        if room.fit is None:
            who = self.crew.ability(change.technician_id)
            name = who.name if who is not None else ""
            raise MoveImpossible(case.number, name, room.refusal or Reason("no_room"))
        if standing.slot_from:
            raise NotAgreed(case.number)
        return room

    def carry_out(self, change: Change) -> None:
        """Through the doors by which a person gives a case to somebody; what is meant is offered to the customer
        first."""
        room, case = self.room_for(change), self.cases[change.case_id]
        assert room.slot is not None and room.fit is not None
        standing = self.standings[case.id]
        if standing.technician_id != change.technician_id:
            give_by_plan(
                case,
                self.technicians[change.technician_id],
                instead_of=standing.assignment,
                minutes=self.minutes,
                doer=self.doer,
                crew=self.crew,
            )
        meant = meaning(
            case.id,
            technician_id=change.technician_id,
            slot=room.slot,
            begins=datetime.fromtimestamp(room.fit.arrives, self.crew.zone),
            ends=datetime.fromtimestamp(room.fit.done, self.crew.zone),
            by=self.doer.by.id,
            now=self.crew.now,
        )
        self.made.append((change, meant))

    def end(self) -> None:
        """Write down what is meant now, and what was before, of all at once."""
        plan, by, now = self.row.plan, self.doer.by.id, self.crew.now
        Intended.objects.filter(case_id__in=[change.case_id for change, _ in self.made]).delete()
        Intended.objects.bulk_create([meant for _, meant in self.made])
        Moved.objects.bulk_create(
            Moved(
                plan=plan,
                case_id=change.case_id,
                made_at=now,
                made_by=by,
                before=self.standings[change.case_id].told(),
                after=Standing(meant=meant).told() | {"technician": change.technician_id},
            )
            for change, meant in self.made
        )
        Change.objects.filter(id__in=[change.id for change, _ in self.made]).update(state=Change.APPLIED)
        if self.made:
            before = [self.standings[change.case_id].meant for change, _ in self.made]
            days = [localtime(meant.slot_from).date() for meant in before if meant is not None]
            touch(plan.node_id, [plan.day, *days])
