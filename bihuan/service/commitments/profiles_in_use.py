"""The profiles as they are stored, those in force, and the calendars they count on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from time import monotonic

from django.db import transaction
from django.db.models import Max

from bihuan.ground.journal.event import Event
from bihuan.ground.worktime.calendar import Calendar
from bihuan.ground.worktime.queries import calendar_at, calendar_now, published_through
from bihuan.service.commitments.clause import Commitments, Profile
from bihuan.service.commitments.lint import loosened
from bihuan.service.commitments.models import ProfileVersion
from bihuan.service.commitments.pattern import Pattern
from bihuan.service.commitments.reading import read_profile

SHIPPED = Path(__file__).parent / "profiles"
FIRST = "default"  # the base profile of a new installation
FRESH_SECONDS = 5.0  # a newly activated profile or calendar is in force everywhere after this
WEEK_SECONDS = 7 * 86_400
EVER = 9999


@dataclass(frozen=True, kw_only=True)
class CalendarInForce:
    """A calendar with its version, and the last year whose days off it knows (`EVER` when it follows no holidays)."""

    code: str
    version: int
    calendar: Calendar
    known_through: int


_held: dict[str, tuple[float, object]] = {}
_versions: dict[tuple[str, int], Calendar] = {}


def _fresh[T](key: str, ask: Callable[[], T]) -> T:
    """Asked of the database at most every few seconds."""
    held = _held.get(key)
    if held is None or monotonic() - held[0] > FRESH_SECONDS:
        held = _held[key] = (monotonic(), ask())
    found: T = held[1]  # type: ignore[assignment]  # what was kept under this key
    return found


def forget_cached() -> None:
    _held.clear()
    _versions.clear()
    profile_at.cache_clear()


def load_shipped_profiles(*, now: datetime) -> None:
    """Store the profiles that come with the product. The newest law is always in force; of the others the default
    is, where none was chosen yet: an upgrade never changes what a company promises. Repeatable."""
    for path in sorted(SHIPPED.glob("*.toml")):
        text = path.read_text("utf-8")
        profile = read_profile(text)
        if profile.sort == "law" and _loosens(profile):
            continue  # the company promised more than the law that ships now: that stays
        keep_profile(text, now=now)
        if profile.sort == "law":
            activate(profile.name, now=now)
    if not ProfileVersion.objects.filter(active=True, sort="base").exists():
        activate(FIRST, now=now)


def _loosens(law: Profile) -> bool:
    """Whether this law asks less than the one of that name that is in force."""
    held = ProfileVersion.objects.filter(name=law.name, active=True).order_by("-version").first()
    if held is None or held.version >= law.version:
        return False
    return any(loosened(law, profile_at(held.name, held.version)))


def keep_profile(text: str, *, now: datetime) -> Profile:
    """Store a version of a profile, not in force; one that is stored already stays as it is."""
    profile = read_profile(text)
    ProfileVersion.objects.get_or_create(
        name=profile.name,
        version=profile.version,
        defaults={"text": text, "sort": profile.sort, "made_at": now},
    )
    return profile


@transaction.atomic
def activate(name: str, *, now: datetime, version: int | None = None) -> None:
    """The newest version of this profile (or the one that is named) holds for every promise made from now on; those
    made stay as they are.

    One base is in force; overlays and peaks stand beside it. An older version of the same name goes out. Of two at
    once the later one sees what the other did.
    """
    list(ProfileVersion.objects.select_for_update().order_by("id").values_list("id", flat=True))
    kept = ProfileVersion.objects.filter(name=name).order_by("-version")
    newest = kept[0] if version is None else kept.get(version=version)
    others = ProfileVersion.objects.filter(active=True).exclude(id=newest.id)
    if newest.sort == "base":
        others.filter(sort="base").update(active=False)
    others.filter(name=name).update(active=False)
    if not newest.active:
        ProfileVersion.objects.filter(id=newest.id).update(active=True, activated_at=now)
    forget_cached()


def put_out_of_force(name: str) -> int:
    """An overlay or a peak holds no more for promises made from now on. Returns how many rows that were."""
    beside = ProfileVersion.objects.filter(name=name, active=True).exclude(sort__in=("base", "law"))
    count = beside.update(active=False)
    forget_cached()
    return count


def commitments_in_force() -> Commitments:
    """Everything that is in force."""
    return _fresh("commitments", _in_force)


def active_profiles() -> tuple[Profile, ...]:
    """The profiles in force, asked of the database now."""
    rows = ProfileVersion.objects.filter(active=True).order_by("sort", "name").values_list("name", "version")
    return tuple(profile_at(name, version) for name, version in rows)


def _in_force() -> Commitments:
    profiles = active_profiles()
    codes = {clause.calendar for profile in profiles for clause in profile.clocks()}
    paces = {code: pace_of(calendar_in_force(code)) for code in sorted(codes)}
    return Commitments(profiles=profiles, paces=paces)


def pace_of(calendar: Calendar) -> float:
    """The share of an ordinary week that a calendar is open."""
    open_minutes = sum(end - start for hours in calendar.week for start, end in hours)
    return open_minutes * 60 / WEEK_SECONDS


def is_heard(event: Event) -> bool:
    """Whether any profile that was ever in force listens to this event: what was promised under it must still end."""
    patterns = _fresh("heard", _heard).get(event.kind, ())
    facts = event.facts() if patterns else {}
    return any(pattern.fits(event.kind, facts) for pattern in patterns)


def _heard() -> dict[str, set[Pattern]]:
    found: dict[str, set[Pattern]] = {}
    rows = ProfileVersion.objects.filter(activated_at__isnull=False).values_list("name", "version")
    for name, version in rows:
        for pattern in profile_at(name, version).patterns():
            found.setdefault(pattern.kind, set()).add(pattern)
    return found


@lru_cache(maxsize=128)
def profile_at(name: str, version: int) -> Profile:
    """A profile as it was in one of its versions, in force or not. A version never changes."""
    return read_profile(ProfileVersion.objects.get(name=name, version=version).text)


def newest_of(name: str) -> ProfileVersion | None:
    return ProfileVersion.objects.filter(name=name).order_by("-version").first()


def newest_versions() -> list[ProfileVersion]:
    """Each profile in its newest version, and whichever are in force, by name."""
    newest = ProfileVersion.objects.values("name").annotate(top=Max("version"))
    tops = {row["name"]: row["top"] for row in newest}
    rows = ProfileVersion.objects.order_by("name", "version")
    return [row for row in rows if row.active or tops[row.name] == row.version]


def calendar_in_force(code: str) -> Calendar:
    """A calendar as it stands now; asked of the database at most every few seconds."""
    return calendar_held(code).calendar


def calendar_held(code: str) -> CalendarInForce:
    """A calendar with what a promise must remember of it."""
    return _fresh(f"calendar {code}", lambda: _calendar(code))


def _calendar(code: str) -> CalendarInForce:
    version, calendar, country = calendar_now(code)
    through = published_through(country) if country else EVER
    return CalendarInForce(code=code, version=version, calendar=calendar, known_through=through)


def calendar_of_promise(code: str, version: int) -> Calendar:
    """The calendar in the version that a promise was made on."""
    held = calendar_held(code)
    if held.version == version:
        return held.calendar
    if (code, version) not in _versions:
        _versions[code, version] = calendar_at(code, version)
    return _versions[code, version]
