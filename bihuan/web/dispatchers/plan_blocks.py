"""The board's rows as its template draws them: minutes of the day, words for the ear, places for the map."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bihuan.ground.routing.travel.coordinates import Point, gcj02_of
from bihuan.service.cases.words import KINDS
from bihuan.service.dispatch.fitting import Place
from bihuan.service.dispatch.lines import place_of
from bihuan.service.dispatch.planning.board import MEANT, Board, Row, Span, Stop, Waiting
from bihuan.service.dispatch.words import VISIT_STATES
from bihuan.web.dispatchers.rows import Chip, area_of, chip_of, family_names, what_of
from bihuan.web.look.words import clock_time, words_span

HUES = 12  # colours of routes, as the style sheet has them
DAY_MINUTES = 24 * 60
SHORT = 3  # last signs of a number, by which people call a case on the phone
LOCKED = {"on_the_way": "car", "arrived": "lock", "finished": "check", "missed": "user-off"}


@dataclass(frozen=True, kw_only=True)
class Block:
    """One element of the chart: `seen` is written on it, `label` begins with that. Minutes of the day: setting off,
    arrival, end; `slot` from and until."""

    number: str
    seen: str
    state: str
    icon: str
    begins: int
    arrives: int
    ends: int
    slot: tuple[int, int]
    when: str
    what: str
    area: str
    label: str
    movable: bool
    urgent: bool
    late: str


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A technician's row. `off`, `leave` and `kept` as minutes from and until."""

    id: int
    name: str
    hue: int
    jobs: int
    max_jobs: int
    figures: str
    skills: str
    blocks: tuple[Block, ...]
    off: tuple[tuple[int, int], ...]
    leave: tuple[tuple[int, int], ...]
    kept: tuple[tuple[int, int], ...]
    driven: int  # seconds


@dataclass(frozen=True, kw_only=True)
class Item:
    """A case of the pool."""

    number: str
    what: str
    kind: str
    area: str
    category: str
    chip: Chip | None
    urgent: bool
    stands: str
    label: str


def lanes_of(board: Board) -> list[Lane]:
    return [_lane(row, at, board.day) for at, row in enumerate(board.rows)]


def _lane(row: Row, at: int, day: date) -> Lane:
    minutes = _minutes(day)
    driven, worked = row.driven, row.worked
    figures = _("%(driven)s driving, %(worked)s work") % {
        "driven": words_span(driven),
        "worked": words_span(worked),
    }
    return Lane(
        id=row.one.id,
        name=row.one.name,
        hue=at % HUES,
        jobs=row.jobs,
        max_jobs=row.one.max_jobs,
        figures=figures if row.stops else "",
        skills=" ".join(sorted({category for category, _kind in row.one.skills})),
        blocks=tuple(_block(stop, day) for stop in row.stops),
        off=tuple(minutes(span) for span in row.off),
        leave=tuple(minutes(span) for span in row.leave),
        kept=tuple(minutes(span) for span in row.kept),
        driven=int(driven.total_seconds()),
    )


def _block(stop: Stop, day: date) -> Block:
    minutes, case = _minutes(day), stop.case
    begins, ends = minutes((stop.begins, stop.ends))
    when = f"{clock_time(stop.arrives)}–{clock_time(stop.ends)}"
    state = _("Meant, no time agreed yet") if stop.state == MEANT else str(VISIT_STATES[stop.state])
    late = ""
    if stop.late:
        late = ngettext("%(n)d min late", "%(n)d min late", stop.late) % {"n": stop.late}
    agreed = "–".join(clock_time(at) for at in stop.slot)
    what, area = what_of(case), area_of(case)
    seen = " ".join(part for part in (case.number[-SHORT:], area, what) if part)
    told = [seen, case.number, _("urgent") if stop.urgent else "", state, when]
    if stop.state != MEANT:
        told.append(_("agreed %(slot)s") % {"slot": agreed})
    told.append(late)
    if stop.along:
        told.append(_("goes along as the second"))
    return Block(
        number=case.number,
        seen=seen,
        state="along" if stop.along else stop.state,
        icon=LOCKED.get(stop.state, ""),
        begins=begins,
        arrives=minutes((stop.arrives, stop.ends))[0],
        ends=max(ends, begins + 5),
        slot=minutes(stop.slot),
        when=when,
        what=what,
        area=area,
        label=", ".join(part for part in told if part),
        movable=stop.movable,
        urgent=stop.urgent,
        late=late,
    )


def _minutes(day: date) -> Any:
    """Spans as minutes of this day, cut at its ends."""

    def of(span: Span) -> tuple[int, int]:
        return _minute(span[0], day), _minute(span[1], day)

    return of


def _minute(at: datetime, day: date) -> int:
    local = localtime(at)
    if local.date() != day:
        return 0 if local.date() < day else DAY_MINUTES
    return local.hour * 60 + local.minute


def items_of(pool: Iterable[Waiting], *, now: datetime) -> list[Item]:
    return [_item(one, now) for one in pool]


def _item(one: Waiting, now: datetime) -> Item:
    case = one.case
    chip = chip_of(one.promise, now) if one.promise is not None else None
    what, area = what_of(case), area_of(case)
    stands = _("%(name)s is on it, no time yet") % {"name": one.name} if one.name else _("Nobody yet")
    told = [case.number, what, area, stands, chip.words if chip else ""]
    return Item(
        number=case.number,
        what=what,
        kind=str(KINDS.get(case.kind, case.kind)),
        area=area,
        category=case.category,
        chip=chip,
        urgent=case.urgency == "urgent",
        stands=stands,
        label=", ".join(part for part in told if part),
    )


def map_of(board: Board, items: Iterable[Item], *, gcj02: bool = False) -> dict[str, Any]:
    """Places for the map as [latitude, longitude]: homes with their stops in order, and what waits. In WGS-84, or in
    the system of the provider whose tiles lie under them."""
    return {
        "routes": [
            {
                "technician": row.one.id,
                "name": row.one.name,
                "home": spot_of(row.home, gcj02=gcj02),
                "stops": [
                    {"case": stop.case.number, "at": spot, "order": order, "meant": stop.state == MEANT}
                    for order, stop in enumerate(row.stops, start=1)
                    if (spot := spot_of(stop.place, gcj02=gcj02))
                ],
            }
            for row in board.rows
        ],
        "pool": [
            {"case": item.number, "at": spot, "light": item.chip.state if item.chip else "rest"}
            for one, item in zip(board.pool, items, strict=True)
            if (spot := spot_of(place_of(one.case), gcj02=gcj02))
        ],
    }


def spot_of(place: Place, *, gcj02: bool) -> list[float] | None:
    """A place as [latitude, longitude] in the system of the map; None where it is not known."""
    if place is None:
        return None
    told = gcj02_of(Point(*place)) if gcj02 else Point(*place)
    return [round(told.latitude, 6), round(told.longitude, 6)]


def skills_shown(lanes: Iterable[Lane]) -> list[tuple[str, str]]:
    """The appliances that somebody here can do, for the filter."""
    named, held = family_names(), {code for lane in lanes for code in lane.skills.split()}
    return sorted(((code, named.get(code, code)) for code in held), key=lambda one: one[1])


def lane_url(lane: str, node_id: int) -> str:
    return f"{reverse('dispatchers:board')}?lane={lane}&node={node_id}"
