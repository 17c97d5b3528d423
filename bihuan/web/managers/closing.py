"""The daily closing: what each channel received, what became of it, and when it was last proven to work."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise as Lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import CHANNELS
from bihuan.service.improvement.daily_closing import ENDS, ChannelDay, closing
from bihuan.service.intake.proving import Proof, proofs
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of

OLDEST = date(2020, 1, 1)
TITLES: dict[str, Lazy] = {
    "received": gettext_lazy("Received"),
    "cases": gettext_lazy("Cases"),
    "answered": gettext_lazy("Answered"),
    "duplicates": gettext_lazy("Duplicates"),
    "spam": gettext_lazy("Spam"),
    "quarantined": gettext_lazy("Quarantine"),
    "waiting": gettext_lazy("Waiting"),
    "automatic": gettext_lazy("Machines"),
    "probes": gettext_lazy("Probes"),
    "difference": gettext_lazy("Difference"),
}
TROUBLES: dict[str, Lazy] = {
    "unreachable": gettext_lazy("nobody answers there"),
    "timeout": gettext_lazy("no answer in time"),
    "refused": gettext_lazy("the message was refused"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One channel of one day."""

    day: ChannelDay
    name: str
    proof: Proof | None
    trouble: str

    @property
    def counts(self) -> list[tuple[str, Lazy, int]]:
        """Code, title and count of each column."""
        held = {"received": self.day.received, **{end: self.day.ends[end] for end in ENDS}}
        held["difference"] = self.day.difference
        return [(name, title, held[name]) for name, title in TITLES.items()]


def _column(name: str) -> Column[Line]:
    return Column(TITLES[name], lambda row: next(count for code, _title, count in row.counts if code == name))


COLUMNS: tuple[Column[Line], ...] = (
    Column(gettext_lazy("Channel"), lambda row: row.name),
    *(_column(name) for name in TITLES),
    Column(gettext_lazy("Last proven working"), lambda row: row.proof.proven_at if row.proof else None),
)


@require_safe
@staff_page("operations.read")
def daily_closing(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """A day of the installation; yesterday unless another is asked for."""
    now = moment(request)
    day = day_asked(request.GET.get("day", ""), now=now)
    held = proofs()
    lines = [_line(one, held.get(one.channel)) for one in closing(day)]
    file = file_of(request, f"bihuan-closing-{day}", COLUMNS, lambda: lines)
    if file is not None:
        return file
    ends = sum((one.day.ends for one in lines), start=Counter[str]())
    total = ChannelDay(channel="", received=sum(one.day.received for one in lines), ends=ends)
    context: dict[str, Any] = {
        "day": day,
        "before": day - timedelta(days=1) if day > OLDEST else None,
        "after": day + timedelta(days=1) if day < localdate(now) else None,
        "titles": TITLES.values(),
        "lines": lines,
        "total": Line(day=total, name=_("All channels"), proof=None, trouble=""),
        "differs": sum(abs(one.day.difference) for one in lines),
        "silent": [one for one in lines if one.proof and one.proof.silent_since],
        "may_decide": viewer.may("message.decide"),
    }
    return render(request, "managers/closing.html", context)


def day_asked(told: str, *, now: datetime) -> date:
    """The day in the address, no later than today; yesterday where none can be read."""
    try:
        asked = date.fromisoformat(told)
    except ValueError:
        asked = localdate(now) - timedelta(days=1)
    return max(OLDEST, min(asked, localdate(now)))


def _line(day: ChannelDay, proof: Proof | None) -> Line:
    trouble = proof.trouble if proof else ""
    return Line(
        day=day,
        name=str(CHANNELS.get(day.channel, day.channel)),
        proof=proof,
        trouble=str(TROUBLES.get(trouble, trouble)),
    )
