"""What a customer may ask for on their own page: cancel, complain, add words and photos. Each is a small form."""

import secrets
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.errors import Refusal
from bihuan.service.cases import talking
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.complaints.actions import complain as open_complaint
from bihuan.service.intake.adding import add_files
from bihuan.service.intake.queries import link_of
from bihuan.service.intake.told import FileTold
from bihuan.web.customers.door import Visitor, private_page
from bihuan.web.customers.tracking import back_to
from bihuan.web.customers.words import CANCEL_REASONS
from bihuan.web.look.files import name_said
from bihuan.web.look.forms import TidyForm

PHOTO = 10 * 1024 * 1024  # bytes
PHOTOS = 6
# How the files that phones take begin; what a sender calls them says nothing.
PICTURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


class CancelForm(TidyForm):
    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you cancel?"),
        choices=list(CANCEL_REASONS.items()),
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("Anything we should know?"), required=False, max_length=1000, widget=forms.Textarea
    )


class ComplaintForm(TidyForm):
    words = forms.CharField(
        label=gettext_lazy("What went wrong, and what should we do about it?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": "6"}),
    )
    once = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class Pictures(forms.FileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Several files under one name."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(PicturesField, self).clean(each, initial) for each in data or [] if each]


class AddForm(TidyForm):
    words = forms.CharField(
        label=gettext_lazy("What should we know?"), required=False, max_length=5000, widget=forms.Textarea
    )
    photos = PicturesField(
        label=gettext_lazy("Photos"),
        required=False,
        help_text=gettext_lazy("Up to six pictures of at most 10 MB each."),
        widget=Pictures(attrs={"multiple": True, "accept": "image/*"}),
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not told.get("words", "").strip() and not told.get("photos"):
            raise forms.ValidationError(_("Write something or choose a picture first."))
        return told


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def cancel(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """取消: with a reason, as the card allows."""
    case = visitor.the_case
    form = CancelForm(_sent(request))
    if request.method != "POST" or not form.is_valid():
        return _asked(request, visitor, form, "cancel")
    move_case(
        case, "cancel", doer=Doer.of(visitor.viewer), now=visitor.now, reason=form.cleaned_data["reason"]
    )
    if form.cleaned_data["words"].strip():
        talking.note(case, form.cleaned_data["words"], by=visitor.viewer.actor, now=visitor.now, public=True)
    return back_to(visitor, "cancelled")


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def complain(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """我要投诉: a case of its own, tied to this one; sent twice it is one."""
    case = visitor.the_case
    form = ComplaintForm(_sent(request), initial={"once": secrets.token_urlsafe(16)})
    if request.method != "POST" or not form.is_valid():
        return _asked(request, visitor, form, "complain")
    told = form.cleaned_data
    made = open_complaint(
        told["words"], about=case, by=visitor.viewer.actor, now=visitor.now, channel="web", once=told["once"]
    )
    return redirect(f"{link_of(made)}?said=complained")


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def add(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """More words and photos for the case."""
    case = visitor.the_case
    form = AddForm(_sent(request), request.FILES if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _asked(request, visitor, form, "add")
    try:
        pictures = [picture(file) for file in form.cleaned_data["photos"][: PHOTOS + 1]]
    except Refusal as refused:
        form.add_error("photos", str(refused))
        return _asked(request, visitor, form, "add")
    if len(pictures) > PHOTOS:
        form.add_error("photos", _("Up to six pictures of at most 10 MB each."))
        return _asked(request, visitor, form, "add")
    count = add_files(visitor.report, pictures) if pictures else 0
    words = form.cleaned_data["words"].strip() or _("%(count)d pictures added.") % {"count": count}
    talking.note(case, words, by=visitor.viewer.actor, now=visitor.now, public=True)
    return back_to(visitor, "added")


def picture(file: UploadedFile[Any]) -> FileTold:
    """A picture by its first bytes, whatever it calls itself."""
    if (file.size or 0) > PHOTO:
        raise Refusal(_("A picture may have at most 10 MB."))
    content = file.read()
    media = next((media for head, media in PICTURES.items() if content.startswith(head)), "")
    if content[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1"}:
        media = "image/heic"
    if not media:
        raise Refusal(_("This is not a picture that we can read."))
    return FileTold(name=name_said(file.name or "photo", longest=200), media=media, content=content)


def _sent(request: HttpRequest) -> QueryDict | None:
    """What was sent; an empty form was sent as well."""
    return request.POST if request.method == "POST" else None


def _asked(request: HttpRequest, visitor: Visitor, form: forms.Form, what: str) -> HttpResponse:
    context = {"form": form, "case": visitor.the_case, "token": visitor.token, "what": what}
    return render(request, f"customers/{what}.html", context, status=422 if form.is_bound else 200)
