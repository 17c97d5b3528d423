"""How cases stand on the plan: who goes, the visit that is open, what is meant. Read once, and handed on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bihuan.registers.staff.models import Busy
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.lines import task_of
from bihuan.service.dispatch.models import Assignment, Visit
from bihuan.service.dispatch.planning.models import Intended


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One case. `arrives`: when the technician of an agreed visit is planned to come, in epoch seconds, else 0."""

    assignment: Assignment | None = None
    visit: Visit | None = None
    meant: Intended | None = None
    arrives: int = 0

    @property
    def technician_id(self) -> int:
        return self.assignment.technician_id if self.assignment is not None else 0

    @property
    def slot_from(self) -> int:
        """Of the agreed slot, in epoch seconds; 0 where no time is agreed."""
        booked = self.visit is not None and self.visit.state == Visit.BOOKED
        return int(self.visit.slot_from.timestamp()) if booked and self.visit and self.visit.slot_from else 0

    def told(self) -> dict[str, Any]:
        """As `Moved` keeps it, in epoch seconds."""
        return {
            "technician": self.technician_id,
            "slot_from": self.slot_from,
            "arrives": self.arrives,
            "meant": meant_told(self.meant) if self.meant is not None and not self.slot_from else None,
        }


def meant_told(meant: Intended) -> list[int]:
    spans = (meant.slot_from, meant.slot_until, meant.begins, meant.ends)
    return [int(each.timestamp()) for each in spans]


def standing_of(case: Case) -> Standing:
    return standings_of([case])[case.id]


def standings_of(cases: Collection[Case]) -> Mapping[int, Standing]:
    """case → how it stands: four statements at most."""
    ids = [case.id for case in cases]
    asked = Assignment.objects.select_related("technician__person", "technician__node", "case__customer")
    assignments = {row.case_id: row for row in asked.filter(case_id__in=ids, state__in=Assignment.STANDING)}
    open_ = Visit.objects.select_related("technician__person", "case__customer")
    visits = {row.case_id: row for row in open_.filter(case_id__in=ids, state__in=Visit.OPEN)}
    meant = {row.case_id: row for row in Intended.objects.filter(case_id__in=ids)}
    booked = {row.id: row for row in visits.values() if row.state == Visit.BOOKED}
    taken = Busy.objects.filter(why=Busy.VISIT, subject_id__in=list(booked)) if booked else ()
    ends = {(row.subject_id, row.technician_id): row.ends for row in taken}
    return {
        case.id: Standing(
            assignment=assignments.get(case.id),
            visit=visits.get(case.id),
            meant=meant.get(case.id),
            arrives=_arrives(case, visits.get(case.id), ends),
        )
        for case in cases
    }


def _arrives(case: Case, visit: Visit | None, ends: Mapping[tuple[int, int], int]) -> int:
    until = ends.get((visit.id, visit.technician_id)) if visit is not None else None
    return until - task_of(case, whole=False).seconds if until is not None else 0
