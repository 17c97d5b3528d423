"""What a table and a form are: declared once, drawn, printed and exported by the same page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.dateparse import parse_date
from django.utils.functional import Promise as Lazy
from django.utils.timezone import get_default_timezone, localdate

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.queries import nodes_listed
from bihuan.service.improvement.rules import Window
from bihuan.web.look.export import Column

DAYS = 31  # shown where no period is chosen
LONGEST = 400  # days of one table
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)  # beyond these a mistyped year reads as no day


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to stand in a table: days (both inclusive) on which cases came in; one node or 0; open, closed, or ""."""

    first: date
    last: date
    node: int
    state: str

    @property
    def window(self) -> Window:
        zone = get_default_timezone()
        begins = datetime(self.first.year, self.first.month, self.first.day, tzinfo=zone)
        after = self.last + timedelta(days=1)
        return Window(begins, datetime(after.year, after.month, after.day, tzinfo=zone))


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of many rows. `rows` are in the order of the paper, masked whoever prints it; `needs` is the verb."""

    code: str
    title: Lazy
    about: Lazy
    columns: Sequence[Column[Any]]
    rows: Callable[[Viewer, Asked, datetime], Iterable[Any]]
    needs: str = "case.read"
    days: int = DAYS


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a form: a heading, and what stands under it, a label and its value each."""

    title: Lazy | str
    lines: Sequence[tuple[Lazy | str, str]]


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form about one case. `sections` of None is the empty form; `signs` are those who sign at its foot."""

    code: str
    title: Lazy
    about: Lazy
    sections: Callable[[Any, Viewer, datetime], Sequence[Section]]
    signs: Sequence[Lazy] = ()


def asked_of(request: HttpRequest, *, days: int, now: datetime) -> Asked:
    """The filters in the address; what makes no sense reads as the newest `days` days of everything."""
    today = localdate(now)
    last = _day(request, "to") or today
    first = _day(request, "from") or last - timedelta(days=days - 1)
    first = min(first, last)
    node = request.GET.get("node", "")
    state = request.GET.get("state", "")
    return Asked(
        first=max(first, last - timedelta(days=LONGEST)),
        last=last,
        node=int(node) if node.isascii() and node.isdigit() and len(node) < 10 else 0,
        state=state if state in {"open", "closed"} else "",
    )


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        day = parse_date(request.GET.get(name, "")[:10])
    except ValueError:
        return None
    return day if day is not None and EARLIEST <= day <= LATEST else None


def nodes_for(viewer: Viewer) -> list[tuple[int, str]]:
    """The nodes whose rows the viewer may ask for."""
    rows = nodes_listed().order_by("path")
    if viewer.nodes is not None:
        rows = rows.filter(id__in=viewer.nodes)
    return [(row.id, row.name) for row in rows]
