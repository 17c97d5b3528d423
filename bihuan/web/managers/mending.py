"""Differences between the rows of promises and the journal, on the operations page: shown with both figures, mended by
writing what the journal says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import said
from bihuan.service.commitments.reckoning import clause_of
from bihuan.service.commitments.replaying import last_night, mend, unsettled
from bihuan.web.look.doors import moment, staff_page

COLUMNS: dict[str, Lazy] = {
    "began_at": gettext_lazy("Began"),
    "due_at": gettext_lazy("Due"),
    "warn_at": gettext_lazy("At risk from"),
    "state": gettext_lazy("State"),
    "ended_at": gettext_lazy("Ended"),
    "ended_how": gettext_lazy("How it ended"),
    "broken_at": gettext_lazy("Broken since"),
    "worked_seconds": gettext_lazy("Seconds worked"),
}


@dataclass(frozen=True, kw_only=True)
class DifferenceLine:
    """One difference as the page shows it; a value is a moment, a word, or nothing."""

    promise_id: int
    number: str
    promise: str
    column: Lazy | str
    stored: datetime | str
    derived: datetime | str
    found_at: datetime


def difference_lines() -> list[DifferenceLine]:
    """The differences that stand, oldest first."""
    return [
        DifferenceLine(
            promise_id=one.promise_id,
            number=one.promise.case.number,
            promise=said(clause_of(one.promise).title),
            column=COLUMNS.get(one.field, one.field),
            stored=_value(one.field, one.stored),
            derived=_value(one.field, one.derived),
            found_at=one.found_at,
        )
        for one in unsettled()
    ]


def _value(column: str, told: str) -> datetime | str:
    return datetime.fromisoformat(told) if told and column.endswith("_at") else told


def reckoned() -> dict[str, Any]:
    """What the operations page shows of the second reckoning."""
    return {"differences": difference_lines(), "night": last_night()}


@require_POST
@staff_page("operations.mend")
def mend_promise(request: HttpRequest, viewer: Viewer, promise_id: int) -> HttpResponse:
    """Write the derived values into the promise's row."""
    columns = mend(promise_id, by=viewer.actor, now=moment(request))
    words = ", ".join(str(COLUMNS.get(one, one)) for one in columns)
    messages.success(request, _("Written from the journal: %(columns)s.") % {"columns": words})
    return redirect("managers:operations")
