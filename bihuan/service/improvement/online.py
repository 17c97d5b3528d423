"""How the services online are used (S3-200): per service what was asked, how much of it solved itself, how often a
person stepped in, how soon, and how much was solved. Counted from the cases themselves; nobody is followed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, Min, OuterRef, Subquery
from django.utils.timezone import get_default_timezone, make_aware

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.opened import opened_between
from bihuan.service.cases.models import Note
from bihuan.service.cases.queries import visible
from bihuan.service.cases.rules import WORK_ORDERS
from bihuan.service.dispatch.models import Visit

ONLINE = ("web", "qr", "app", "wechat", "chat", "mail", "social")
SERVICES: dict[str, tuple[str, ...]] = {
    "consultation": ("consultation", "suggestion", "extended_warranty"),
    "support": ("support",),
    "complaint": ("complaint", "return_exchange"),
    "work_order": WORK_ORDERS,
}
SERVICE_OF = {kind: service for service, kinds in SERVICES.items() for kind in kinds}


@dataclass(kw_only=True)
class Used:
    """One service in a period.

    `ended`: closed by now; `own`: closed without anybody of ours; `human`: somebody of ours answered or came; `solved`:
    closed and not withdrawn, or solved by itself; `waited`: seconds to the first answer, over `answered` cases.
    """

    service: str
    inquiries: int = 0
    ended: int = 0
    own: int = 0
    human: int = 0
    solved: int = 0
    answered: int = 0
    waited: float = 0.0

    @property
    def own_rate(self) -> float | None:
        return _share(self.own, self.ended)

    @property
    def human_rate(self) -> float | None:
        return _share(self.human, self.inquiries)

    @property
    def solved_rate(self) -> float | None:
        return _share(self.solved, self.ended)

    @property
    def response_minutes(self) -> float | None:
        return round(self.waited / 60 / self.answered, 1) if self.answered else None


def _share(part: int, whole: int) -> float | None:
    """Per cent with one digit; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def used_between(viewer: Viewer, first: date, last: date) -> list[Used]:
    """The services in their order, from the first day to the last, both counted, as far as this viewer sees; the sum of
    all comes last."""
    viewer.must("figures.read")
    found = {service: Used(service=service) for service in (*SERVICES, "all")}
    for one in _inquiries(viewer, first, last):
        for service in (SERVICE_OF.get(one.kind, "work_order"), "all"):
            _count(found[service], one)
    return list(found.values())


def pages_between(first: date, last: date) -> dict[str, int]:
    """page → how often it was opened."""
    return opened_between(first, last)


@dataclass(frozen=True)
class _Inquiry:
    kind: str
    opened_at: datetime
    open: bool
    closed_how: str
    technician: int | None
    first_answer: datetime | None
    visited: bool


def _inquiries(viewer: Viewer, first: date, last: date) -> Iterator[_Inquiry]:
    zone = get_default_timezone()
    begins, ends = (
        make_aware(datetime.combine(day, time()), zone) for day in (first, last + timedelta(days=1))
    )
    notes = Note.objects.filter(case=OuterRef("pk"), by_kind="staff").exclude(contact="", public=False)
    answer = notes.order_by().values("case").annotate(at=Min("at")).values("at")
    rows = visible(viewer).filter(channel__in=ONLINE, opened_at__gte=begins, opened_at__lt=ends)
    told = rows.annotate(
        first_answer=Subquery(answer), visited=Exists(Visit.objects.filter(case=OuterRef("pk")))
    ).values_list(
        "kind", "opened_at", "open", "closed_how", "technician_person_id", "first_answer", "visited"
    )
    for row in told.iterator(chunk_size=2000):
        yield _Inquiry(*row)


def _count(into: Used, one: _Inquiry) -> None:
    human = one.first_answer is not None or one.visited or one.technician is not None
    into.inquiries += 1
    into.human += human
    if not one.open:
        into.ended += 1
        into.own += not human
        into.solved += one.closed_how != "withdrawn" or not human
    if one.first_answer is not None:
        into.answered += 1
        into.waited += max(0.0, (one.first_answer - one.opened_at).total_seconds())
