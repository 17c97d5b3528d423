"""粘贴: copied chat messages and platform orders, read, confirmed and taken in."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from bihuan.ground.divisions import AS_OF, SOURCE
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.naming import company_name
from bihuan.registers.organisation.queries import head_office
from bihuan.registers.parts.queries import brands
from bihuan.service.cases import talking
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.queries import case_by_number, case_of_report
from bihuan.service.intake.errors import ReportRefused
from bihuan.service.intake.pasting.actions import let_go, note_joined, take_in
from bihuan.service.intake.pasting.queries import known, mark_of
from bihuan.service.intake.pasting.rules import LONGEST_PASTE, read
from bihuan.service.intake.pasting.values import Card, Known
from bihuan.web.agents.paste_form import LONGEST_TEXT, MOST_CARDS, CardForm, told_of_card
from bihuan.web.agents.paste_shown import Shown, beside, shown_card
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of


@staff_page("report.take")
def paste(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A field to paste into; behind it one form a report. Reading writes nothing down."""
    if request.method != "POST":
        shared = "\n".join(
            filter(None, (request.GET.get(name, "").strip() for name in ("title", "text", "url")))
        )
        return _read(request, viewer, shared) if shared else _page(request, [], text="")
    do = request.POST.get("do", "read")
    if do == "read":
        return _read(request, viewer, request.POST.get("text", ""))
    shown = _posted(request, viewer)
    if do.startswith("undo-"):
        _undo(request, viewer, shown, row_of(do.removeprefix("undo-")))
        return _page(request, shown, rest=request.POST.get("rest", ""))
    rest = request.POST.get("rest", "")
    wanted = row_of(do.removeprefix("take-")) if do.startswith("take-") else -1
    before = sum(one.done for one in shown)
    for one in shown:
        if not one.done and (one.at == wanted or (do == "all" and one.clear)):
            _take(request, viewer, one)
    fresh = sum(one.done for one in shown) - before
    if fresh:
        messages.success(
            request,
            ngettext("%(count)s report was taken in.", "%(count)s reports were taken in.", fresh)
            % {"count": fresh},
        )
    refused = any(one.form.is_bound and one.form.errors for one in shown)
    return _page(request, shown, rest=rest, status=422 if refused and not fresh else 200)


def _read(request: HttpRequest, viewer: Viewer, text: str) -> HttpResponse:
    """The first reports of a paste; what comes behind them waits in the field for the next time."""
    now = moment(request)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reading = read(text, known=known(), now=_here(now))
    cards = reading.cards[:MOST_CARDS]
    shown = [shown_card(card, at, viewer, now=now) for at, card in enumerate(cards, start=1)]
    rest = text[reading.cards[MOST_CARDS].begins :] if len(reading.cards) > MOST_CARDS else ""
    if reading.cut and not rest:
        rest = text[LONGEST_PASTE:]
    if not cards and not text.strip():
        messages.warning(request, _("There is nothing to read yet. Copy the messages, then paste them here."))
    return _page(request, shown, text="" if cards else text, rest=rest[:LONGEST_PASTE], left=reading.left)


def _here(now: datetime) -> datetime:
    return localtime(now, get_current_timezone())


def _posted(request: HttpRequest, viewer: Viewer) -> list[Shown]:
    """The forms as they came back, each with what is known beside it."""
    knows, now, shown = known(), moment(request), []
    for at in range(1, MOST_CARDS + 1):
        if f"{at}-text" not in request.POST:
            continue
        form = CardForm(request.POST, prefix=str(at))
        card = _again(str(request.POST[f"{at}-text"])[:LONGEST_TEXT], knows, now)
        one = beside(Shown(at=at, form=form), card, viewer, now=now)
        held = form.cleaned_data if not one.done and form.is_valid() else {}
        one.whole = all(held.get(name) for name in ("phone", "district", "category", "words"))
        shown.append(one)
    return shown


def _again(text: str, knows: Known, now: datetime) -> Card:
    """One report read once more, for its marks; its own words never become two."""
    cards = read(text, known=knows, now=_here(now)).cards
    return cards[0] if len(cards) == 1 else Card(text=text, begins=0)


def _take(request: HttpRequest, viewer: Viewer, one: Shown) -> None:
    """Write one report down, or add it to the open case that was chosen; what is wrong stands at its field."""
    form, now = one.form, moment(request)
    if not form.is_valid():
        return
    mark = mark_of(form.cleaned_data["text"])
    if number := form.cleaned_data["join"]:
        _join(request, viewer, one, number, mark)
        return
    try:
        made = take_in(
            told_of_card(form),
            mark=mark,
            by=viewer.actor,
            node=head_office(),
            now=now,
            taken_by=viewer.person_id,
            sent_at=_sent_at(form),
        )
    except ReportRefused as refusal:
        form.blame_all(refusal.fields)
        return
    case = case_of_report(made.id)
    one.number, one.kept, one.undoable = case.number if case else "", case is None, case is not None


def _join(request: HttpRequest, viewer: Viewer, one: Shown, number: str, mark: str) -> None:
    """The customer asked again: noted on the open case, once."""
    held = case_by_number(viewer, number)
    if not held.open:
        one.form.add_error(None, _("This case is closed. Open it again, or take a new report."))
        return
    with transaction.atomic():
        if note_joined(mark, number=held.number, now=moment(request)):
            talking.chase(held, by=viewer.actor, now=moment(request), words=one.form.cleaned_data["words"])
    one.number, one.joined = held.number, True


def _sent_at(form: CardForm) -> datetime | None:
    try:
        told = datetime.fromisoformat(form.cleaned_data["sent_at"])
    except ValueError:
        return None
    return told if told.tzinfo else None


def _page(
    request: HttpRequest,
    shown: list[Shown],
    *,
    text: str = "",
    rest: str = "",
    left: tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "cards": shown,
        "text": text[:LONGEST_PASTE],
        "rest": rest,
        "left": left,
        "done": sum(one.done for one in shown),
        "clear": sum(one.clear for one in shown),
        "brands": brands(),
        "cities": known().near,
        "source": SOURCE,
        "as_of": AS_OF,
        "longest": LONGEST_PASTE,
    }
    return render(request, "agents/paste.html", context, status=status)


def _undo(request: HttpRequest, viewer: Viewer, shown: list[Shown], at: int) -> None:
    """Take back what was taken in by mistake: the case is withdrawn, its story stays, the message is a form again."""
    now = moment(request)
    for index, one in enumerate(shown):
        if one.at != at or not one.undoable:
            continue
        held = case_by_number(viewer, one.number)
        with transaction.atomic():
            talking.move_saying(held, "cancel", doer=Doer.of(viewer), now=now, reason=_("Pasted by mistake"))
            let_go(held.report_id)
        text = str(request.POST.get(f"{at}-text", ""))[:LONGEST_TEXT]
        shown[index] = shown_card(_again(text, known(), now), at, viewer, now=now)
        messages.success(request, _("Case %(number)s was withdrawn.") % {"number": held.number})


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the desk on its home screen and into its share menu."""
    desk = reverse("agents:desk")
    told = {
        "id": desk,
        "name": company_name(),
        "short_name": company_name()[:12],
        "start_url": desk,
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0054a6",
        "icons": [
            {"src": static("built/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
        ],
        "share_target": {
            "action": reverse("agents:paste"),
            "method": "GET",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    return JsonResponse(told, content_type="application/manifest+json")
