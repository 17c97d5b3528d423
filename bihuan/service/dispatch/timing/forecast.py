"""When technicians arrive, from what is known now: where they were seen if they agreed to that, else the plan."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from django.utils.timezone import localdate, make_aware

from bihuan.service.dispatch.lines import with_planned
from bihuan.service.dispatch.models import Mate, Visit
from bihuan.service.dispatch.positions.queries import last_known
from bihuan.service.dispatch.rules import metres
from bihuan.service.dispatch.timing.models import Delay
from bihuan.service.dispatch.timing.rules import Span, Stop, arrivals, drive_of, span

SHOWN_BEFORE = timedelta(hours=12)  # so long before the slot a customer's page looks by itself

type Place = tuple[float, float] | None


def span_of(visit: Visit, *, now: datetime) -> Span | None:
    """Between when and when the technician arrives, as the customer may know it; None once they are there, or while
    no time is agreed."""
    if visit.state not in (Visit.BOOKED, Visit.ON_THE_WAY) or visit.slot_from is None:
        return None
    on_the_way = visit.state == Visit.ON_THE_WAY
    assert visit.slot_until is not None
    return span(
        slot_from=visit.slot_from,
        slot_until=visit.slot_until,
        said_at=visit.expected_at,
        arrives_at=arrivals_of([visit.technician_id], now=now).get(visit.id) if on_the_way else None,
        now=now,
    )


def arrivals_of(technician_ids: Collection[int], *, now: datetime) -> dict[int, datetime]:
    """visit → when its technician gets there, for all of theirs that is still to come today."""
    return reckoned(stops_of(technician_ids, now=now), now=now)


def stops_of(technician_ids: Collection[int], *, now: datetime) -> dict[int, list[Stop]]:
    """technician → their visits of today that are not over, also those to which they go along."""
    begins = make_aware(datetime.combine(localdate(now), time()))
    today = Visit.objects.select_related("case__place").filter(
        state__in=(Visit.BOOKED, Visit.ON_THE_WAY, Visit.ARRIVED),
        slot_from__gte=begins,
        slot_from__lt=begins + timedelta(days=1),
    )
    found: dict[int, list[Stop]] = defaultdict(list)
    for row in with_planned(today.filter(technician_id__in=technician_ids)):
        found[row.technician_id].append(_stop(row))
    goes = Mate.objects.filter(technician_id__in=technician_ids, ended_at__isnull=True)
    beside = dict(goes.values_list("case_id", "technician_id"))
    for row in with_planned(today.filter(case_id__in=beside)) if beside else ():
        found[beside[row.case_id]].append(replace(_stop(row), along=True))
    return found


def _stop(row: Visit) -> Stop:
    assert row.slot_from and row.slot_until
    place = row.case.place
    here = (
        None
        if place is None or place.latitude is None or place.longitude is None
        else (
            place.latitude,
            place.longitude,
        )
    )
    return Stop(
        visit_id=row.id,
        slot_from=row.slot_from,
        slot_until=row.slot_until,
        kind=row.case.kind,
        place=here,
        arrived_at=row.arrived_at if row.state == Visit.ARRIVED else None,
        set_off_at=row.set_off_at if row.state == Visit.ON_THE_WAY else None,
    )


def reckoned(days: Mapping[int, Sequence[Stop]], *, now: datetime) -> dict[int, datetime]:
    """visit → arrival, for the day of each technician from where they are now: three statements for all of them."""
    seen, last = last_known(list(days), now=now), _last_places(list(days), now=now)
    found: dict[int, datetime] = {}
    for technician, stops in days.items():
        fix = seen.get(technician)
        here: Place = (fix.latitude, fix.longitude) if fix is not None else last.get(technician)
        told = arrivals(stops, here=here, seen_at=fix.at if fix else None, drive=_drive, now=now)
        found |= {stop.visit_id: told[stop.visit_id] for stop in stops if not stop.along}
    return found


def _last_places(technician_ids: Collection[int], *, now: datetime) -> dict[int, tuple[float, float]]:
    """technician → where their last visit of today was; nothing before the first."""
    begins = make_aware(datetime.combine(localdate(now), time()))
    rows = Visit.objects.filter(
        technician_id__in=technician_ids,
        ended_at__gte=begins,
        arrived_at__isnull=False,
    )
    told = rows.order_by("ended_at").values_list(
        "technician_id", "case__place__latitude", "case__place__longitude"
    )
    return {
        technician: (north, east)
        for technician, north, east in told
        if north is not None and east is not None
    }


def _drive(here: Place, there: Place) -> timedelta:
    return drive_of(metres(here or (None, None), there or (None, None)))


def delay_of(visit: Visit) -> Delay | None:
    """What is known of a visit's coming late, for the slot that is agreed now."""
    if visit.slot_from is None:
        return None
    return Delay.objects.filter(visit=visit, slot_from=visit.slot_from).first()
