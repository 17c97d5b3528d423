"""Who changed what and when: of one entry, one register, or everywhere; what was removed can be put back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.history import noted
from bihuan.registers.access.queries import changes_of
from bihuan.registers.access.viewer import Viewer
from bihuan.web.look import listing
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.managers.settings_all import REGISTERS, register_of
from bihuan.web.managers.settings_list import SHOWN
from bihuan.web.managers.settings_register import Register, changed_words
from bihuan.web.managers.settings_words import DEEDS

GONE = frozenset({"removed", "ended"})  # deeds after which a row may be gone


@require_GET
@staff_page("settings.change")
def history(request: HttpRequest, viewer: Viewer, code: str = "", row_id: int | None = None) -> HttpResponse:
    """Who changed what and when: of one entry, one register, or everywhere."""
    register = register_of(code) if code else None
    found = changes_of(code, "" if row_id is None else str(row_id))
    page = listing.page(found, key=("-id",), after=request.GET.get("after"), size=SHOWN)
    lines = [
        {
            "change": change,
            "deed": DEEDS.get(change.deed, change.deed),
            "register": REGISTERS.get(change.register),
            "changed": _changed(change),
            "may_put_back": can_be_put_back(change),
        }
        for change in page.rows
    ]
    told = {"register": register, "row_id": row_id, "page": page, "lines": lines}
    return render(request, "managers/settings_history.html", told)


def _changed(change: Any) -> list[tuple[str, str, str]]:
    known = REGISTERS.get(change.register)
    after = {name: value for name, value in change.after.items() if name != "of"}
    return changed_words(change.before, after, known.form) if known else []


def can_be_put_back(change: Any) -> bool:
    """Whether this change took a row away whose values the history keeps whole, and it was not put back yet."""
    register = REGISTERS.get(change.register)
    if (
        register is None
        or register.keep is None
        or change.deed not in GONE
        or change.after
        or not change.before
    ):
        return False
    if set(register.form.base_fields) & register.personal or not change.row.isdecimal():
        return False
    return register.find(int(change.row)) is None and not _was_put_back(change)


def _was_put_back(change: Any) -> bool:
    return changes_of(change.register).filter(deed="put_back", id__gt=change.id, after__of=change.id).exists()


@require_POST
@staff_page("settings.change")
def put_back(request: HttpRequest, viewer: Viewer, change_id: int) -> HttpResponseBase:
    """Make a removed entry anew with the values it had, by the rules that hold now."""
    change = changes_of().filter(pk=change_id).first()
    if change is None:
        raise NotFound
    with transaction.atomic():
        if not can_be_put_back(change):
            raise Refusal(_("This was put back already, or it was not removed."))
        register = register_of(change.register)
        form = register.form(_as_sent(register, change.before))
        if not form.is_valid():
            raise Refusal(_("It cannot be put back: %(why)s") % {"why": " ".join(_sentences(form))})
        _make_anew(request, viewer, register, change, dict(form.cleaned_data))
    messages.success(request, _("Put back."))
    return redirect("managers:settings_rows", register.code)


def _make_anew(
    request: HttpRequest, viewer: Viewer, register: Register, change: Any, told: dict[str, Any]
) -> None:
    keep, now = register.keep, moment(request)
    if keep is None:
        raise NotFound
    try:
        noted(
            viewer,
            register=register.code,
            deed="put_back",
            before={},
            write=lambda: keep(viewer, None, told, now),
            read=lambda kept: (str(kept.pk), register.facts(register.find(kept.pk)) | {"of": change.pk}),
            now=now,
        )
    except ValidationError as refused:
        raise Refusal(" ".join(refused.messages)) from refused


def _as_sent(register: Register, before: dict[str, Any]) -> dict[str, Any]:
    """The kept values as a browser would send them."""
    return {
        name: value
        for name, value in before.items()
        if value is not None and name in register.form.base_fields
    }


def _sentences(form: Any) -> list[str]:
    return [str(sentence) for sentences in form.errors.values() for sentence in sentences]
