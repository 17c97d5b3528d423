"""What a technician sees before leaving: what to bring, by sort, with its ticks."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.service.cases.consulting import advice_of, is_special
from bihuan.service.cases.words import SUPPORT_WAYS
from bihuan.service.fieldwork.layout import is_chinese
from bihuan.service.fieldwork.preparing import Thing, to_bring
from bihuan.web.technicians.cards import error_code_words
from bihuan.web.technicians.site import Site

SORTS = (
    ("tool", gettext_lazy("Tools")),
    ("part", gettext_lazy("Parts that such faults often take")),
    ("paper", gettext_lazy("Papers")),
)


def before_leaving(site: Site) -> dict[str, Any]:
    """What the part of the page before the door shows besides the job itself."""
    things = to_bring(site.work, permits=site.job.permits, likely=site.job.likely)
    ticked = sum(thing.ticked for thing in things)
    grouped = [(title, [_shown(thing) for thing in things if thing.sort == sort]) for sort, title in SORTS]
    return {
        "bring": [one for one in grouped if one[1]],
        "brought": f"{ticked}/{len(things)}" if ticked else "",
        "notes_before": _notes(site),
        "support": support_of(site),
    }


def support_of(site: Site) -> dict[str, Any]:
    """What technical support was asked and answered; `wanted`: a special fault about which nobody asked yet."""
    advice = advice_of(site.case)
    return {
        "advice": [(one, SUPPORT_WAYS.get(one.way, "")) for one in advice],
        "waits": any(one.answered_at is None for one in advice),
        "wanted": not advice and is_special(site.case),
    }


def _shown(thing: Thing) -> dict[str, Any]:
    stock = ""
    if thing.van is not None:
        stock = _("van %(van)s, service point %(shelf)s") % {"van": thing.van, "shelf": thing.shelf}
    return {
        "code": thing.code,
        "words": thing.zh if is_chinese() else thing.en,
        "ticked": thing.ticked,
        "stock": stock,
    }


def _notes(site: Site) -> list[str]:
    """What the error code means, and what the visit before planned."""
    found = error_code_words(site.job)
    if site.job.last_plan:
        found.append(_("From the last visit: %(plan)s") % {"plan": site.job.last_plan})
    return found
