"""Process cards as tables for whoever keeps them: every version, what it asks, what differs, which is in force."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bihuan.ground.process.drawing import draw
from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.history import noted
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases import keeping
from bihuan.service.cases.cards_in_use import all_cards, card_at
from bihuan.service.cases.uses import open_under_card, open_under_cards
from bihuan.service.cases.words import KINDS, said
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES, Column
from bihuan.web.managers import card_lines as lines
from bihuan.web.managers.settings_all import REGISTERS


@require_GET
@staff_page("settings.change")
def cards(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every card with the version in force, the newest one, and how many open cases go by it."""
    under = open_under_cards()
    rows = []
    for card in all_cards():
        newest = keeping.newest_of(card.name)
        rows.append(
            {
                "card": card,
                "title": said(card.title),
                "kind": KINDS.get(card.kind, card.kind),
                "newest": newest.version if newest is not None else card.version,
                "open": under.get(card.name, 0),
            }
        )
    return render(request, "managers/settings_cards.html", {"rows": rows})


@require_GET
@staff_page("settings.change")
def card(request: HttpRequest, viewer: Viewer, name: str, version: int) -> HttpResponseBase:
    """One version: its places and moves, and what would change if it were put in force."""
    row = keeping.version_of(name, version)
    if row is None:
        raise Http404
    held = card_at(name, version)
    moves = lines.move_lines(held)
    if (file := FILES.get(request.GET.get("format", ""))) is not None:
        return file(f"card-{name}-{version}", _columns(), moves)
    stands = keeping.in_force(name)
    under, newest = open_under_card(name), keeping.newest_of(name)
    other = card_at(name, stands.version) if stands is not None and stands.version != version else None
    told = {
        "card": held,
        "row": row,
        "title": said(held.title),
        "kind": KINDS.get(held.kind, held.kind),
        "places": lines.place_lines(held),
        "moves": moves,
        "picture": mark_safe(draw(held, language=get_language() or "en")),  # noqa: S308 (drawn and escaped by us)
        "differences": lines.difference_lines(other, held) if other is not None else [],
        "stands": stands,
        "is_newest": newest is not None and newest.version == version,
        "versions": [
            {"row": one, "open": under.get(one.version, 0)}
            for one in keeping.versions_listed().filter(name=name).order_by("-version")
        ],
        "staying": sum(under.values()),
    }
    return render(request, "managers/settings_card.html", told)


@require_POST
@staff_page("settings.change")
def activate(request: HttpRequest, viewer: Viewer, name: str, version: int) -> HttpResponseBase:
    """New cases begin under this version; those under way keep theirs."""
    if keeping.version_of(name, version) is None:
        raise Http404
    register, stands = REGISTERS["process"], keeping.in_force(name)
    try:
        with transaction.atomic():
            noted(
                viewer,
                register="process",
                deed="activated",
                before=register.facts(stands),
                write=lambda: keeping.put_in_force(name, version),
                read=lambda kept: (str(kept.pk), register.facts(kept)),
                now=moment(request),
            )
    except ValidationError as refused:
        raise Refusal(" ".join(refused.messages)) from refused
    messages.success(request, _("In force for every new case. Cases under way keep their version."))
    return redirect("managers:card_kept", name, version)


def _columns() -> list[Column[dict[str, Any]]]:
    def listed(key: str) -> Any:
        return lambda line: "、".join(line[key])

    return [
        Column(_("Move"), lambda line: line["title"]),
        Column(pgettext("move", "From"), listed("leaves")),
        Column(pgettext("move", "To"), lambda line: line["reaches"]),
        Column(_("Needs"), listed("needs")),
        Column(_("Who may"), listed("allowed")),
        Column(_("Asks for a reason"), lambda line: _("yes") if line["asks_reason"] else ""),
        Column(_("Outcome"), lambda line: line["outcome"]),
    ]
