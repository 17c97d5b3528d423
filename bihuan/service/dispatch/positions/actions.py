"""A technician agrees, withdraws, is followed on shift; somebody looks and that is written down; old days go."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import destroy_all, keys, new_key
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.models import Technician
from bihuan.registers.staff.queries import abilities, shifts_of
from bihuan.service.dispatch.positions.models import Position, PositionConsent, Track, TrackReading
from bihuan.service.dispatch.positions.queries import away_of, may_see, sharing
from bihuan.service.dispatch.positions.rules import (
    CONSENT_VERSION,
    FRESH,
    ON_THE_MAP,
    ONE_LOOK,
    Fix,
    fault,
    first_day_kept,
    thinned,
    written,
)

SHORTEST_PURPOSE = 4
SWEEP = 500


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What came of the positions that a phone sent: how many were kept, and why others were not (code → how many)."""

    kept: int
    refused: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """Where a technician was last, for how long, and whether that is too long ago to say where they are."""

    technician_id: int
    name: str
    fix: Fix
    ago: timedelta
    old: bool


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Who of a service point's technicians shares their position now, and how many technicians there are."""

    people: tuple[Whereabouts, ...]
    of: int


class NoConsent(Refusal):
    """Nobody's position is taken without their own consent."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("Your position is not taken: you have not agreed to it, or you took that back."))


def give_consent(technician: Technician, *, now: datetime) -> PositionConsent:
    """From now on, on shift only, until withdrawn. Given twice it stands once, from the first time."""
    held, _made = PositionConsent.objects.get_or_create(
        technician=technician,
        withdrawn_at=None,
        defaults={"version": CONSENT_VERSION, "given_at": now},
    )
    return held


@transaction.atomic
def withdraw_consent(technician: Technician, *, now: datetime) -> int:
    """No position is taken any more, and what is kept is deleted at once. Returns how many positions that were."""
    PositionConsent.objects.filter(technician=technician, withdrawn_at=None).update(withdrawn_at=now)
    return _forget(list(Track.objects.filter(technician=technician)), now=now)


@transaction.atomic
def keep_positions(technician: Technician, fixes: Sequence[Fix], *, now: datetime) -> Taken:
    """Keep what a phone saw of its way, where it may be kept. NoConsent refuses all; the same position sent again
    is kept once."""
    rows = PositionConsent.objects.select_for_update().filter(technician=technician, withdrawn_at=None)
    consent = rows.first()
    if consent is None or technician.retired_at is not None:
        raise NoConsent
    hours, away, zone = shifts_of(technician.id), away_of(technician.id, now=now), get_default_timezone()
    faults = [fault(fix, hours=hours, away=away, since=consent.given_at, now=now, zone=zone) for fix in fixes]
    sound = [fix for fix, why in zip(fixes, faults, strict=True) if not why]
    kept = sum(_keep_day(technician, day, sound, now=now) for day in {localdate(fix.at) for fix in sound})
    return Taken(kept=kept, refused=dict(Counter(why for why in faults if why)))


def _keep_day(technician: Technician, day: date, sound: Sequence[Fix], *, now: datetime) -> int:
    track = Track.objects.select_related("key").filter(technician=technician, day=day).first()
    if track is None:
        track = Track.objects.create(technician=technician, day=day, key=new_key(now=now))
    known = list(Position.objects.filter(track=track).values_list("at", flat=True))
    wanted = thinned([fix for fix in sound if localdate(fix.at) == day], known)
    hand = keys(track.key)
    rows = [Position(track=track, at=fix.at, sealed=hand.seal(track.key_id, written(fix))) for fix in wanted]
    return len(Position.objects.bulk_create(rows, ignore_conflicts=True))


def note_reading(
    viewer: Viewer, technician: Technician, day: date, *, purpose: str, now: datetime
) -> TrackReading:
    """Write down that this viewer looks at a technician's day, and what for. Without it nothing is shown."""
    viewer.must("position.read")
    if not may_see(viewer, technician):
        raise NotFound
    if len(purpose.strip()) < SHORTEST_PURPOSE or viewer.person_id is None:
        raise Refusal(_("Say what you need it for."), fields={"purpose": _("Say what you need it for.")})
    return TrackReading.objects.create(
        person_id=viewer.person_id,
        technician=technician,
        day=day,
        purpose=purpose.strip()[:200],
        at=now,
    )


@transaction.atomic
def look_at_the_map(viewer: Viewer, node_id: int, *, now: datetime) -> Seen:
    """Where the technicians of a service point are now: of those who agreed and are on shift. That this viewer looks is
    written down for each of them, once in a quarter of an hour."""
    viewer.must("position.read")
    if viewer.person_id is None or (viewer.nodes is not None and node_id not in viewer.nodes):
        raise NotFound
    crew = abilities(frozenset({node_id}))
    found = sharing(crew, now=now)
    _note_looks(viewer.person_id, found, now=now)
    people = [
        Whereabouts(technician_id=one.id, name=one.name, fix=fix, ago=now - fix.at, old=now - fix.at > FRESH)
        for one in crew
        if (fix := found.get(one.id)) is not None
    ]
    return Seen(people=tuple(people), of=len(crew))


def _note_looks(person_id: int, technician_ids: Iterable[int], *, now: datetime) -> None:
    told = {"person_id": person_id, "day": localdate(now), "purpose": ON_THE_MAP}
    written = TrackReading.objects.filter(
        **told, technician_id__in=list(technician_ids), at__gt=now - ONE_LOOK
    )
    known = set(written.values_list("technician_id", flat=True))
    TrackReading.objects.bulk_create(
        TrackReading(**told, technician_id=one, at=now) for one in technician_ids if one not in known
    )


def forget_old(now: datetime) -> int:
    """A sweep: days of more than thirty days ago, with their keys. Returns how many positions went."""
    old = Track.objects.filter(day__lt=first_day_kept(localdate(now))).order_by("day")[:SWEEP]
    with transaction.atomic():
        return _forget(list(old), now=now)


def _forget(tracks: Sequence[Track], *, now: datetime) -> int:
    ids = [track.id for track in tracks]
    gone = Position.objects.filter(track_id__in=ids).delete()[0]
    Track.objects.filter(id__in=ids).delete()
    destroy_all([track.key_id for track in tracks], now=now)
    return gone
