"""/play/chat: a visitor of the demo chats as a customer does; nothing here goes round the chat's own door."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bihuan.web.customers.chat_shown import hours
from bihuan.web.customers.play import play_page
from bihuan.web.look.doors import moment


@require_safe
@play_page
def chat(request: HttpRequest) -> HttpResponse:
    """Where to begin, and how to be the agent as well."""
    return render(request, "customers/play/chat.html", hours(moment(request)))
