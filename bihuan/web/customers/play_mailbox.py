"""/play/mailbox: a visitor of the demo writes mails as a customer and reads what comes back.

What they send is a mail as any client writes it; it comes in as all mail does, and is read by the worker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.core.files.base import File
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise as Lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.channels.mail.words import AUTOMATIC, why_quarantined
from bihuan.registers.channels.mail.writing import SERVICE
from bihuan.registers.channels.message import IncomingFile
from bihuan.registers.customers.rules import read_email
from bihuan.service.notices.playing_mail import Letter, Posted, letters_to, post, posted
from bihuan.web.customers.play import play_page
from bihuan.web.look.doors import moment
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.throttle import Throttle

COOKIE, SALT = "play_mailbox", "the mailbox that a visitor plays"
EXAMPLE = "xiaomei@mail.example"
LARGEST_FILE = 5 * 1024 * 1024
REMEMBERED = 8  # mails of one's own that are shown
MAILS = Throttle(name="play-mail", times=30, seconds=600)
STATES: dict[str, Lazy] = {
    "waiting": gettext_lazy("Arrived, not read yet"),
    "report": gettext_lazy("Became a report"),
    "answered": gettext_lazy("Answered already"),
    "duplicate": gettext_lazy("Was here already"),
}


@dataclass(frozen=True, kw_only=True)
class Box:
    """Whose mailbox this browser plays, and which mails it sent."""

    address: str
    sent: tuple[int, ...] = ()


class MailForm(TidyForm):
    sender = forms.EmailField(label=gettext_lazy("I write from"), max_length=120, initial=EXAMPLE)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200, required=False)
    words = forms.CharField(
        label=gettext_lazy("Mail"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": "6"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Attachment"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("One file of at most 5 MB."),
    )
    answers = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def clean_sender(self) -> str:
        told = str(self.cleaned_data["sender"]).lower()
        if read_email(told) is None:
            raise forms.ValidationError(_("This is not an e-mail address."))
        return told

    def clean_file(self) -> File[bytes] | None:
        file: File[bytes] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(_("One file of at most 5 MB."))
        return file


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@play_page
def mailbox(request: HttpRequest) -> HttpResponseBase:
    """The mailbox; its part with the letters asks again by itself."""
    box = _box(request)
    if request.method == "POST":
        return _sent(request, box)
    letters = letters_to(box.address)
    chosen = next((one for one in letters if str(one.id) == request.GET.get("answer")), None)
    part = "#letters" if request.headers.get("HX-Request") == "true" else ""
    context = _context(box, letters, MailForm(initial=_begun(box, chosen)), chosen)
    return render(request, f"customers/play/mailbox.html{part}", context)


def _sent(request: HttpRequest, box: Box) -> HttpResponse:
    form = MailForm(request.POST, request.FILES)
    if form.is_valid() and not MAILS.count(request):
        form.add_error(None, _("Too many tries from this address. Wait ten minutes, or ring us."))
    if not form.is_valid():
        return render(
            request,
            "customers/play/mailbox.html",
            _context(box, letters_to(box.address), form, None),
            status=422,
        )
    told = form.cleaned_data
    number = post(
        told["sender"],
        name="",
        subject=told["subject"],
        words=told["words"],
        answers=told["answers"],
        files=_files(told["file"]),
        now=moment(request),
    )
    kept = Box(address=told["sender"], sent=(number, *box.sent)[:REMEMBERED])
    response = redirect("customers:play_mailbox")
    signed = signing.dumps([kept.address, kept.sent], salt=SALT)
    response.set_cookie(COOKIE, signed, max_age=86400, httponly=True, samesite="Lax", path="/play/")
    return response


def _files(file: File[bytes] | None) -> Sequence[IncomingFile]:
    if file is None:
        return ()
    media = str(getattr(file, "content_type", "") or "")
    if media.count("/") != 1 or not media.replace("/", "").replace("-", "").replace(".", "").isalnum():
        media = "application/octet-stream"
    return (IncomingFile(name=str(file.name)[:120], media=media, content=file.read()),)


def _box(request: HttpRequest) -> Box:
    """The mailbox that this browser plays; a changed cookie is none."""
    try:
        address, sent = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT)
        return Box(address=str(address), sent=tuple(int(one) for one in sent))
    except (signing.BadSignature, ValueError, TypeError):
        return Box(address="")


def _begun(box: Box, chosen: Letter | None) -> dict[str, str]:
    """What a form begins with: an answer quotes the letter below, as clients do."""
    told = {"sender": box.address or EXAMPLE}
    if chosen is None:
        return told
    quoted = "\n".join(f"> {line}" for line in chosen.words.split("\n"))
    written = _("On %(when)s %(who)s wrote:") % {
        "when": f"{localtime(chosen.at):%Y-%m-%d %H:%M}",
        "who": SERVICE,
    }
    return told | {
        "subject": f"Re: {chosen.subject}",
        "answers": chosen.number,
        "words": f"\n\n{written}\n{quoted}",
    }


def _context(box: Box, letters: list[Letter], form: MailForm, chosen: Letter | None) -> dict[str, Any]:
    return {
        "form": form,
        "box": box,
        "letters": letters,
        "posted": [(one, _became(one)) for one in posted(box.sent)],
        "answering": chosen,
        "service": SERVICE,
    }


def _became(one: Posted) -> str:
    """What became of a mail, for whoever sent it in play."""
    if one.state == "quarantined":
        return _("In quarantine: %(why)s") % {"why": why_quarantined(one.reason)}
    if one.state in {"automatic", "probe"}:
        return str(AUTOMATIC.get(one.reason, AUTOMATIC["auto_reply"]))
    return str(STATES.get(one.state, one.state))
