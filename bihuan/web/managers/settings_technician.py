"""One technician on one page: who they are, what they can and may, when they work and when they are away."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.masking import masked_phone
from bihuan.registers.access.queries import changes_of
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff import queries as staff
from bihuan.service.dispatch.uses import planned_visits
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of as number_of
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers.settings_all import REGISTERS, row_of
from bihuan.web.managers.settings_filters import SOON
from bihuan.web.managers.settings_register import changed_words
from bihuan.web.managers.settings_row import keep_row, take_out, write
from bihuan.web.managers.settings_words import DEEDS

PARTS = ("skills", "certificates", "shifts", "leave")
LOOKED_BACK = timedelta(days=90)  # leave that is longer over is found in its own list
CHANGES = 30


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def technician(request: HttpRequest, viewer: Viewer, technician_id: int) -> HttpResponseBase:
    """Everything about one technician; skills, permits, hours and leave are added and removed here."""
    row = row_of(REGISTERS["technicians"], technician_id)
    part = request.POST.get("part", "")
    forms = {name: _form(name, technician_id) for name in PARTS}
    if request.method == "POST" and part in PARTS:
        if "remove" in request.POST:
            _remove(request, viewer, part, technician_id)
            return redirect(f"{request.path}#{part}")
        forms[part] = _form(part, technician_id, request.POST)
        if forms[part].is_valid() and _add(request, viewer, part, technician_id, forms[part]):
            return redirect(f"{request.path}#{part}")
    now = moment(request)
    told = {
        "row": row,
        "phone": masked_phone(row.person.phone),
        "visits": planned_visits(technician_id),
        "forms": forms,
        "skills": _skills(technician_id),
        "permits": [
            (one, *_permit_words(one, localdate(now))) for one in staff.certificates_of(technician_id)
        ],
        "shifts": [
            (one, chosen.word(chosen.WEEKDAYS, one.weekday)) for one in staff.shift_rows_of(technician_id)
        ],
        "leave": _leave(technician_id, now=now),
        "changes": _changes(technician_id),
    }
    wrong = any(form.is_bound and form.errors for form in forms.values())
    return render(request, "managers/settings_technician.html", told, status=422 if wrong else 200)


def _form(part: str, technician_id: int, sent: Any = None) -> Any:
    """The form of a register without the question whose it is."""
    made = REGISTERS[part].form(sent, auto_id=f"{part}_%s")
    made.fields.pop("technician_id")
    return made


def _add(request: HttpRequest, viewer: Viewer, part: str, technician_id: int, form: Any) -> bool:
    told = dict(form.cleaned_data) | {"technician_id": technician_id}
    return write(request, form, lambda: keep_row(viewer, REGISTERS[part], None, told, now=moment(request)))


def _remove(request: HttpRequest, viewer: Viewer, part: str, technician_id: int) -> None:
    register = REGISTERS[part]
    held = register.find(number_of(request.POST.get("remove", "")))
    if held is None or held.technician_id != technician_id:
        raise NotFound
    try:
        take_out(viewer, register, held.pk, now=moment(request))
    except ValidationError as refused:
        raise Refusal(" ".join(refused.messages)) from refused
    messages.success(request, _("Removed. From the history it can be put back."))


def _skills(technician_id: int) -> list[tuple[str, list[Any]]]:
    """(category, its skills with their words), category by category."""
    found: dict[str, list[Any]] = {}
    for one in staff.skills_of(technician_id):
        name = chosen.category_word(one.category)
        found.setdefault(name, []).append((one, chosen.word(chosen.kinds(), one.kind)))
    return list(found.items())


def _permit_words(permit: Any, today: date) -> tuple[str, str, str]:
    """(what it is, how it stands, colour)."""
    name = chosen.word(chosen.certificates(), permit.kind)
    if permit.valid_until < today:
        return name, _("ran out"), "red"
    if permit.valid_until <= today + SOON:
        return name, _("runs out soon"), "yellow"
    return name, _("valid"), "green"


def _leave(technician_id: int, *, now: datetime) -> list[tuple[Any, str, str]]:
    """(leave, first moment, last moment), what is over for long left out."""
    columns = REGISTERS["leave"].columns
    rows = staff.leave_of(technician_id, since=now - LOOKED_BACK)
    return [(row, columns[1].value(row), columns[2].value(row)) for row in rows]


def _changes(technician_id: int) -> Sequence[dict[str, Any]]:
    """What was changed about them, in whichever of their lists, the newest first."""
    mine = Q(register="technicians", row=str(technician_id))
    theirs = Q(after__technician_id=technician_id) | Q(before__technician_id=technician_id)
    for part in PARTS:
        ids = [
            str(pk)
            for pk in REGISTERS[part]
            .rows("")
            .filter(technician_id=technician_id)
            .values_list("pk", flat=True)
        ]
        mine |= Q(register=part) & (theirs | Q(row__in=ids))
    rows = changes_of().filter(mine).order_by("-id")[:CHANGES]
    return [
        {
            "change": one,
            "deed": DEEDS.get(one.deed, one.deed),
            "register": REGISTERS[one.register],
            "changed": [
                line
                for line in changed_words(one.before, one.after, REGISTERS[one.register].form)
                if line[0] != "of"
            ],
        }
        for one in rows
    ]
