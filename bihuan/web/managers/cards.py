"""The process cards as pictures, each place with its guide and its standard."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from bihuan.ground.process.drawing import draw
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.cards_in_use import all_cards
from bihuan.service.cases.words import said
from bihuan.web.look.doors import staff_page


@staff_page("cards.read")
def cards(request: HttpRequest, viewer: Viewer, name: str = "") -> HttpResponse:
    """One card drawn; the others are a click away."""
    found = all_cards()
    card = next((one for one in found if one.name == (name or "repair")), None)
    if card is None:
        raise Http404
    context = {
        "card": card,
        "title": said(card.title),
        "links": [(one.name, said(one.title)) for one in found],
        "picture": mark_safe(draw(card, language=get_language() or "en")),  # noqa: S308 (drawn and escaped by us)
        "places": [
            {"title": said(place.title), "guide": said(place.guide), "standard": said(place.standard)}
            for place in card.places
        ],
    }
    return render(request, "managers/cards.html", context)
