"""A technician agrees, withdraws, is followed on shift; somebody looks and that is written down; old days go."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import destroy_all, keys, new_key
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.models import Technician
from bihuan.registers.staff.queries import shifts_of
from bihuan.service.dispatch.positions.models import Position, PositionConsent, Track, TrackReading
from bihuan.service.dispatch.positions.queries import away_of, may_see
from bihuan.service.dispatch.positions.rules import (
    CONSENT_VERSION,
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
