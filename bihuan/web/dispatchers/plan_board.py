"""The plan of a day: every service point in a table, one of them as map and chart, moved by mouse or by key."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import is_naive, localdate, localtime, make_aware
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bihuan.registers.access.errors import LostRace, NotFound, Refusal
from bihuan.registers.access.queries import names_of
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import case_by_number
from bihuan.service.dispatch.planning.board import (
    IN_POOL,
    MOST_IN_POOL,
    VERBS,
    Board,
    Stop,
    Summary,
    board_of,
    mark_of,
    newest_move,
    node_seen,
    summaries,
)
from bihuan.service.dispatch.planning.errors import PlanMoved
from bihuan.service.dispatch.planning.moving import last_move_of, move, undo
from bihuan.service.dispatch.planning.weighing import Consequence, weigh
from bihuan.service.dispatch.queries import ON_HOLD, RETURNED, TO_BOOK
from bihuan.service.dispatch.slots import FAR_YEAR, LONG_PAST
from bihuan.service.dispatch.words import OVERRIDE_REASONS, REASSIGN_REASONS, REBOOK_REASONS, slot_words
from bihuan.web.dispatchers.plan_blocks import items_of, lane_url, lanes_of, map_of, skills_shown
from bihuan.web.dispatchers.plan_words import lines_of, minute_of
from bihuan.web.dispatchers.rows import area_of, what_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of
from bihuan.web.look.forms import row_of
from bihuan.web.look.words import clock_time

SEEN = "X-Seen"  # the mark of what a page shows, which it sends when it asks again
PAGE = "dispatchers/plan_board.html"
FAR = timedelta(days=400)
JUST_NOW = timedelta(minutes=5)
SORTS: dict[str, Callable[[Summary], Any]] = {
    "name": lambda one: one.node.name,
    "people": lambda one: -one.at_work,
    "booked": lambda one: -one.booked,
    "waits": lambda one: -(one.to_assign + one.to_book),
    "broken": lambda one: -one.broken,
    "used": lambda one: -one.used,
}
COLUMNS: tuple[Column[tuple[str, int, Stop]], ...] = (
    Column(_("Technician"), lambda row: row[0]),
    Column(_("In order"), lambda row: row[1]),
    Column(_("Number"), lambda row: row[2].case.number),
    Column(_("Agreed time"), lambda row: "" if row[2].state == "meant" else slot_words(*row[2].slot)),
    Column(_("Sets off"), lambda row: clock_time(row[2].begins)),
    Column(_("Arrives"), lambda row: clock_time(row[2].arrives)),
    Column(_("Ends"), lambda row: clock_time(row[2].ends)),
    Column(_("Appliance"), lambda row: what_of(row[2].case)),
    Column(_("District"), lambda row: area_of(row[2].case)),
)


@staff_page(*VERBS)
@require_GET
def plan_nodes(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Every service point of this viewer on a day; whoever has one sees it at once."""
    now = moment(request)
    day = day_asked(request.GET.get("day", ""), now=now)
    found = summaries(viewer, day, now=now)
    if len(found) == 1:
        return redirect(_address(found[0].node.id, day))
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "broken"
    context = {
        "day": day,
        "rows": sorted(found, key=lambda one: (SORTS[sort](one), one.node.name)),
        "sort": sort,
        "columns": [
            ("name", gettext("Service point")),
            ("people", gettext("Technicians at work")),
            ("booked", gettext("Visits agreed")),
            ("waits", gettext("Waiting")),
            ("broken", gettext("Broken promises")),
            ("used", gettext("Hours taken")),
        ],
        **_days(day, now),
    }
    return render(request, "dispatchers/plan_nodes.html", context)


@never_cache
@staff_page(*VERBS)
@require_GET
def plan(request: HttpRequest, viewer: Viewer, node_id: int) -> HttpResponseBase:
    """One service point's day, live: a page that asks again is answered when the day looks another way."""
    now = moment(request)
    day = day_asked(request.GET.get("day", ""), now=now)
    live = request.headers.get("HX-Request") == "true"
    mark = mark_of(viewer, node_id, day, now=now)
    if live and request.headers.get(SEEN) == mark:
        return HttpResponse(status=204)
    in_pool = _in_pool(request.GET.get("pool", ""))
    board = board_of(viewer, node_id, day, now=now, in_pool=in_pool)
    if viewer.may("case.export") and (
        file := file_of(request, f"bihuan-plan-{day:%Y%m%d}", COLUMNS, lambda: _ordered(board))
    ):
        return file
    return _drawn(request, viewer, board, mark, in_pool=in_pool, now=now, live=live)


def _drawn(
    request: HttpRequest,
    viewer: Viewer,
    board: Board,
    mark: str,
    *,
    in_pool: int,
    now: datetime,
    live: bool,
    said: str = "",
) -> HttpResponse:
    lanes, items, tiles = lanes_of(board), items_of(board.pool, now=now), settings.BIHUAN_MAP
    today = board.day == localdate(now)
    local = localtime(now)
    last = last_move_of(viewer, board.node.id) if viewer.may("visit.assign") else None
    context = {
        "board": board,
        "day": board.day,
        "mark": mark,
        "address": _address(board.node.id, board.day, in_pool=in_pool),
        "in_pool": in_pool,
        "lanes": lanes,
        "items": items,
        "more": max(0, board.waits - len(items)),
        "more_address": _address(board.node.id, board.day, in_pool=in_pool + IN_POOL)
        if in_pool < MOST_IN_POOL
        else "",
        "places": map_of(board, items, gcj02=bool(tiles and tiles.gcj02)),
        "tiles": tiles,
        "skills": skills_shown(lanes),
        "hours": range(7, 22),
        "minute": local.hour * 60 + local.minute if today else -1,
        "may_move": viewer.may("visit.assign"),
        "may_see_people": today and viewer.may("position.read"),
        "may_export": viewer.may("case.export"),
        "last": last,
        "said": said,
        "side": [
            (gettext("To book"), board.lanes.get(TO_BOOK, 0), lane_url(TO_BOOK, board.node.id)),
            (gettext("On hold"), board.lanes.get(ON_HOLD, 0), lane_url(ON_HOLD, board.node.id)),
            (
                gettext("Returned by service points"),
                board.lanes.get(RETURNED, 0),
                lane_url(RETURNED, board.node.id),
            ),
        ],
        **_days(board.day, now),
    }
    return render(request, f"{PAGE}#plan" if live else PAGE, context)


def _ordered(board: Board) -> list[tuple[str, int, Stop]]:
    return [
        (row.one.name, order, stop) for row in board.rows for order, stop in enumerate(row.stops, start=1)
    ]


@staff_page(*VERBS)
@require_GET
def plan_print(request: HttpRequest, viewer: Viewer, node_id: int) -> HttpResponse:
    """The day as lists on paper, one table a technician."""
    now = moment(request)
    board = board_of(viewer, node_id, day_asked(request.GET.get("day", ""), now=now), now=now)
    context = {"board": board, "lanes": [lane for lane in lanes_of(board) if lane.blocks], "now": now}
    return render(request, "dispatchers/plan_print.html", context)


@never_cache
@staff_page("visit.assign")
@require_GET
def plan_weigh(request: HttpRequest, viewer: Viewer, node_id: int) -> HttpResponse:
    """What would follow, as the sentences that stand beside the pointer."""
    case = case_by_number(viewer, request.GET.get("case", ""))
    told = _weighed(
        viewer, node_id, case, request.GET.get("technician", ""), request.GET.get("at", ""), request
    )
    return render(request, "dispatchers/plan_weighed.html", _shown(told, case))


def _weighed(
    viewer: Viewer, node_id: int, case: Any, technician: str, at: str, request: HttpRequest
) -> Consequence:
    _refuse_foreign(viewer, node_id, case)
    return weigh(viewer, case, technician_id=row_of(technician), at=_moment_of(at), now=moment(request))


def _refuse_foreign(viewer: Viewer, node_id: int, case: Any) -> None:
    """A case is moved on the plan of its own service point."""
    if node_seen(viewer, node_id).id != case.node_id:
        raise NotFound


def _shown(told: Consequence, case: Any) -> dict[str, Any]:
    begins, ends = minute_of(told)
    return {
        "told": told,
        "lines": lines_of(told, case.number),
        "begins": begins,
        "ends": ends,
        "asks": told.needs_reason or told.needs_agreement or bool(told.not_best),
    }


@never_cache
@staff_page("visit.assign")
@require_http_methods(["GET", "POST"])
def plan_move(request: HttpRequest, viewer: Viewer, node_id: int) -> HttpResponse:
    """The form of a move with what follows from it; a POST moves. Asked by the board it answers with a part."""
    now, asked = moment(request), request.POST if request.method == "POST" else request.GET
    case = case_by_number(viewer, asked.get("case", ""))
    _refuse_foreign(viewer, node_id, case)
    if request.method == "POST":
        try:
            return _moved(request, viewer, node_id, case, now)
        except Refusal as refusal:
            if request.headers.get("HX-Request") == "true":
                raise
            messages.error(request, str(refusal))
            return _form(request, viewer, node_id, case, now, status=refusal.status)
    return _form(request, viewer, node_id, case, now)


def _moved(request: HttpRequest, viewer: Viewer, node_id: int, case: Any, now: datetime) -> HttpResponse:
    asked = request.POST
    at = _moment_of(asked.get("at", ""))
    try:
        made = move(
            viewer,
            case,
            technician_id=row_of(asked.get("technician", "")),
            at=at,
            version=row_of(asked.get("version", "")),
            now=now,
            reason=asked.get("reason", ""),
            words=asked.get("words", "")[:2000],
            agreed=asked.get("agreed") == "yes",
            why_not_best=asked.get("why_not_best", ""),
        )
    except PlanMoved as lost:
        told = " ".join((str(lost), *_who_moved(node_id, localtime(at).date(), now=now)))
        raise LostRace(told) from lost
    said = gettext("Case %(number)s was moved. Undo takes it back.") % {"number": made.case.number}
    return _answered(request, viewer, node_id, localtime(at).date(), now, said)


def _who_moved(node_id: int, day: date, *, now: datetime) -> Iterator[str]:
    """Who moved what just now, in a sentence; nothing where it was no move on the board."""
    last = newest_move(node_id, day, since=now - JUST_NOW)
    if last is not None and (name := names_of({last.made_by}).get(last.made_by)):
        yield gettext("%(name)s moved case %(number)s.") % {"name": name, "number": last.case.number}


@staff_page("visit.assign")
@require_POST
def plan_undo(request: HttpRequest, viewer: Viewer, node_id: int) -> HttpResponse:
    """Take one's own last move back."""
    now = moment(request)
    node_seen(viewer, node_id)
    made = undo(viewer, row_of(request.POST.get("moved", "")), now=now)
    said = gettext("Case %(number)s is back where it was.") % {"number": made.case.number}
    return _answered(request, viewer, node_id, made.plan.day, now, said)


def _answered(
    request: HttpRequest, viewer: Viewer, node_id: int, day: date, now: datetime, said: str
) -> HttpResponse:
    """The day as it is now: as a part for the board, else by its page. The board shows the day it showed."""
    day = day_asked(request.POST.get("day", ""), now=now) if request.POST.get("day") else day
    if request.headers.get("HX-Request") != "true":
        messages.success(request, said)
        return redirect(_address(node_id, day))
    in_pool = _in_pool(request.POST.get("pool", ""))
    board = board_of(viewer, node_id, day, now=now, in_pool=in_pool)
    mark = mark_of(viewer, node_id, day, now=now)
    return _drawn(request, viewer, board, mark, in_pool=in_pool, now=now, live=True, said=said)


def _form(
    request: HttpRequest, viewer: Viewer, node_id: int, case: Any, now: datetime, *, status: int = 200
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    day = day_asked(asked.get("day", ""), now=now)
    board = board_of(viewer, node_id, day, now=now)
    technician, at = row_of(asked.get("technician", "")), asked.get("at", "")
    context: dict[str, Any] = {
        "board": board,
        "day": day,
        "case": case,
        "what": what_of(case),
        "area": area_of(case),
        "technicians": [(row.one.id, row.one.name) for row in board.rows],
        "technician": technician,
        "at": at,
        "times": [
            (f"{day.isoformat()}T{hour:02}:{minute:02}", f"{hour:02}:{minute:02}")
            for hour in range(8, 20)
            for minute in (0, 15, 30, 45)
        ],
        "version": board.version if status != 200 else row_of(asked.get("version", "")) or board.version,
        "in_pool": (in_pool := _in_pool(asked.get("pool", ""))),
        "back": _address(node_id, day, in_pool=in_pool),
        "override_reasons": OVERRIDE_REASONS,
    }
    if technician and at:
        told = weigh(viewer, case, technician_id=technician, at=_moment_of(at), now=now)
        context |= _shown(told, case)
        context["reasons"] = REBOOK_REASONS if told.needs_agreement else REASSIGN_REASONS
    name = "dispatchers/plan_move.html"
    part = request.headers.get("HX-Request") == "true"
    return render(request, f"{name}#form" if part else name, context, status=status)


def day_asked(told: str, *, now: datetime) -> date:
    """The day of an address; today where it names none that can be read, or one too far away."""
    today = localdate(now)
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return today
    return day if abs(day - today) <= FAR else today


def _moment_of(told: str) -> datetime:
    """A time as a page sends it, on the wall where it names no zone; long past where it cannot be read."""
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        return LONG_PAST
    if not LONG_PAST.year < at.year < FAR_YEAR:
        return LONG_PAST
    return make_aware(at) if is_naive(at) else at


def _in_pool(told: str) -> int:
    """How many of those that wait are drawn: in whole steps, from the first to the most."""
    return min(max(row_of(told) // IN_POOL, 1) * IN_POOL, MOST_IN_POOL)


def _address(node_id: int, day: date, *, in_pool: int = IN_POOL) -> str:
    more = f"&pool={in_pool}" if in_pool != IN_POOL else ""
    return f"{reverse('dispatchers:plan', args=[node_id])}?day={day.isoformat()}{more}"


def _days(day: date, now: datetime) -> dict[str, Any]:
    return {
        "previous": f"?day={(day - timedelta(days=1)).isoformat()}",
        "next": f"?day={(day + timedelta(days=1)).isoformat()}",
        "is_today": day == localdate(now),
        "now": now,
    }
