"""Who should do it: service points and technicians in order, each with its reasons. Values in, values out.

Nobody is left out in silence: whoever is ruled out is named with the rule that did it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import asin, cos, radians, sin, sqrt

STREET, IN_DISTRICT, IN_CITY, ANYWHERE = 3, 2, 1, 0
COVERS = {
    STREET: "covers_street",
    IN_DISTRICT: "covers_district",
    IN_CITY: "covers_city",
    ANYWHERE: "covers_all",
}
A_PERSON_MAY_STILL_CHOOSE = frozenset({"point_full", "returned_before", "refused_before"})
NEAREST = {"delivery": "installation", "recycling": "relocation"}  # who can do the one can do the other
SOON_ENOUGH = 2  # days: as long may a customer wait for the technician who knows the appliance
FAR = 10**9  # metres: further than any known distance


@dataclass(frozen=True)
class Reason:
    """Why, as a code with what its sentence says; the sentence stands in `words.py`."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where the work is; what is unknown is empty."""

    city: str = ""
    district: str = ""
    street: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is to be done, as dispatch needs it. `tried`: who returned or refused it already."""

    category: str
    brand: str
    kind: str
    where: Where
    today: date
    permits: frozenset[str] = frozenset()
    licences: frozenset[str] = frozenset()
    tried: frozenset[int] = frozenset()
    wanted: frozenset[int] = frozenset()  # technicians for whom the customer asks
    unwanted: Mapping[int, str] = field(
        default_factory=dict
    )  # technician → why they do not come to this customer
    fixed_last: int = 0  # who was there last and finished the work


@dataclass(frozen=True, kw_only=True)
class Covered:
    """One line of what a service point covers; empty means every."""

    city: str = ""
    district: str = ""
    street: str = ""
    category: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A brand's permission, days inclusive; an empty category means every."""

    brand: str
    category: str = ""
    valid_from: date
    valid_until: date


@dataclass(frozen=True, kw_only=True)
class Point:
    """A service point as the choice sees it. `load` counts the work it has for today."""

    id: int
    name: str = ""
    own: bool
    covers: tuple[Covered, ...] = ()
    permissions: tuple[Permission, ...] = ()
    licences: Mapping[str, date] = field(default_factory=dict)
    load: int = 0
    capacity: int = 40
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A technician as the choice sees them. `first_day`: the first day with a free slot; None when there is none."""

    id: int
    name: str = ""
    skills: Mapping[tuple[str, str], int]
    permits: Mapping[str, date]
    first_day: date | None
    held_back: Reason | None = None  # why there is no day, where it is not want of time
    load: int = 0
    max_jobs: int = 8
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One possible choice, in its place, with what speaks for it."""

    id: int
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class RuledOut:
    """One that may not be chosen, and the rule that says so."""

    id: int
    name: str
    rule: Reason

    @property
    def a_person_may(self) -> bool:
        """Whether a person may still choose it knowingly."""
        return self.rule.code in A_PERSON_MAY_STILL_CHOOSE


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Everybody, best first, and everybody who is ruled out."""

    candidates: tuple[Candidate, ...]
    ruled_out: tuple[RuledOut, ...]

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None

    def why_not(self, who: int) -> RuledOut | None:
        return next((one for one in self.ruled_out if one.id == who), None)


def metres(here: tuple[float | None, float | None], there: tuple[float | None, float | None]) -> int | None:
    """The straight way between two points on earth; None when one of them is not known."""
    if here[0] is None or here[1] is None or there[0] is None or there[1] is None:
        return None
    lat1, lon1, lat2, lon2 = map(radians, (here[0], here[1], there[0], there[1]))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * 6_371_000 * asin(min(1.0, sqrt(chord))))


def nearness(line: Covered, where: Where) -> int | None:
    """How closely this line names the place: street, district, city; None when it is elsewhere."""
    if line.city and where.city and line.city != where.city:
        return None
    if not line.district or not where.district:
        return IN_CITY if line.city and where.city else ANYWHERE
    if line.district != where.district:
        return None
    if not line.street or not where.street:
        return IN_DISTRICT
    return STREET if line.street == where.street else None


def coverage(point: Point, work: Work) -> int | Reason:
    """How closely a service point covers this work, or why it does not. One without any lines serves everywhere."""
    if not point.covers:
        return ANYWHERE
    here = [(line, near) for line in point.covers if (near := nearness(line, work.where)) is not None]
    if not here:
        return Reason("not_covered")
    apt = [(line, near) for line, near in here if not work.category or line.category in ("", work.category)]
    if not apt:
        return Reason("category_not_covered", {"category": work.category})
    able = [near for line, near in apt if line.kind in ("", work.kind, NEAREST.get(work.kind))]
    return max(able) if able else Reason("kind_not_covered", {"work": work.kind})


def permission(point: Point, work: Work) -> Reason:
    """The brand's permission in force, or the reason it is missing. Our own service points need none."""
    if point.own:
        return Reason("own_point")
    named = [one for one in point.permissions if _names(one, work)]
    if not named:
        return Reason("not_authorised", {"brand": work.brand})
    valid = [one for one in named if one.valid_from <= work.today <= one.valid_until]
    if valid:
        return Reason("authorised_until", {"day": max(one.valid_until for one in valid)})
    if all(one.valid_from > work.today for one in named):
        return Reason("authorisation_not_yet", {"day": min(one.valid_from for one in named)})
    return Reason("authorisation_expired", {"day": max(one.valid_until for one in named)})


def barred(point: Point, work: Work) -> Reason | None:
    """What the law of permits says against this service point today: the brand's permission, then its licences."""
    allowed = permission(point, work)
    if allowed.code not in {"own_point", "authorised_until"}:
        return allowed
    for licence in sorted(work.licences):
        if licence not in point.licences:
            return Reason("licence_missing", {"permit": licence})
        if point.licences[licence] < work.today:
            return Reason("licence_expired", {"permit": licence, "day": point.licences[licence]})
    return None


def papers_until(point: Point, work: Work) -> date | None:
    """The last day on which the service point's permission and licences all hold; None when none is asked."""
    allowed = permission(point, work)
    if allowed.code == "own_point":
        return last_day_permitted(point.licences, work.licences)
    if allowed.code != "authorised_until":
        return date.min
    brand = max(
        one.valid_until for one in point.permissions if one.valid_from <= work.today and _names(one, work)
    )
    return min(brand, last_day_permitted(point.licences, work.licences) or brand)


def _names(one: Permission, work: Work) -> bool:
    """Whether a brand's permission speaks of this work; what is not known of the work rules nothing out."""
    return (not work.brand or one.brand.casefold() == work.brand.casefold()) and (
        not work.category or one.category in ("", work.category)
    )


def choose_point(work: Work, points: Iterable[Point]) -> Choice:
    """Service points: street before district before city, then the less loaded, then the nearer, then ours."""
    found: list[tuple[tuple[int, ...], Candidate]] = []
    out: list[RuledOut] = []
    for point in points:
        rule = _point_rule(point, work)
        if rule is not None:
            out.append(RuledOut(id=point.id, name=point.name, rule=rule))
            continue
        found.append(_point_candidate(point, work))
    return _choice(found, out)


def _point_rule(point: Point, work: Work) -> Reason | None:
    """The first rule that a service point fails; the law of permits before the wishes of the house."""
    forbidden = barred(point, work)
    if forbidden is not None:
        return forbidden
    near = coverage(point, work)
    if isinstance(near, Reason):
        return near
    if point.id in work.tried:
        return Reason("returned_before")
    if point.load >= point.capacity:
        return Reason("point_full", {"load": point.load, "capacity": point.capacity})
    return None


def _point_candidate(point: Point, work: Work) -> tuple[tuple[int, ...], Candidate]:
    near = coverage(point, work)
    level = near if isinstance(near, int) else ANYWHERE
    way = metres((point.latitude, point.longitude), (work.where.latitude, work.where.longitude))
    reasons = [
        Reason(
            COVERS[level],
            {"street": work.where.street, "district": work.where.district, "city": work.where.city},
        ),
        permission(point, work),
        *(
            Reason("licence_until", {"permit": name, "day": point.licences[name]})
            for name in sorted(work.licences)
        ),
        Reason("point_load", {"load": point.load, "capacity": point.capacity}),
    ]
    if way is not None:
        reasons.append(Reason("distance", {"metres": way}))
    share = point.load * 10 // max(point.capacity, 1)
    key = (-level, share, FAR if way is None else way, 0 if point.own else 1, point.id)
    return key, Candidate(id=point.id, name=point.name, reasons=tuple(reasons))


def choose_worker(work: Work, workers: Iterable[Worker]) -> Choice:
    """Technicians: whom the customer asks for, then who was there last if they can come soon, then the more skilled,
    who is free sooner, the less loaded, the nearer."""
    found: list[tuple[tuple[int, ...], Candidate]] = []
    out: list[RuledOut] = []
    for worker in workers:
        rule = _worker_rule(worker, work)
        if rule is not None:
            out.append(RuledOut(id=worker.id, name=worker.name, rule=rule))
            continue
        found.append(_worker_candidate(worker, work))
    return _choice(found, out)


def _worker_rule(worker: Worker, work: Work) -> Reason | None:
    if skill_of(worker, work) == 0:
        return Reason("no_skill", {"category": work.category, "work": work.kind})
    day = max(worker.first_day or work.today, work.today)
    for permit in sorted(work.permits):
        if permit not in worker.permits:
            return Reason("permit_missing", {"permit": permit})
        if worker.permits[permit] < day:
            return Reason("permit_expired", {"permit": permit, "day": worker.permits[permit]})
    if worker.id in work.unwanted:
        return Reason("kept_away", {"wish": work.unwanted[worker.id]})
    if worker.id in work.tried:
        return Reason("refused_before")
    if worker.first_day is None:
        return worker.held_back or Reason("no_time")
    return None


def skill_of(worker: Worker, work: Work) -> int:
    """The level for this work, 0 for none; while the appliance is not known, the best level for its kind of work."""
    return level_for(worker.skills, category=work.category, kind=work.kind)


def level_for(skills: Mapping[tuple[str, str], int], *, category: str, kind: str) -> int:
    kinds = {kind, NEAREST.get(kind, kind)}
    if category:
        return max(skills.get((category, each), 0) for each in kinds)
    return max((level for (_, each), level in skills.items() if each in kinds), default=0)


def last_day_permitted(permits: Mapping[str, date], needed: Iterable[str]) -> date | None:
    """The last day on which every needed permit is valid; None when none is needed. A missing one ends at once."""
    days = [permits.get(permit, date.min) for permit in needed]
    return min(days) if days else None


def _worker_candidate(worker: Worker, work: Work) -> tuple[tuple[int, ...], Candidate]:
    level = skill_of(worker, work)
    way = metres((worker.latitude, worker.longitude), (work.where.latitude, work.where.longitude))
    first = worker.first_day or work.today
    soon = (first - work.today).days <= SOON_ENOUGH
    known = 2 if worker.id in work.wanted else int(worker.id == work.fixed_last and soon)
    reasons = [Reason("asked_for")] if known == 2 else [Reason("fixed_last")] if known else []
    reasons.append(Reason("skill", {"level": level}))
    reasons += [
        Reason("permit_until", {"permit": name, "day": worker.permits[name]}) for name in sorted(work.permits)
    ]
    reasons.append(Reason("free_on", {"day": first}))
    reasons.append(Reason("day_load", {"load": worker.load, "max": worker.max_jobs}))
    if way is not None:
        reasons.append(Reason("distance", {"metres": way}))
    key = (-known, -level, (first - work.today).days, worker.load, FAR if way is None else way, worker.id)
    return key, Candidate(id=worker.id, name=worker.name, reasons=tuple(reasons))


def _choice(found: Sequence[tuple[tuple[int, ...], Candidate]], out: Sequence[RuledOut]) -> Choice:
    ordered = sorted(found, key=lambda pair: pair[0])
    return Choice(
        candidates=tuple(candidate for _key, candidate in ordered),
        ruled_out=tuple(sorted(out, key=lambda one: one.id)),
    )
