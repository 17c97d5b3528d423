"""The case a technician stands at, with what every step of the page needs of it."""

from dataclasses import dataclass
from datetime import datetime

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.parts.queries import category
from bihuan.service.fieldwork import actions, queries
from bihuan.service.fieldwork.queries import Case, Job, Work


@dataclass(frozen=True, kw_only=True)
class Site:
    """One visit as its page sees it. `work` is the visit's record, `units` the bodies that carry a serial."""

    case: Case
    work: Work
    job: Job
    units: tuple[str, ...]
    viewer: Viewer
    now: datetime


def site_of(case: Case, work: Work, *, viewer: Viewer, now: datetime) -> Site:
    """The visit that is going on."""
    known = category(case.category) if case.category else None
    units = tuple(known.units) if known and known.units else ("whole",)
    return Site(
        case=case, work=work, job=queries.job_of(case, viewer, now=now), units=units, viewer=viewer, now=now
    )


def site_at(viewer: Viewer, number: str, *, now: datetime) -> Site:
    """The technician's own case of this number, with its record begun."""
    case = queries.mine(viewer, number)
    return site_of(case, actions.open_work(case, by=viewer.actor, now=now), viewer=viewer, now=now)
