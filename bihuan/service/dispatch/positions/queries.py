"""Asking where technicians are and were. For the house's own forecasts in clear; for people only through `track_of`,
which is written down before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, OuterRef, Subquery
from django.utils.timezone import get_default_timezone, localdate

from bihuan.ground.vault.actions import keys, keys_for
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.models import Technician
from bihuan.registers.staff.queries import Ability, abilities, leave_between, leave_of, shifts_of
from bihuan.service.dispatch.positions.models import Position, PositionConsent, Track, TrackReading
from bihuan.service.dispatch.positions.rules import FRESH, OLDEST, Fix, Look, Spans, joined, read, shift_at

__all__ = ["PositionConsent", "Technician", "TrackReading"]  # the rows that pages name in their signatures
READINGS, LOOKS = 1_000, 50  # how many rows are read for the page of who looked, and how many looks it shows


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A technician on a dispatcher's list: whether they agreed, are on shift, when they were last heard. Not where."""

    technician: Technician
    agreed: bool
    on_shift: bool
    heard_at: datetime | None


def consent_of(technician_id: int) -> PositionConsent | None:
    """The consent that stands."""
    return PositionConsent.objects.filter(technician_id=technician_id, withdrawn_at=None).first()


def consents_of(technician_id: int) -> list[PositionConsent]:
    """Every consent there ever was, newest first."""
    return list(PositionConsent.objects.filter(technician_id=technician_id).order_by("-id"))


def away_of(technician_id: int, *, now: datetime) -> Spans:
    """Leave of the last day and ahead, in epoch seconds."""
    return [(row.begins, row.ends) for row in leave_of(technician_id, since=now - OLDEST)]


def shift_now(technician_id: int, *, now: datetime) -> tuple[datetime, datetime] | None:
    """From when to when this technician works now; None off shift or on leave."""
    hours, away = shifts_of(technician_id), away_of(technician_id, now=now)
    return shift_at(now, hours, away, get_default_timezone())


def own_track(technician_id: int, day: date) -> list[Fix]:
    """What was taken of a technician's day, for that technician, in order."""
    track = Track.objects.select_related("key").filter(technician_id=technician_id, day=day).first()
    if track is None:
        return []
    hand = keys(track.key)
    rows = Position.objects.filter(track=track).order_by("at").values_list("at", "sealed")
    return [read(at, text) for at, sealed in rows if (text := hand.open(sealed))]


def days_kept(technician_id: int) -> list[date]:
    """The days of which something is kept, newest first."""
    rows = Track.objects.filter(technician_id=technician_id).order_by("-day")
    return list(rows.values_list("day", flat=True))


def track_of(reading: TrackReading) -> list[Fix]:
    """A technician's day for somebody whose looking was written down."""
    return own_track(reading.technician_id, reading.day)


def last_known(technician_ids: Collection[int], *, now: datetime) -> dict[int, Fix]:
    """technician → the newest position of the last 15 minutes, for reckoning arrivals: two statements. Whoever would
    draw it for a person writes the reading down first."""
    rows = Position.objects.filter(
        track__technician_id__in=technician_ids,
        track__day__gte=localdate(now - FRESH),
        at__gt=now - FRESH,
        at__lte=now,
    )
    told = list(rows.order_by("at").values_list("track__technician_id", "track__key_id", "at", "sealed"))
    newest = {technician: (key, at, sealed) for technician, key, at, sealed in told}
    hand = keys_for(key for key, _at, _sealed in newest.values())
    return {
        technician: read(at, text)
        for technician, (_key, at, sealed) in newest.items()
        if (text := hand.open(sealed))
    }


def sharing(crew: Collection[Ability], *, now: datetime) -> dict[int, Fix]:
    """technician → their newest position of today, of those who agreed and are on shift: four statements. Only for
    `actions.look_at_the_map`, which writes down who sees it."""
    on_shift = on_shift_among(crew, _agreed([one.id for one in crew]), now=now)
    newest = Position.objects.filter(track=OuterRef("pk"), at__lte=now).order_by("-at").values("pk")[:1]
    tracks = Track.objects.filter(technician_id__in=on_shift, day=localdate(now))
    rows = Position.objects.filter(pk__in=tracks.annotate(newest=Subquery(newest)).values("newest"))
    told = list(rows.values_list("track__technician_id", "track__key_id", "at", "sealed"))
    hand = keys_for(key for _technician, key, _at, _sealed in told)
    return {
        technician: read(at, text) for technician, _key, at, sealed in told if (text := hand.open(sealed))
    }


def _agreed(technician_ids: Collection[int]) -> set[int]:
    rows = PositionConsent.objects.filter(technician_id__in=technician_ids, withdrawn_at=None)
    return set(rows.values_list("technician_id", flat=True))


def on_shift_among(crew: Collection[Ability], wanted: Collection[int], *, now: datetime) -> set[int]:
    """Those of the crew that are wanted and at work now, and not on leave: one statement."""
    leave: dict[int, list[tuple[int, int]]] = {}
    for row in leave_between(sorted(wanted), now, now + timedelta(seconds=1)):
        leave.setdefault(row.technician_id, []).append((row.begins, row.ends))
    zone = get_default_timezone()
    return {
        one.id
        for one in crew
        if one.id in wanted and shift_at(now, one.shifts, leave.get(one.id, ()), zone) is not None
    }


def may_see(viewer: Viewer, technician: Technician) -> bool:
    """Only of nodes whose work this viewer sees."""
    return viewer.may("position.read") and (viewer.nodes is None or technician.node_id in viewer.nodes)


def followed(viewer: Viewer, *, now: datetime) -> list[Followed]:
    """The technicians whose positions this viewer could ask for, by service point and number."""
    viewer.must("position.read")
    rows = Technician.objects.select_related("person", "node").filter(retired_at__isnull=True)
    if viewer.nodes is not None:
        rows = rows.filter(node_id__in=viewer.nodes)
    people = list(rows.order_by("node__name", "number")[:500])
    agreed = _agreed([one.id for one in people])
    working = on_shift_among(abilities(viewer.nodes), agreed, now=now)
    told = Position.objects.filter(track__technician_id__in=agreed, track__day=localdate(now))
    heard = dict(told.values_list("track__technician_id").annotate(last=Max("at")))
    return [
        Followed(
            technician=one,
            agreed=one.id in agreed,
            on_shift=one.id in working,
            heard_at=heard.get(one.id),
        )
        for one in people
    ]


def looks_at(technician_id: int) -> list[Look]:
    """Who looked at this technician's days, newest first; a map that stood open is one look."""
    rows = TrackReading.objects.select_related("person").filter(technician_id=technician_id)
    looks = [
        Look(
            person_id=row.person_id,
            name=row.person.name,
            day=row.day,
            purpose=row.purpose,
            since=row.at,
            until=row.at,
        )
        for row in rows.order_by("-id")[:READINGS]
    ]
    return joined(looks)[: -LOOKS - 1 : -1]
