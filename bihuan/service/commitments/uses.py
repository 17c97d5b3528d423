"""Where profiles and calendars are used, as counts: asked before one is taken out of use or exchanged."""

from django.db.models import Count

from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.profiles_in_use import active_profiles


def running_under(name: str) -> dict[int, int]:
    """Version of a profile → promises made under it that still run."""
    rows = (
        Promise.objects.filter(open=True, profile=name).values("profile_version").annotate(count=Count("id"))
    )
    return {row["profile_version"]: row["count"] for row in rows.order_by("profile_version")}


def clauses_counting_on(calendar: str) -> int:
    """Clauses in force whose clock counts on this calendar."""
    clauses = [clause for profile in active_profiles() for clause in profile.clocks()]
    return len([clause for clause in clauses if clause.calendar == calendar])
