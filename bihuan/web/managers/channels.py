"""Whether each way to people works: who carries it, when it last did, when it last did not and why."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.wechat.followers import followers_counted
from bihuan.service.notices.queries import channels_state
from bihuan.service.notices.rules import cost_words
from bihuan.service.notices.words import CHANNELS, trouble_words
from bihuan.web.look.doors import moment, staff_page


@require_safe
@staff_page("outbox.read")
def channels(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One line for each channel."""
    lines = [
        {"state": state, "name": CHANNELS[state.channel], "trouble": trouble_words(state.last_trouble)}
        for state in channels_state()
    ]
    context = {
        "lines": lines,
        "followers": followers_counted(moment(request)),
        "price": cost_words(1, settings.BIHUAN_SMS_PRICE),
    }
    return render(request, "managers/channels.html", context)
