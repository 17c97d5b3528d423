"""The profiles as they are stored, and the one in force."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from time import monotonic

from bihuan.ground.worktime.calendar import Calendar
from bihuan.ground.worktime.queries import calendar_for
from bihuan.service.commitments.clause import Profile, read_profile
from bihuan.service.commitments.models import ProfileVersion

SHIPPED = Path(__file__).parent / "profiles"
FRESH_SECONDS = 5.0  # a newly activated profile or calendar is in force everywhere after this

_in_force: dict[str, tuple[float, Profile]] = {}
_calendars: dict[str, tuple[float, Calendar]] = {}


def load_shipped_profiles(*, now: datetime) -> None:
    """Store the profiles that come with the product; the first becomes active. Repeatable."""
    for path in sorted(SHIPPED.glob("*.toml")):
        keep_profile(path.read_text("utf-8"), now=now)
    if not ProfileVersion.objects.filter(active=True).exists():
        activate("default")


def keep_profile(text: str, *, now: datetime) -> Profile:
    profile = read_profile(text)
    ProfileVersion.objects.get_or_create(
        name=profile.name, version=profile.version, defaults={"text": text, "made_at": now}
    )
    return profile


def activate(name: str) -> None:
    """The newest version of this profile holds for every promise made from now on; those made stay as they are."""
    newest = ProfileVersion.objects.filter(name=name).order_by("-version")[0]
    ProfileVersion.objects.exclude(id=newest.id).update(active=False)
    ProfileVersion.objects.filter(id=newest.id).update(active=True)
    forget_cached()


def forget_cached() -> None:
    _in_force.clear()
    _calendars.clear()


def profile_in_force() -> Profile:
    """The active profile; asked of the database at most every few seconds."""
    held = _in_force.get("profile")
    if held is None or monotonic() - held[0] > FRESH_SECONDS:
        row = ProfileVersion.objects.filter(active=True).values_list("name", "version")[0]
        held = _in_force["profile"] = (monotonic(), profile_at(*row))
    return held[1]


@lru_cache(maxsize=64)
def profile_at(name: str, version: int) -> Profile:
    return read_profile(ProfileVersion.objects.get(name=name, version=version).text)


def calendar_in_force(code: str) -> Calendar:
    """A calendar; asked of the database at most every few seconds."""
    held = _calendars.get(code)
    if held is None or monotonic() - held[0] > FRESH_SECONDS:
        held = _calendars[code] = (monotonic(), calendar_for(code))
    return held[1]
