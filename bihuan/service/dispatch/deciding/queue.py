"""Cases that wait because nobody could take them: written down, and woken whenever somebody frees."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q, Sum

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import visible
from bihuan.service.dispatch.deciding.models import Waiting
from bihuan.service.dispatch.deciding.rules import Waits, in_order
from bihuan.service.dispatch.models import Visit

UNSERVED = ("to_accept", "to_assign")
LOOK_AGAIN = timedelta(minutes=10)
GIVEN_UP_BY_US = Q(state=Visit.WITHDRAWN, booked_at__isnull=False, moved_by_customer=0)


def wait_for(case: Case, *, now: datetime) -> None:
    """Nobody can take it now. It is looked at again in ten minutes, or when somebody frees."""
    again = now + LOOK_AGAIN
    row, made = Waiting.objects.get_or_create(case=case, defaults={"since": now, "look_at": again})
    if not made:
        Waiting.objects.filter(id=row.id).update(look_at=again, looks=F("looks") + 1)


@transaction.atomic
def wake(now: datetime, *, node_path: str = "") -> int:
    """Somebody freed (at this node or below; empty: anywhere): what waits there is looked at at the next turn. What
    another one wakes at this moment is left to them, so that nobody waits for anybody."""
    rows = Waiting.objects.filter(look_at__gt=now)
    if node_path:
        rows = rows.filter(Q(case__node__path__startswith=node_path) | Q(case__stands_at="to_accept"))
    ids = list(rows.select_for_update(skip_locked=True, of=("self",)).values_list("id", flat=True))
    return Waiting.objects.filter(id__in=ids).update(look_at=now) if ids else 0


def due(now: datetime, *, at_most: int) -> list[int]:
    """The cases to look at now, the oldest promise first."""
    rows = Waiting.objects.select_related("case").filter(look_at__lte=now)
    found = {row.case_id: row.case for row in rows.order_by("case__next_due_at", "case_id")[:at_most]}
    put_off = put_off_of(found)
    return [one.id for one in in_order(_waits(case, put_off.get(case.id, 0)) for case in found.values())]


def _waits(case: Case, put_off: int) -> Waits:
    return Waits(
        id=case.id,
        safety=case.urgency == "urgent",
        promised=case.next_due_at,
        opened=case.opened_at,
        put_off=put_off,
    )


def put_off_of(case_ids: Iterable[int]) -> dict[int, int]:
    """case → how often we moved or gave up what was agreed with its customer: one statement."""
    rows = Visit.objects.filter(case_id__in=list(case_ids)).values("case_id").order_by()
    counted = rows.annotate(moved=Sum("moved_by_us"), given_up=Count("id", filter=GIVEN_UP_BY_US))
    return {row["case_id"]: row["moved"] + row["given_up"] for row in counted}


def stop_waiting(case_ids: Iterable[int]) -> None:
    """These found somebody, or went another way."""
    Waiting.objects.filter(case_id__in=list(case_ids)).delete()


@dataclass(frozen=True, kw_only=True)
class Queued:
    """A case in the queue, in its place. `looks`: how often nobody could be found; `put_off`: how often we moved what
    was agreed."""

    case: Case
    since: datetime
    looks: int
    put_off: int


def queue_of(viewer: Viewer, *, at_most: int = 200) -> list[Queued]:
    """What waits for somebody, as far as this viewer sees, in the order in which it is served: two statements."""
    cases = visible(viewer).filter(open=True, stands_at__in=UNSERVED)
    rows = Waiting.objects.select_related("case__node", "case__place").filter(case__in=cases.values("id"))
    held = {row.case_id: row for row in rows.order_by("case__next_due_at", "case_id")[:at_most]}
    put_off = put_off_of(held)
    order = in_order(_waits(row.case, put_off.get(row.case_id, 0)) for row in held.values())
    return [
        Queued(
            case=held[one.id].case, since=held[one.id].since, looks=held[one.id].looks, put_off=one.put_off
        )
        for one in order
    ]
