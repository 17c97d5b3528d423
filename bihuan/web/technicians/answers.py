"""What each small form of the visit page does: it reads the request and calls one action."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from bihuan.service.cases import consulting
from bihuan.service.cases.actions import Doer
from bihuan.service.fieldwork import actions, checklists, photos, preparing, quoting, signing
from bihuan.service.fieldwork.errors import FieldLacks, NotOnPriceList, PhotoRefused
from bihuan.service.fieldwork.outcomes import BY_OUTCOME
from bihuan.service.fieldwork.rules import LARGEST_PHOTO
from bihuan.service.fieldwork.serials import write_serials
from bihuan.web.look.forms import row_of
from bihuan.web.technicians.site import Site

type Answer = Callable[[HttpRequest, Site], None]


def _given(request: HttpRequest, site: Site, sort: str) -> dict[str, str]:
    """The answers of a checklist: a radio group each, or one box each where only "done" can be said."""
    codes = [line.code for line in checklists.lines_for(site.case, sort)]
    if sort in {"conduct", "standard", "closing"}:
        ticked = set(request.POST.getlist(sort))
        return {code: "yes" if code in ticked else "no" for code in codes}
    told = {code: request.POST.get(f"{sort}-{code}", "") for code in codes}
    return {code: state for code, state in told.items() if state}


def conduct(request: HttpRequest, site: Site) -> None:
    actions.check(site.work, "conduct", _given(request, site, "conduct"), now=site.now)


def safety(request: HttpRequest, site: Site) -> None:
    actions.check(site.work, "safety", _given(request, site, "safety"), now=site.now)


def standard(request: HttpRequest, site: Site) -> None:
    actions.check(site.work, "standard", _given(request, site, "standard"), now=site.now)


def closing(request: HttpRequest, site: Site) -> None:
    actions.check(site.work, "closing", _given(request, site, "closing"), now=site.now)


def diagnosis(request: HttpRequest, site: Site) -> None:
    actions.check(site.work, "environment", _given(request, site, "environment"), now=site.now)
    reproduced = request.POST.get("reproduced", "")
    if reproduced not in {"yes", "no"}:
        raise FieldLacks("reproduced", _("Say whether you saw the fault yourself."))
    actions.diagnose(
        site.work,
        reproduced=reproduced == "yes",
        cause=request.POST.get("cause", ""),
        plan=request.POST.get("plan", ""),
        fallback=request.POST.get("fallback", ""),
        by=site.viewer.actor,
        now=site.now,
    )


def quote(request: HttpRequest, site: Site) -> None:
    wanted: dict[int, int] = {}
    minutes = request.POST.get("expected_minutes", "").strip()
    if minutes and (not minutes.isdecimal() or len(minutes) > 5):
        raise FieldLacks("expected_minutes", _("Minutes of work: 1 to 1,440."))
    for name, value in request.POST.items():
        if name.startswith("line-") and str(value).strip() not in {"", "0"}:
            wanted[_whole(name[5:])] = _whole(str(value))
    if request.POST.get("nothing"):
        quoting.nothing_to_charge(site.work, by=site.viewer.actor, now=site.now)
        return
    quoting.quote(
        site.work,
        wanted,
        by=site.viewer.actor,
        now=site.now,
        not_covered_because=request.POST.get("not_covered_because", ""),
        expected_minutes=int(minutes) if minutes else None,
    )


def _whole(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 12:
        raise NotOnPriceList
    return int(text)


def parts(request: HttpRequest, site: Site) -> None:
    if struck := row_of(request.POST.get("strike", "")):
        quoting.strike_part(site.work, struck)
        return
    part, quantity = row_of(request.POST.get("part", "")), request.POST.get("quantity", "1")
    if not part or not quantity.isdecimal() or len(quantity) > 4:
        raise FieldLacks("part", _("Choose a part and how many of it."))
    quoting.use_part(
        site.work,
        part_id=part,
        serial=request.POST.get("serial", ""),
        quantity=int(quantity),
        shown=bool(request.POST.get("shown")),
        old_part=request.POST.get("old_part", ""),
        now=site.now,
    )


def readings(request: HttpRequest, site: Site) -> None:
    if struck := row_of(request.POST.get("strike", "")):
        actions.strike_reading(site.work, struck)
        return
    told = {name: request.POST.get(name, "") for name in ("name", "value", "unit")}
    actions.read(site.work, **told, now=site.now)


def tests(request: HttpRequest, site: Site) -> None:
    points = actions.points_of(site.case)
    told = {point: request.POST.get(f"point-{point}", "") for point in points}
    results = {point: state == "yes" for point, state in told.items() if state in {"yes", "no"}}
    if not results:
        raise FieldLacks("point", _("Say of each point whether it works."))
    actions.try_points(site.work, results, by=site.viewer.actor, now=site.now)


def pictures(request: HttpRequest, site: Site) -> None:
    if struck := row_of(request.POST.get("strike", "")):
        photos.strike_photo(site.work, struck)
        return
    numbers = {unit: request.POST.get(f"serial-{unit}", "") for unit in site.units}
    write_serials(site.work, numbers, now=site.now)
    about = request.POST.get("about", "before")
    for file in request.FILES.getlist("photo"):
        if (file.size or 0) > LARGEST_PHOTO:
            raise PhotoRefused(_("The photo is too large: at most 10 MB. Nothing was changed."))
        photos.add_photo(site.work, file.read(), about=about, now=site.now)


def outcome(request: HttpRequest, site: Site) -> None:
    """Choose how it ends. An end without a sheet happens at once; the others go on to the customer's screen."""
    chosen = request.POST.get("outcome", "")
    way = BY_OUTCOME.get(chosen)
    minutes = request.POST.get("minutes", "").strip()
    if minutes:
        if not minutes.isdecimal() or len(minutes) > 5:
            raise FieldLacks("minutes", _("Minutes of work: 1 to 1,440."))
        actions.say_minutes(site.work, int(minutes))
    reason = request.POST.get("reason", "")
    if way is not None and way.signed:
        signing.say_outcome(
            site.work, chosen, inspection_told=bool(request.POST.get("inspection_told")), reason=reason
        )
        return
    signing.end_unsigned(
        site.work,
        chosen,
        reason=reason,
        receipt=request.POST.get("receipt", ""),
        doer=Doer.of(site.viewer),
        now=site.now,
    )


def confirm(request: HttpRequest, site: Site) -> None:
    actions.confirm(site.work, reached=bool(request.POST.get("reached")), by=site.viewer.actor, now=site.now)


def bring(request: HttpRequest, site: Site) -> None:
    things = preparing.to_bring(site.work, permits=site.job.permits, likely=site.job.likely)
    preparing.bring(site.work, things, set(request.POST.getlist("bring")), now=site.now)
    messages.success(request, _("Written down."))


def ask_support(request: HttpRequest, site: Site) -> None:
    consulting.ask(
        site.case,
        request.POST.get("question", ""),
        viewer=site.viewer,
        now=site.now,
        special=bool(request.POST.get("special")),
    )
    messages.success(request, _("Technical support is asked; you are told of the answer."))


def depart(_request: HttpRequest, site: Site) -> None:
    actions.depart(site.work, doer=Doer.of(site.viewer), now=site.now)


def arrive(request: HttpRequest, site: Site) -> None:
    actions.arrive(site.work, doer=Doer.of(site.viewer), now=site.now)


def take_in(request: HttpRequest, site: Site) -> None:
    actions.take_in(site.work, request.POST.get("receipt", ""), doer=Doer.of(site.viewer), now=site.now)


STEPS: dict[str, Answer] = {
    "conduct": conduct,
    "safety": safety,
    "diagnosis": diagnosis,
    "quote": quote,
    "standard": standard,
    "parts": parts,
    "readings": readings,
    "tests": tests,
    "photos": pictures,
    "closing": closing,
    "outcome": outcome,
}
DEEDS: dict[str, Answer] = {
    "bring": bring,
    "ask_support": ask_support,
    "confirm": confirm,
    "depart": depart,
    "arrive": arrive,
    "take_in": take_in,
}
