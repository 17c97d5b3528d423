"""One import from its columns to its end: mapping, dry run, decision, progress, result, taking back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports import actions, queries
from bihuan.service.imports.error_sheet import error_sheet
from bihuan.service.imports.queries import Opened
from bihuan.service.imports.running import set_going
from bihuan.service.imports.target import Take
from bihuan.service.imports.words import BOOK, STATES, TAKES, field_name
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import XLSX
from bihuan.web.look.forms import row_of
from bihuan.web.managers import imports

FIRST = 10  # rows shown of each state
DUPLICATES = 50  # possible duplicates on one page
LOOK_STATES = ("new", "changed", "same", "duplicate", "refused")
WRITE_STATES = ("new", "changed", "same", "skipped", "refused")
COLOURS = {
    "new": "green",
    "changed": "blue",
    "same": "secondary",
    "duplicate": "yellow",
    "skipped": "secondary",
    "refused": "red",
}
STUCK = {
    "broke": gettext_lazy("It stopped because of a fault in the program. What was written stays whole."),
    "not_allowed": gettext_lazy("It stopped because whoever began it may not do this any more."),
}
PAGES = {
    "uploaded": "managers/import_columns.html",
    "looking": "managers/import_progress.html",
    "writing": "managers/import_progress.html",
    "undoing": "managers/import_progress.html",
    "looked": "managers/import_looked.html",
    "done": "managers/import_done.html",
    "undone": "managers/import_done.html",
    "dropped": "managers/import_done.html",
}


@never_cache
@require_GET
@staff_page("order.bring_in")
def run(request: HttpRequest, viewer: Viewer, import_id: int) -> HttpResponseBase:
    """How it stands, and what can be done next."""
    one = queries.opened_import(viewer, import_id)
    page = PAGES[one.row.state]
    if request.headers.get("HX-Request"):
        if not one.moves:
            return _refresh()
        page += "#progress"
    return render(request, page, _told(request, one))


def _refresh() -> HttpResponseBase:
    """The whole page anew: it is another page by now."""
    return HttpResponse(headers={"HX-Refresh": "true"})


def _told(request: HttpRequest, one: Opened) -> dict[str, Any]:
    told: dict[str, Any] = {
        "one": one,
        "run": one.row,
        "title": one.target.title,
        "state": imports.STATES[one.row.state],
        "forgotten": one.row.forgotten_at is not None,
        "stuck": STUCK.get(one.row.trouble, BOOK.get(one.row.trouble, "")) if one.row.trouble else "",
    }
    shows: dict[str, Callable[[], dict[str, Any]]] = {
        "uploaded": lambda: _columns(one),
        "looked": lambda: _looked(request, one),
        "done": lambda: _done(one),
        "undone": lambda: _done(one),
    }
    show = shows.get(one.row.state)
    return told | (show() if show is not None else {})


def _columns(one: Opened) -> dict[str, Any]:
    """Every column of the file with its first values and the field it goes into."""
    rows = queries.first_rows(one)
    below = [cells for number, cells in rows if number > one.row.head_row][:3]
    width = max([len(one.heads), *(len(cells) for cells in below)], default=0)
    columns = [
        {
            "at": at,
            "head": one.heads[at] if at < len(one.heads) else "",
            "values": [cells[at] if at < len(cells) else "" for cells in below],
            "field": one.row.mapping.get(str(at), ""),
        }
        for at in range(width)
    ]
    shown = [each for each in columns if each["head"] or any(each["values"])]
    return {
        "columns": shown,
        "fields": [(field.code, field_name(field), field.required) for field in one.target.fields],
        "sheets": list(enumerate(one.sheets)),
        "head_rows": [
            (number, " · ".join(cell for cell in cells if cell)[:60]) for number, cells in rows[:15]
        ],
        "lacking": [
            field_name(field)
            for field in one.target.fields
            if field.required and field.code not in one.row.mapping.values()
        ],
    }


def _figures(counts: dict[str, int], states: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"state": state, "title": STATES[state], "count": counts.get(state, 0), "colour": COLOURS[state]}
        for state in states
    ]


def _looked(request: HttpRequest, one: Opened) -> dict[str, Any]:
    """Counts, the first rows of each state, and the possible duplicates to decide on."""
    after = row_of(request.GET.get("duplicates", ""))
    duplicates = queries.lines_shown(
        one, phase="look", states=["duplicate"], most=DUPLICATES + 1, after=after
    )
    counts = one.row.looked
    return {
        "heads": _heads(one),
        "figures": _figures(counts, LOOK_STATES),
        "groups": _groups(one, "look", ("refused", "new", "changed", "same")),
        "remarks": queries.lines_remarked(one, phase="look", most=FIRST),
        "duplicates": duplicates[:DUPLICATES],
        "more_duplicates": duplicates[DUPLICATES - 1].number if len(duplicates) > DUPLICATES else 0,
        "takes": list(TAKES.items()),
        "to_write": counts.get("new", 0) + counts.get("changed", 0) + counts.get("duplicate", 0),
    }


def _groups(one: Opened, phase: str, states: tuple[str, ...]) -> list[dict[str, Any]]:
    counts = one.row.looked if phase == "look" else one.row.written
    return [
        {
            "state": state,
            "title": STATES[state],
            "colour": COLOURS[state],
            "last": {"refused": _("What is wrong"), "changed": _("What changes")}.get(state, ""),
            "count": counts.get(state, 0),
            "lines": queries.lines_shown(one, phase=phase, states=[state], most=FIRST),
        }
        for state in states
        if counts.get(state)
    ]


def _heads(one: Opened) -> list[str]:
    return [field_name(field) for _at, field in sorted(one.field_of.items())]


def _done(one: Opened) -> dict[str, Any]:
    """What became of the rows; what was refused, and after an undo what stays."""
    gone = one.row.forgotten_at is not None
    return {
        "heads": _heads(one),
        "figures": _figures(one.row.written, WRITE_STATES),
        "groups": [] if gone else _groups(one, "write", ("refused",)),
        "remarks": [] if gone else queries.lines_remarked(one, phase="write", most=FIRST),
        "kept": [] if gone else queries.lines_kept(one, most=100),
        "taken_back": one.row.undone.get("taken_back", 0),
        "stays": one.row.undone.get("kept", 0),
        "written": sum(one.row.written.get(state, 0) for state in ("new", "changed")),
    }


@require_POST
@staff_page("order.bring_in")
def do(request: HttpRequest, viewer: Viewer, import_id: int, deed: str) -> HttpResponseBase:
    """One step of an import, by its name in the address."""
    deeds: dict[str, Callable[[HttpRequest, Viewer, int], bool]] = {
        "sheet": _choose_sheet,
        "columns": _map_columns,
        "back": _back,
        "choose": _choose,
        "confirm": _confirm,
        "undo": _undo,
        "go-on": _go_on,
        "drop": _drop,
    }
    act = deeds.get(deed)
    if act is None:
        raise NotFound
    try:
        moves = act(request, viewer, import_id)
    except Refusal as refused:
        if not refused.fields:
            raise
        messages.error(request, str(refused))
        return redirect("managers:import", import_id)
    if moves:
        set_going(import_id, now=moment(request))
    if deed == "drop":
        return redirect("managers:imports")
    return redirect("managers:import", import_id)


def _choose_sheet(request: HttpRequest, viewer: Viewer, import_id: int) -> bool:
    row = row_of(request.POST.get("head_row", ""))
    sheet = row_of(request.POST.get("sheet", ""))
    same = str(sheet) == request.POST.get("sheet_before", "")
    actions.choose_sheet(
        viewer, import_id, sheet=sheet, head_row=row if row and same else None, now=moment(request)
    )
    return False


def _map_columns(request: HttpRequest, viewer: Viewer, import_id: int) -> bool:
    told = {
        row_of(name.removeprefix("column-")): str(code)
        for name, code in request.POST.items()
        if name.startswith("column-") and code
    }
    actions.map_columns(viewer, import_id, told, now=moment(request))
    return True


def _back(request: HttpRequest, viewer: Viewer, import_id: int) -> bool:
    actions.reopen_columns(viewer, import_id, now=moment(request))
    return False


def _choose(request: HttpRequest, viewer: Viewer, import_id: int) -> bool:
    _keep_choices(request, viewer, import_id)
    messages.success(request, _("Kept."))
    return False


def _keep_choices(request: HttpRequest, viewer: Viewer, import_id: int) -> None:
    """The choices for the possible duplicates of one page: `take-ROW` is a take, or `theirs:NUMBER`."""
    for name, told in request.POST.items():
        take, _sign, candidate = str(told).partition(":")
        if name.startswith("take-") and take in set(Take):
            actions.choose(
                viewer,
                import_id,
                number=row_of(name.removeprefix("take-")),
                take=Take(take),
                row_id=row_of(candidate) or None,
                now=moment(request),
            )


def _confirm(request: HttpRequest, viewer: Viewer, import_id: int) -> bool:
    _keep_choices(request, viewer, import_id)
    told = request.POST.get("take", "")
    take = Take(told) if told in set(Take) else Take.OURS
    actions.confirm(viewer, import_id, take=take, now=moment(request))
    return True


def _undo(request: HttpRequest, viewer: Viewer, import_id: int) -> bool:
    actions.take_back(viewer, import_id, now=moment(request))
    return True


def _go_on(request: HttpRequest, viewer: Viewer, import_id: int) -> bool:
    actions.carry_on_again(viewer, import_id, now=moment(request))
    return True


def _drop(request: HttpRequest, viewer: Viewer, import_id: int) -> bool:
    actions.drop(viewer, import_id, now=moment(request))
    messages.success(request, _("Put aside; the file is forgotten."))
    return False


@require_GET
@staff_page("order.bring_in")
def errors(request: HttpRequest, viewer: Viewer, import_id: int) -> HttpResponseBase:
    """The refused rows as a workbook, with what is wrong in the reader's language."""
    one = queries.opened_import(viewer, import_id)
    if one.row.forgotten_at is not None:
        raise NotFound
    phase = "look" if one.row.state == "looked" else "write"
    name = f"bihuan-import-{import_id}-to-mend.xlsx"
    return FileResponse(error_sheet(one, phase=phase), as_attachment=True, filename=name, content_type=XLSX)
