"""The mails of a case as they came: plain text to look at, and a file to keep. Who looked is written down."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import case_by_number
from bihuan.service.cases.revealing import look_behind
from bihuan.service.intake.looking_at import message_bytes
from bihuan.service.intake.originals import mail_bytes, mails_of
from bihuan.web.look.doors import moment, staff_page


@staff_page("customer.reveal")
def mails(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Asks first; sent, it shows what stood in the mails, addresses and all."""
    case = case_by_number(viewer, number)
    context: dict[str, Any] = {"case": case, "mails": None}
    if request.method == "POST":
        _note(viewer, case, request)
        context["mails"] = mails_of(case.chain_id)
    answer = render(request, "agents/mails.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@staff_page("customer.reveal")
def mail_file(request: HttpRequest, viewer: Viewer, number: str, message_id: int) -> HttpResponse:
    """One mail as a file, byte for byte."""
    case = case_by_number(viewer, number)
    raw = mail_bytes(case.chain_id, message_id)
    _note(viewer, case, request)
    return as_file(raw, f"{case.number}-{message_id}.eml")


@require_POST
@staff_page("message.decide")
def message_file(request: HttpRequest, viewer: Viewer, message_id: int) -> HttpResponse:
    """A message that nobody could read, byte for byte. Who took it is kept in the journal."""
    raw = message_bytes(viewer, message_id, now=moment(request))
    return as_file(raw, f"message-{message_id}.eml")


def as_file(raw: bytes, name: str) -> HttpResponse:
    """Bytes that no browser shows, only keeps."""
    answer = HttpResponse(raw, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _note(viewer: Viewer, case: Any, request: HttpRequest) -> None:
    look_behind(viewer, case, purpose=_("Original mail"), now=moment(request))
