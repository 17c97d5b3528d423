"""The lanes of a desk: which of the cases that somebody may see press on them, and why. Querysets only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery

from bihuan.ground.journal.models import Entry
from bihuan.registers.access.models import Person
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import visible
from bihuan.service.commitments.board import at_risk
from bihuan.service.commitments.models import Promise

LANES = ("mine", "unowned", "handed", "returned", "at_risk", "broken", "chased", "on_hold", "to_call_back")
CHASE = "chase"  # the metric of an answer to somebody who asks again
COUNTED = 100  # what is more than this is shown as 99+


def lane(viewer: Viewer, name: str, *, now: datetime) -> QuerySet[Case]:
    """The open cases of one lane, unordered. An unknown name is every open case that may be seen."""
    found = visible(viewer).filter(open=True)
    if name in {"mine", "unowned", "handed"}:
        return _held(found, viewer, name)
    if name in {"on_hold", "to_call_back"}:
        return found.filter(stands_at=name)
    match name:
        case "chased":
            return found.filter(_chase_owed(), chases__gt=0)
        case "broken":
            return found.filter(next_due_at__lt=now)
        case "at_risk":
            running = Promise.objects.filter(case_id=OuterRef("id"), quiet=False)
            return found.filter(Exists(running.filter(at_risk(now))))
        case "returned":
            return found.filter(Exists(_returned_last()), stands_at="to_accept")
    return found


def _held(found: QuerySet[Case], viewer: Viewer, name: str) -> QuerySet[Case]:
    match name:
        case "mine":
            return found.filter(owner_id=viewer.person_id)
        case "handed":
            return found.filter(next_owner_id=viewer.person_id)
    return found.filter(owner__isnull=True)


def _chase_owed() -> Q:
    """Asked again and not answered yet; where no answer is promised, asked again at all."""
    asked = Promise.objects.filter(case_id=OuterRef("id"), about=CHASE)
    return Q(Exists(asked.filter(open=True))) | ~Q(Exists(asked))


def _returned_last() -> QuerySet[Entry]:
    """A service point gave the case back, and nobody has been offered it since."""
    offered_since = Entry.objects.filter(
        kind="dispatch.offered", subject_id=OuterRef("subject_id"), id__gt=OuterRef("id")
    )
    returned = Entry.objects.filter(kind="dispatch.returned", subject_id=OuterRef("id"))
    return returned.exclude(Exists(offered_since))


class _Counted(Subquery):
    """How many rows, looking at no more than the subquery's limit."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"
    output_field = IntegerField()


def counts(viewer: Viewer, *, now: datetime) -> Mapping[str, int]:
    """How full each lane is, up to `COUNTED`: one statement for all of them."""
    if viewer.person_id is None:
        return dict.fromkeys(LANES, 0)
    asked = {name: _Counted(lane(viewer, name, now=now).order_by().values("id")[:COUNTED]) for name in LANES}
    held: Mapping[str, Any] = Person.objects.filter(id=viewer.person_id).values(**asked)[0]
    return {name: int(held[name]) for name in LANES}
