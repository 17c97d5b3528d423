"""The capacity calendar: a month of a node day by day, what is booked against what may be, and its limits."""

from calendar import monthcalendar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.dates import WEEKDAYS
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import KINDS
from bihuan.service.dispatch.capacity import keeping
from bihuan.service.dispatch.capacity.queries import DayLoad, Limit, limits_of, month_of, nodes_for
from bihuan.web.dispatchers.capacity_forms import DayForm, LimitForm
from bihuan.web.dispatchers.rows import family_names
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of
from bihuan.web.look.forms import row_of
from bihuan.web.look.months import Month, month_from

COLUMNS: tuple[Column[DayLoad], ...] = (
    Column(gettext_lazy("Day"), lambda row: row.day),
    Column(gettext_lazy("Booked"), lambda row: row.booked.all),
    Column(gettext_lazy("Urgent among them"), lambda row: row.booked.urgent),
    Column(gettext_lazy("At most"), lambda row: "" if row.line.most is None else row.line.most),
    Column(gettext_lazy("Still free"), lambda row: "" if row.left is None else row.left),
    Column(gettext_lazy("Closed"), lambda row: row.line.reason),
    Column(gettext_lazy("Season or name"), lambda row: row.line.name),
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the address asks for: a node that the viewer may see, a month, what the work is, a day to change."""

    node: Any
    month: Month
    category: str
    kind: str
    day: date | None

    def url(self, **other: Any) -> str:
        """The address of this page with something changed."""
        told = {
            "node": self.node.id,
            "month": self.month.code,
            "category": self.category,
            "kind": self.kind,
            "day": self.day.isoformat() if self.day else "",
        } | other
        return "?" + urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One day of the month as it is drawn; `load` None outside of the month."""

    load: DayLoad | None
    weekday: str
    url: str
    state: str
    badge: str
    here: bool


@staff_page("capacity.read")
@require_GET
def capacity(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The month, the limits, and the form of the chosen day."""
    nodes = nodes_for(viewer)
    if not nodes:
        raise NotFound
    shown = _shown(request.GET, nodes, now=moment(request))
    loads = month_of(shown.node, shown.month.first, category=shown.category, kind=shown.kind)
    name = f"bihuan-capacity-{shown.month.code}"
    if file := file_of(request, name, COLUMNS, lambda: loads):
        return file
    return _page(request, viewer, shown, nodes, loads)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    shown: Shown,
    nodes: list[Any],
    loads: list[DayLoad],
    *,
    limit_form: LimitForm | None = None,
    day_form: DayForm | None = None,
    editing: Any = None,
    status: int = 200,
) -> HttpResponse:
    limits = limits_of(shown.node.id)
    asked = row_of(request.GET.get("limit", ""))
    editing = editing or next((one for one in limits if one.id == asked), None)
    chosen = next((one for one in loads if one.day == shown.day), None)
    context = {
        "shown": shown,
        "nodes": nodes,
        "families": family_names(),
        "kinds": KINDS,
        "weekdays": list(WEEKDAYS.values()),
        "weeks": _weeks(shown, loads, today=localdate(moment(request))),
        "before": shown.url(month=shown.month.before.code, day=""),
        "after": shown.url(month=shown.month.next.code, day=""),
        "limits": [(row, limit_words(row)) for row in limits],
        "chosen": chosen,
        "day_form": day_form or _day_form(chosen),
        "limit_form": limit_form or LimitForm(initial=_values(editing), auto_id="limit_%s"),
        "editing": editing,
        "may_change": viewer.may("capacity.change"),
        "files": shown.url(day=""),
    }
    return render(request, "dispatchers/capacity.html", context, status=status)


def _shown(asked: Any, nodes: list[Any], *, now: datetime) -> Shown:
    wanted = row_of(asked.get("node", ""))
    points = [one for one in nodes if one.kind == "service_point"]
    node = next((one for one in nodes if one.id == wanted), (points or nodes)[0])
    month = month_from(asked.get("month", ""), now=now)
    category, kind = asked.get("category", ""), asked.get("kind", "")
    return Shown(
        node=node,
        month=month,
        category=category if category in family_names() else "",
        kind=kind if kind in KINDS else "",
        day=_day(asked.get("day", ""), month),
    )


def _day(told: str, month: Month) -> date | None:
    """A day of this month; None for anything else."""
    try:
        day = parse_date(told)
    except ValueError:
        return None
    return day if day is not None and (day.year, day.month) == (month.year, month.month) else None


def _weeks(shown: Shown, loads: list[DayLoad], *, today: date) -> list[list[Cell]]:
    names = list(WEEKDAYS.values())
    return [
        [
            _cell(shown, loads[number - 1] if number else None, str(names[at]), today)
            for at, number in enumerate(week)
        ]
        for week in monthcalendar(shown.month.year, shown.month.month)
    ]


def _cell(shown: Shown, load: DayLoad | None, weekday: str, today: date) -> Cell:
    if load is None:
        return Cell(load=None, weekday=weekday, url="", state="", badge="", here=False)
    state, badge = _state(load)
    return Cell(
        load=load,
        weekday=weekday,
        url=shown.url(day=load.day.isoformat()) + "#day",
        state=state,
        badge=badge,
        here=load.day == today,
    )


def _state(load: DayLoad) -> tuple[str, str]:
    """How a day stands in words, and the badge it wears."""
    if load.line.closed:
        return _("closed: %(why)s") % {"why": load.line.reason}, "bg-red-lt"
    if load.left is None:
        return _("no limit"), "bg-secondary-lt"
    if load.left == 0:
        if load.left_urgent:
            return _("full, %(left)s for urgent cases") % {"left": load.left_urgent}, "bg-yellow-lt"
        return _("full"), "bg-red-lt"
    return _("%(left)s free") % {"left": load.left}, "bg-green-lt"


def limit_words(row: Limit) -> str:
    """What a limit is about and when, in one line."""
    told = [
        str(family_names().get(row.category, row.category)) or _("every appliance"),
        str(KINDS.get(row.kind, row.kind)) or _("every kind of work"),
        str(WEEKDAYS[row.weekday]) if row.weekday is not None else _("every day"),
    ]
    if row.first_day is not None:
        told.append(f"{row.first_day.isoformat()} – {row.last_day.isoformat() if row.last_day else ''}")
    return " · ".join(told)


def _values(row: Any) -> dict[str, Any] | None:
    return {name: getattr(row, name) for name in LimitForm.base_fields} if row is not None else None


def _day_form(chosen: DayLoad | None) -> DayForm:
    if chosen is None:
        return DayForm(auto_id="day_%s")
    line = chosen.line
    told = {"closed": line.closed, "reason": line.reason, "visits": line.by_hand}
    return DayForm(initial=told, auto_id="day_%s")


@staff_page("capacity.change")
@require_POST
def set_day(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Close a day, give it another number of visits, or let the limits hold again."""
    nodes, now = nodes_for(viewer), moment(request)
    shown = _asked(request, nodes, now=now)
    form = DayForm(request.POST, auto_id="day_%s")
    if shown.day is None:
        raise NotFound
    if form.is_valid():
        try:
            keeping.set_day(
                viewer,
                node_id=shown.node.id,
                day=shown.day,
                category=shown.category,
                kind=shown.kind,
                now=now,
                **form.cleaned_data,
            )
        except ValidationError as refused:
            _blame(form, refused)
        else:
            messages.success(request, _("The day is kept."))
            return redirect(reverse("dispatchers:capacity") + shown.url())
    loads = month_of(shown.node, shown.month.first, category=shown.category, kind=shown.kind)
    return _page(request, viewer, shown, nodes, loads, day_form=form, status=422)


@staff_page("capacity.change")
@require_POST
def keep_limit(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Add a limit, change one, or take it away."""
    nodes, now = nodes_for(viewer), moment(request)
    shown = _asked(request, nodes, now=now)
    limit_id = row_of(request.POST.get("limit", "")) or None
    if request.POST.get("step") == "drop" and limit_id:
        keeping.drop_limit(viewer, limit_id, now=now)
        messages.success(request, _("The limit holds no more."))
        return redirect(reverse("dispatchers:capacity") + shown.url(day=""))
    form = LimitForm(request.POST, auto_id="limit_%s")
    if form.is_valid():
        try:
            keeping.keep_limit(viewer, limit_id, form.cleaned_data | {"node_id": shown.node.id}, now=now)
        except ValidationError as refused:
            _blame(form, refused)
        else:
            messages.success(request, _("The limit is kept; it holds for every booking from now on."))
            return redirect(reverse("dispatchers:capacity") + shown.url(day=""))
    loads = month_of(shown.node, shown.month.first, category=shown.category, kind=shown.kind)
    editing = next((one for one in limits_of(shown.node.id) if one.id == limit_id), None)
    return _page(request, viewer, shown, nodes, loads, limit_form=form, editing=editing, status=422)


def _blame(form: DayForm | LimitForm, refused: ValidationError) -> None:
    told = refused.message_dict if hasattr(refused, "error_dict") else {"": refused.messages}
    for name, sentences in told.items():
        for sentence in sentences:
            form.blame(name, sentence)


def _asked(request: HttpRequest, nodes: list[Any], *, now: datetime) -> Shown:
    """What the form is about: the node must be one that this viewer sees."""
    if row_of(request.POST.get("node", "")) not in {one.id for one in nodes}:
        raise NotFound
    return _shown({**request.GET.dict(), **request.POST.dict()} | _about(request), nodes, now=now)


def _about(request: HttpRequest) -> dict[str, str]:
    """A limit's form names its own category and kind; the calendar shown is told apart from them."""
    return {"category": request.POST.get("of_category", ""), "kind": request.POST.get("of_kind", "")}
