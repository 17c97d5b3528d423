"""What every customer may read without a link: what we promise, and what we do with their data."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bihuan.registers.customers.notice import GUARDIAN_BELOW, NOTICE_SINCE, NOTICE_VERSION
from bihuan.registers.customers.terms import CUSTOMER, days_kept
from bihuan.service.cases.words import said
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.service.commitments.published import profiles_published
from bihuan.web.customers.kept_publicly import groups, last_month, seasons
from bihuan.web.look.doors import customer_page, moment
from bihuan.web.look.throttle import Throttle

SEEN = Throttle(name="commitments", times=600, seconds=600)


@require_safe
@customer_page
def commitments(request: HttpRequest) -> HttpResponse:
    """Every public clause in force, and how well last month's promises were kept."""
    if not SEEN.count(request):
        return render(request, "customers/unknown.html", {"too_often": True}, status=429)
    now = moment(request)
    context = {
        "groups": groups(now),
        "seasons": seasons(now),
        "month": last_month(now),
        "profiles": [
            {"title": said(one.profile.title), "version": one.profile.version, "since": one.since}
            for one in profiles_published()
        ],
    }
    return render(request, "customers/commitments.html", context)


def hours_of_clause(name: str) -> int:
    """How many whole hours a clause of the profile in force allows; 0 where it has none of that name."""
    found = next((clause for clause in commitments_in_force().base().clauses if clause.id == name), None)
    return -(-found.seconds // 3600) if found else 0


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy notice: who, what for, what, how long, which rights; with its version."""
    context = {
        "days": days_kept(CUSTOMER),
        "below": GUARDIAN_BELOW,
        "version": NOTICE_VERSION,
        "since": NOTICE_SINCE,
        "export_ground": settings.BIHUAN_EXPORT_GROUND,
    }
    return render(request, "customers/privacy.html", context)
