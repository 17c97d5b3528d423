"""/desk/chats: several chats at once: the list with what is unread, the talk, who it is, and what comes of it."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import case_by_number
from bihuan.service.intake.chats.ending import end, join_case
from bihuan.service.intake.chats.queries import chat_of, colleagues
from bihuan.service.intake.chats.taking import agree, ask_over, decline, put_back, sit, take
from bihuan.service.intake.chats.writing import answer, saw
from bihuan.web.agents.chats_shown import beside, list_shown, talk_shown
from bihuan.web.look.chat_lines import SENT_BY_SCRIPT, file_response, lines_in
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("report.take")
def chats(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The list alone; sent, whether I take chats."""
    now = moment(request)
    if request.method == "POST":
        ready = request.POST.get("ready") == "yes"
        sit(viewer, ready=ready, now=now)
        told = _("You take chats now.") if ready else pgettext("chat", "You take no chats now.")
        messages.success(request, told)
        return redirect("agents:chats")
    sit(viewer, ready=None, now=now)
    return render(request, "agents/chats.html", list_shown(viewer, here=0, now=now) | {"here": 0})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("report.take")
def chat(request: HttpRequest, viewer: Viewer, chat_id: int) -> HttpResponse:
    """One chat beside the list; sent, what its agent does."""
    now, held = moment(request), chat_of(viewer, chat_id)
    if request.method == "POST":
        return _deed(request, viewer, held)
    sit(viewer, ready=None, now=now)
    told = talk_shown(viewer, chat_id, now=now)
    if told["mine"]:
        saw(chat_id, told["last_place"], by_agent=viewer.person_id)
    context = list_shown(viewer, here=chat_id, now=now) | told | beside(viewer, held, now=now)
    context |= {"here": chat_id, "once": uuid4().hex}
    if told["mine"]:
        context["colleagues"] = colleagues(viewer, now)
    return render(request, "agents/chats.html", context)


def _deed(request: HttpRequest, viewer: Viewer, held: Any) -> HttpResponse:
    now, sent = moment(request), request.POST
    match sent.get("do", ""):
        case "take":
            take(held, viewer=viewer, now=now)
        case "say":
            for line in lines_in(request, longest=30):
                answer(held, line, viewer=viewer, now=now)
        case "ask":
            ask_over(
                held, to=row_of(sent.get("to", "")), ready=sent.get("ready") == "yes", viewer=viewer, now=now
            )
            messages.success(
                request,
                _("Asked. If they do not answer within two minutes the chat lies in the queue again."),
            )
        case "agree":
            agree(held, viewer=viewer, now=now)
        case "decline":
            decline(held, viewer=viewer, now=now)
        case "back":
            put_back(held, viewer=viewer, now=now)
        case "join":
            case = case_by_number(viewer, sent.get("number", ""))
            join_case(held, case.report, viewer=viewer, now=now)
            messages.success(request, _("Added to %(number)s.") % {"number": case.number})
        case "end":
            end(held, why=sent.get("why", ""), viewer=viewer, now=now)
            messages.success(request, _("The chat is over."))
            return redirect("agents:chats")
        case _:
            raise NotFound
    if request.headers.get(SENT_BY_SCRIPT):
        return HttpResponse(status=204)
    return redirect("agents:chat", held.id)


@require_safe
@staff_page("report.take")
def chat_file(request: HttpRequest, viewer: Viewer, chat_id: int, line_id: int) -> HttpResponse:
    """A picture or file that was sent in a chat."""
    return file_response(chat_of(viewer, chat_id), line_id)
