"""What rules a day out for a visit: permits and licences that end before it, heat, and want of a second person.

A gate holds when somebody is chosen, when a slot is offered, and once more when it is booked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property

from django.utils.timezone import get_default_timezone, localdate

from bihuan.registers.parts.queries import Needed, conditions_for_all
from bihuan.registers.staff.heat import heat_of
from bihuan.registers.staff.queries import Ability, visits_between
from bihuan.registers.staff.rules import Heat, in_rest
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.models import Mate, Visit
from bihuan.service.dispatch.rules import Point, Reason, Where, Work, barred, papers_until
from bihuan.service.dispatch.slots import DAYS_AHEAD, WIDTH, Slot
from bihuan.service.dispatch.wishes import NOTHING_HEARD, heard_of

type ReadPapers = Callable[
    [set[int]], Mapping[int, Point]
]  # node → the point with its permissions and licences
SLOT_MINUTES = int(WIDTH.total_seconds()) // 60


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one piece of work asks of its day. `until`: the last day on which the service point's own papers hold."""

    category: str
    kind: str
    permits: frozenset[str]
    until: date | None = None
    outdoors: bool = False
    city: str = ""
    people: int = 1


def where_fits(category: str, kind: str) -> list[tuple[str, str]]:
    """The lines of a register that speak of this work, the most general first; blanks mean every."""
    return [("", ""), ("", kind), (category, ""), (category, kind)]


def asked_by(needed: Needed, *, category: str, kind: str) -> frozenset[str]:
    """Every paper that any fitting line asks for."""
    return frozenset(paper for place in where_fits(category, kind) for paper in needed.get(place, ()))


def against_heat(slot: Slot, heat: Mapping[date, Heat], *, minutes: int, zone: tzinfo) -> Reason | None:
    """What heat says against work outdoors in this slot, for somebody who has so many minutes outdoors that day."""
    begins, ends = slot.begins.astimezone(zone), slot.ends.astimezone(zone)
    hot = heat.get(begins.date())
    if hot is None:
        return None
    told = {"day": begins.date(), "celsius": hot.celsius}
    if hot.limit.outdoor_minutes == 0:
        return Reason("too_hot", told)
    if in_rest(hot.limit, begins.time(), ends.time()):
        rest = f"{hot.limit.rest_from:%H:%M}–{hot.limit.rest_until:%H:%M}"
        return Reason("rest_in_heat", told | {"rest": rest})
    if minutes + SLOT_MINUTES > hot.limit.outdoor_minutes:
        return Reason("hours_in_heat", told | {"hours": f"{hot.limit.outdoor_minutes / 60:g}"})
    return None


class Gates:
    """The gates of some technicians' coming week. Reads each register once, and only when it is asked for."""

    def __init__(
        self,
        abilities: Sequence[Ability],
        *,
        asked: Mapping[str, Needed],
        papers: ReadPapers,
        now: datetime,
    ) -> None:
        self._abilities, self._asked, self._papers, self._now = abilities, asked, papers, now
        self._heat: dict[str, dict[date, Heat]] = {}
        self._unwanted: dict[int, Mapping[int, str]] = {}
        self._refused_along: dict[int, frozenset[int]] = {}
        self._known: dict[tuple[int, str, str, str, str], Asked] = {}

    @cached_property
    def _conditions(self) -> Mapping[tuple[str, str], tuple[bool, int]]:
        return {where: (one.outdoors, one.people) for where, one in conditions_for_all().items()}

    @cached_property
    def _points(self) -> Mapping[int, Point]:
        return self._papers({one.node_id for one in self._abilities})

    def asked_of(self, case: Case) -> Asked:
        """What this case asks of its day."""
        key = (case.node_id, case.category, case.kind, case.brand, case.city)
        if key not in self._known:
            self._known[key] = self._read(case)
        return self._known[key]

    def _read(self, case: Case) -> Asked:
        fits = [
            self._conditions[place]
            for place in where_fits(case.category, case.kind)
            if place in self._conditions
        ]
        outdoors, people = fits[-1] if fits else (False, 1)
        return Asked(
            category=case.category,
            kind=case.kind,
            permits=asked_by(self._asked["technician"], category=case.category, kind=case.kind),
            until=self._until(case),
            outdoors=outdoors,
            city=case.city if outdoors else "",
            people=people,
        )

    def unwanted_by(self, case: Case) -> Mapping[int, str]:
        """Technicians who do not come to this customer, with the reason."""
        if case.id not in self._unwanted:
            heard = heard_of([case], today=localdate(self._now)).get(case.id, NOTHING_HEARD)
            self._unwanted[case.id] = heard.unwanted
        return self._unwanted[case.id]

    def refused_along(self, case: Case) -> frozenset[int]:
        """Technicians who said that they cannot go along on this case."""
        if case.id not in self._refused_along:
            rows = Mate.objects.filter(case_id=case.id).exclude(reason="")
            self._refused_along[case.id] = frozenset(rows.values_list("technician_id", flat=True))
        return self._refused_along[case.id]

    def _until(self, case: Case) -> date | None:
        asked = self._asked_of_point(case)
        return papers_until(*asked) if asked is not None else None

    def papers_rule(self, case: Case) -> Reason | None:
        """What the law of permits says against the case's service point already today."""
        asked = self._asked_of_point(case)
        return barred(*asked) if asked is not None else None

    def _asked_of_point(self, case: Case) -> tuple[Point, Work] | None:
        """The service point with the work as its papers see it; None where no paper is asked of it."""
        licences = asked_by(self._asked["service_point"], category=case.category, kind=case.kind)
        partner = any(one.partner for one in self._abilities if one.node_id == case.node_id)
        point = self._points.get(case.node_id) if licences or partner else None
        if point is None:
            return None
        work = Work(
            category=case.category,
            brand=case.brand,
            kind=case.kind,
            where=Where(),
            today=localdate(self._now),
            licences=licences,
        )
        return point, work

    def heat_in(self, city: str) -> Mapping[date, Heat]:
        """The hot days of a city in the coming week."""
        if city not in self._heat:
            today = localdate(self._now)
            self._heat[city] = heat_of(city, since=today, until=today + timedelta(days=DAYS_AHEAD))
        return self._heat[city]

    def shut_days(self, case: Case) -> list[Reason]:
        """What the coming week closes for everybody who could do this case: its papers' end, and its hot days."""
        asked = self.asked_of(case)
        found = []
        if asked.until is not None and asked.until < localdate(self._now) + timedelta(days=DAYS_AHEAD - 1):
            found.append(self.papers_rule(case) or Reason("papers_end_before", {"day": asked.until}))
        for day, hot in sorted(self.heat_in(asked.city).items()) if asked.outdoors else ():
            told = {"day": day, "celsius": hot.celsius}
            if hot.limit.outdoor_minutes == 0:
                found.append(Reason("too_hot", told))
                continue
            hours = f"{hot.limit.outdoor_minutes / 60:g}"
            found.append(Reason("hours_in_heat", told | {"hours": hours}))
            if hot.limit.rest_from is not None:
                rest = f"{hot.limit.rest_from:%H:%M}–{hot.limit.rest_until:%H:%M}"
                found.append(Reason("rest_in_heat", told | {"rest": rest}))
        return found

    @cached_property
    def _outdoors(self) -> Mapping[tuple[int, date], int]:
        """(technician, day) → minutes outdoors that are booked."""
        ids, zone = [one.id for one in self._abilities], get_default_timezone()
        held = visits_between(ids, self._now, self._now + timedelta(days=DAYS_AHEAD + 1))
        told = {
            visit.id: visit
            for visit in Visit.objects.select_related("case").filter(id__in={one for _, one, _ in held})
        }
        found: dict[tuple[int, date], int] = {}
        for technician_id, visit_id, begins in held:
            visit = told.get(visit_id)
            if visit is not None and self.asked_of(visit.case).outdoors:
                day = datetime.fromtimestamp(begins, tz=zone).date()
                found[technician_id, day] = found.get((technician_id, day), 0) + SLOT_MINUTES
        return found

    def heat_rule(
        self, technician_id: int, asked: Asked, slot: Slot, *, booked: bool = False
    ) -> Reason | None:
        """What heat says against this slot; None where the work is indoors or the day is not hot. `booked`: it is
        among the minutes of that day already."""
        heat = self.heat_in(asked.city) if asked.outdoors else {}
        zone = get_default_timezone()
        day = slot.begins.astimezone(zone).date()
        if day not in heat:
            return None
        limited = heat[day].limit.outdoor_minutes > 0
        minutes = self._outdoors.get((technician_id, day), 0) if limited else 0
        minutes -= SLOT_MINUTES if booked else 0
        return against_heat(slot, heat, minutes=minutes, zone=zone)
