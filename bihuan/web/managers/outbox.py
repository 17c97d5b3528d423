"""The outbox: every SMS, mail and push message as its receiver reads it, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import batched
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bihuan.registers.access.actions import note_reveal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.notices import queries
from bihuan.service.notices.actions import try_again
from bihuan.service.notices.queries import NoticeView
from bihuan.service.notices.words import CHANNELS, KINDS, MANNERS, STATES, trouble_words
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of
from bihuan.web.look.listing import page

ICONS = {
    "wechat": "message-2",
    "sms": "message-2",
    "mail": "mail",
    "page": "inbox",
    "push": "bell",
    "ring": "phone-outgoing",
    "wecom": "robot",
    "dingtalk": "robot",
    "feishu": "robot",
    "call": "phone-off",
}
COLOURS = {"waiting": "bg-yellow-lt", "sent": "bg-green-lt", "given_up": "bg-red-lt"}
KEY = ("-made_at", "-id")
HEADED = ("page", "push")
EXPORTED, AT_ONCE = 5000, 500  # messages of one file, and opened together


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message with the words of its codes."""

    view: NoticeView
    icon: str
    channel: str | Lazy
    kind: str | Lazy
    state: str | Lazy
    colour: str
    trouble: str
    manner: str | Lazy  # how it went into a chat
    instead: str | Lazy  # the channel that carried it in its place
    headed: bool  # its subject stands above the words
    may_retry: bool
    may_open: bool  # to see to whom it went, for a purpose that is written down


COLUMNS: tuple[Column[Message], ...] = (  # never the words: a file travels further than a page
    Column(gettext_lazy("When"), lambda row: row.view.made_at),
    Column(gettext_lazy("Channel"), lambda row: row.channel),
    Column(gettext_lazy("About"), lambda row: row.kind),
    Column(gettext_lazy("Case number"), lambda row: row.view.number),
    Column(gettext_lazy("To"), lambda row: row.view.receiver),
    Column(gettext_lazy("State"), lambda row: row.state),
    Column(gettext_lazy("Sent"), lambda row: row.view.sent_at),
    Column(gettext_lazy("Tries"), lambda row: row.view.attempts),
    Column(gettext_lazy("Arrived"), lambda row: row.view.arrived_at),
    Column(gettext_lazy("Billed as messages"), lambda row: row.view.segments),
    Column(gettext_lazy("Went instead by"), lambda row: row.instead),
    Column(gettext_lazy("What went wrong"), lambda row: row.trouble),
)


@require_safe
@staff_page("outbox.read")
def outbox(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Newest first; the filters stand in the address."""
    chosen = {
        name: request.GET.get(name, "").strip()[:40] for name in ("channel", "state", "kind", "number", "who")
    }
    rows = queries.outbox(viewer, **chosen)
    file = file_of(request, "bihuan-outbox", COLUMNS, lambda: _in_order(rows, viewer))
    if file is not None:
        return file
    found = page(rows, key=KEY, after=request.GET.get("after"), size=20)
    context = {
        "messages_shown": [_message(view, viewer) for view in queries.shown(found.rows)],
        "page": found,
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "channels": CHANNELS,
        "states": STATES,
        "kinds": KINDS,
    }
    return render(request, "managers/outbox.html", context)


def _in_order(rows: Any, viewer: Viewer) -> Iterator[Message]:
    for some in batched(rows.order_by(*KEY)[:EXPORTED], AT_ONCE):
        yield from (_message(view, viewer) for view in queries.shown(list(some)))


@require_POST
@staff_page("outbox.reveal")
def in_full(request: HttpRequest, viewer: Viewer, notice_id: int) -> HttpResponse:
    """One message with the number or address it went to, once; who looked and what for is written down."""
    notice = queries.to_a_customer(viewer, notice_id)
    note_reveal(
        viewer=viewer,
        customer_id=notice.customer_id or 0,
        case_id=notice.case_id,
        purpose=request.POST.get("purpose", ""),
        now=moment(request),
        verb="outbox.reveal",
    )
    [view] = queries.shown([notice], full=True)
    shown = replace(_message(view, viewer), may_open=False)
    context = {
        "messages_shown": [shown],
        "chosen": {"number": view.number},
        "filtered": True,
        "channels": CHANNELS,
        "states": STATES,
        "kinds": KINDS,
    }
    answer = render(request, "managers/outbox.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _message(view: NoticeView, viewer: Viewer) -> Message:
    mends = viewer.may("operations.mend")
    return Message(
        view=view,
        icon=ICONS.get(view.channel, "send"),
        channel=CHANNELS.get(view.channel, view.channel),
        kind=KINDS.get(view.kind, view.kind),
        state=STATES.get(view.state, view.state),
        colour=COLOURS.get(view.state, ""),
        trouble=trouble_words(view.trouble),
        manner=MANNERS.get(view.manner, ""),
        instead=CHANNELS.get(view.fell_to, view.fell_to),
        headed=view.channel in HEADED,
        may_retry=mends
        and view.state == "given_up"
        and view.channel != "call"
        and not view.fell_to
        and view.words is not None,
        may_open=viewer.may("outbox.reveal") and view.customer_id is not None and view.words is not None,
    )


@require_POST
@staff_page("operations.mend")
def again(request: HttpRequest, viewer: Viewer, notice_id: int) -> HttpResponse:
    """Another try of a message that was given up."""
    if try_again(notice_id, now=moment(request)):
        messages.success(request, _("The message goes out again now."))
    else:
        messages.info(request, _("This message is on its way already."))
    return redirect("managers:outbox")
