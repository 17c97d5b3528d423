"""Whether each way to people works: who carries it, when it last did, when it last did not and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.service.notices.queries import channels_state
from bihuan.service.notices.words import CHANNELS, trouble_words
from bihuan.web.look.doors import staff_page


@require_safe
@staff_page("outbox.read")
def channels(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One line for each channel."""
    lines = [
        {"state": state, "name": CHANNELS[state.channel], "trouble": trouble_words(state.last_trouble)}
        for state in channels_state()
    ]
    return render(request, "managers/channels.html", {"lines": lines})
