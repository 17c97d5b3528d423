"""One entry of a register: read, changed, taken out of use, taken back. Whoever comes second is told so."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.history import noted
from bihuan.registers.access.queries import changes_of
from bihuan.registers.access.viewer import Viewer
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers.settings_all import register_of, row_of
from bihuan.web.managers.settings_register import Register, Use, changed_words, is_out, plain, tell_form
from bihuan.web.managers.settings_words import OUT_WORDS


class ChangedMeanwhile(Refusal):
    """Somebody else changed the entry after this form was opened."""

    status = 409

    def __init__(self, row: Any) -> None:
        super().__init__(
            _(
                "Somebody else changed this entry after you opened it. Look at what stands now, then keep yours or not."
            )
        )
        self.row = row


class StillUsed(Refusal):
    """The entry is used where it may not go missing; the sentence says what to do first."""

    def __init__(self, uses: Sequence[Use]) -> None:
        told = [f"{use.what}: {use.count}. {use.first}" for use in uses if use.stops]
        super().__init__(_("This is still in use, so it stays. %(why)s") % {"why": " ".join(told)})


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def row(request: HttpRequest, viewer: Viewer, code: str, row_id: int | None = None) -> HttpResponseBase:
    """One entry as a form, or an empty one to add."""
    register = register_of(code)
    if row_id is None and not (register.adds and register.keep is not None):
        raise NotFound
    held = None if row_id is None else row_of(register, row_id)
    initial = dict(_first_values(register, request)) if held is None else register.initial(held)
    form = register.form(request.POST if request.method == "POST" else None, initial=initial)
    only_looks = register.preview is not None and "preview" in request.POST
    sent = request.method == "POST" and form.is_valid()
    clash: list[tuple[str, str, str]] = []
    if sent and not only_looks:
        try:
            if _kept(request, viewer, register, held, form):
                return redirect("managers:settings_rows", register.code)
        except ChangedMeanwhile as meanwhile:
            held = meanwhile.row
            clash = _clash(register, held, form.cleaned_data)
            form.add_error(None, str(meanwhile))
    told = _told(register, held, form, now=moment(request)) | {
        "clash": clash,
        "preview": _preview(register, held, form.cleaned_data if sent and not form.errors else initial),
    }
    return render(request, "managers/settings_form.html", told, status=422 if form.errors else 200)


def _told(register: Register, held: Any, form: TidyForm, *, now: datetime) -> dict[str, Any]:
    uses = (
        []
        if held is None or register.uses is None
        else [use for use in register.uses(held, now) if use.count]
    )
    last = None if held is None else changes_of(register.code, str(held.pk)).order_by("-id").first()
    return {
        "register": register,
        "row": held,
        "name": "" if held is None else register.name(held),
        "form": form,
        "seen": "" if held is None else register.mark(held),
        "out": held is not None and is_out(held),
        "may_keep": register.keep is not None,
        "may_out": register.out is not None,
        "may_back": register.back is not None,
        "out_word": OUT_WORDS[register.out_deed],
        "out_about": register.out_about,
        "uses": uses,
        "stopped": [use for use in uses if use.stops],
        "last": last,
        "links": [] if held is None or register.row_links is None else register.row_links(held),
        "may_preview": register.preview is not None,
    }


def _first_values(register: Register, request: HttpRequest) -> Mapping[str, str]:
    """What the address of an empty form fills in: only fields that the form has."""
    return {name: request.GET[name][:200] for name in register.form.base_fields if name in request.GET}


def _clash(register: Register, held: Any, told: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(field, what stands now, what was typed) where the two differ."""
    stands = {name: plain(value) for name, value in register.initial(held).items() if name in told}
    typed = {name: plain(told[name]) for name in stands}
    differ = {name for name in stands if (stands[name] or "") != (typed[name] or "")}
    before, after = ({name: side[name] for name in differ} for side in (stands, typed))
    return changed_words(before, after, register.form)


def _preview(register: Register, held: Any, told: Any) -> Sequence[tuple[str, str]]:
    """How a row would read with these values; nothing where they cannot be read."""
    if register.preview is None or held is None:
        return ()
    try:
        return register.preview(held, told)
    except ValidationError:
        return ()


def _kept(request: HttpRequest, viewer: Viewer, register: Register, held: Any, form: TidyForm) -> bool:
    """Whether the form's values were kept; else the form says why not."""
    if register.keep is None:
        raise NotFound
    seen = "" if held is None else request.POST.get("seen", "")
    told, row_id = dict(form.cleaned_data), None if held is None else held.pk
    return write(
        request, form, lambda: keep_row(viewer, register, row_id, told, seen=seen, now=moment(request))
    )


@transaction.atomic
def keep_row(
    viewer: Viewer,
    register: Register,
    row_id: int | None,
    told: dict[str, Any],
    *,
    now: datetime,
    seen: str = "",
) -> Any:
    """Keep an entry with its history. `seen` is the mark of the entry when its form was drawn; ChangedMeanwhile
    when it is another one by now."""
    keep = register.keep
    if keep is None:
        raise NotFound
    held = None if row_id is None else register.locked(row_id)
    if row_id is not None and held is None:
        raise NotFound
    if seen and held is not None and not register.versions and register.mark(held) != seen:
        raise ChangedMeanwhile(held)
    adds = held is None or register.versions
    return noted(
        viewer,
        register=register.code,
        deed="added" if adds else "changed",
        before={} if adds else register.facts(held),
        write=lambda: keep(viewer, row_id, told, now),
        read=lambda kept: (str(kept.pk), register.facts(register.find(kept.pk))),
        now=now,
    )


def write(request: HttpRequest, form: TidyForm, act: Callable[[], Any]) -> bool:
    """Carry something out; a refusal is told at the form's fields, all but ChangedMeanwhile, which goes on."""
    try:
        act()
    except ValidationError as refused:
        tell_form(form, refused)
    except ChangedMeanwhile:
        raise
    except (Refusal, ValueError) as refused:
        form.add_error(None, str(refused))
    else:
        messages.success(request, _("Kept."))
        return True
    return False


@require_POST
@staff_page("settings.change")
def out(request: HttpRequest, viewer: Viewer, code: str, row_id: int) -> HttpResponseBase:
    """Take an entry out of use (or put a profile in force); nothing that was done is lost."""
    register = register_of(code)
    row_of(register, row_id)
    _told_or_refused(
        lambda: take_out(viewer, register, row_id, now=moment(request), seen=request.POST.get("seen", ""))
    )
    messages.success(request, _("Done."))
    return redirect("managers:settings_rows", register.code)


@require_POST
@staff_page("settings.change")
def back(request: HttpRequest, viewer: Viewer, code: str, row_id: int) -> HttpResponseBase:
    """Take an entry back in use."""
    register = register_of(code)
    row_of(register, row_id)
    _told_or_refused(lambda: take_back(viewer, register, row_id, now=moment(request)))
    messages.success(request, _("In use again."))
    return redirect("managers:settings_row", register.code, row_id)


def _told_or_refused(act: Callable[[], Any]) -> None:
    try:
        act()
    except ValidationError as refused:
        raise Refusal(" ".join(refused.messages)) from refused


@transaction.atomic
def take_out(viewer: Viewer, register: Register, row_id: int, *, now: datetime, seen: str = "") -> None:
    """Take an entry out of use with its history. StillUsed where something would break."""
    take, held = register.out, register.locked(row_id)
    if take is None or held is None:
        raise NotFound
    if seen and register.mark(held) != seen:
        raise ChangedMeanwhile(held)
    uses = register.uses(held, now) if register.uses is not None else ()
    if any(use.stops for use in uses):
        raise StillUsed(uses)
    noted(
        viewer,
        register=register.code,
        deed=register.out_deed,
        before=register.facts(held),
        write=lambda: take(viewer, row_id, now),
        read=lambda _written: (str(row_id), register.facts(register.find(row_id))),
        now=now,
    )


@transaction.atomic
def take_back(viewer: Viewer, register: Register, row_id: int, *, now: datetime) -> None:
    """Take an entry back in use with its history."""
    give, held = register.back, register.locked(row_id)
    if give is None or held is None:
        raise NotFound
    noted(
        viewer,
        register=register.code,
        deed="back",
        before=register.facts(held),
        write=lambda: give(viewer, row_id, now),
        read=lambda _written: (str(row_id), register.facts(register.find(row_id))),
        now=now,
    )
