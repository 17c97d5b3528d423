"""Asking about cases. Whoever asks sees the work of their nodes, what they own, and where they go themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import event_of
from bihuan.ground.process.card import Card, Move
from bihuan.ground.process.steps import missing, moves_of
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.masking import Contact
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import shown
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.events import CaseMoved
from bihuan.service.cases.models import Case, Follow, Note, Tick
from bihuan.service.cases.rules import read_number
from bihuan.service.intake.models import Report
from bihuan.service.intake.queries import link_of

FULL_AFTER_DONE = timedelta(hours=24)
ONE = (
    "customer__key",
    "node",
    "owner",
    "next_owner",
    "technician_person",
    "mate_person",
    "machine",
    "place",
    "report",
    "merged_into",
)
MERGED_AT_MOST = 10  # a case that goes on in one that goes on in one


def visible(viewer: Viewer) -> QuerySet[Case]:
    """The cases this viewer may see at all."""
    if viewer.customer_id is not None and not viewer.is_staff:
        return Case.objects.filter(customer_id=viewer.customer_id)
    if viewer.roles == frozenset({Role.CUSTOMER}) or not viewer.may("case.read"):
        return Case.objects.none()
    if viewer.only_own_visits:
        return Case.objects.filter(_goes(viewer))
    if viewer.nodes is None:
        return Case.objects.all()
    return Case.objects.filter(Q(node_id__in=viewer.nodes) | Q(owner_id=viewer.person_id) | _goes(viewer))


def _goes(viewer: Viewer) -> Q:
    """Cases to which this viewer goes, as the first or as the second technician."""
    return Q(technician_person_id=viewer.person_id) | Q(mate_person_id=viewer.person_id)


def case_by_number(viewer: Viewer, number: str) -> Case:
    """One case with what a page about it needs; `followed` says whether the viewer follows it. The same refusal
    whether it is absent or not theirs."""
    tidy, mine = (
        read_number(number),
        Follow.objects.filter(case=OuterRef("id"), person_id=viewer.person_id or 0),
    )
    rows = visible(viewer).select_related(*ONE).annotate(followed=Exists(mine))
    found = rows.filter(number=tidy).first() if tidy else None
    if found is None:
        raise NotFound
    return found


def case_by_id(viewer: Viewer, case_id: int) -> Case:
    found = visible(viewer).select_related(*ONE).filter(id=case_id).first()
    if found is None:
        raise NotFound
    return found


def case_of_report(report_id: int) -> Case | None:
    """The case a report became or joined, or the one in which that goes on; None while it is quarantined or was
    answered without one."""
    cases = Case.objects.select_related(*ONE)
    joined = Report.objects.filter(id=report_id, joins__isnull=False).values("chain_id")
    found = cases.filter(report_id=report_id).first() or cases.filter(chain_id__in=joined).first()
    return leading_on(found) if found is not None else None


def case_for_link(report: Report) -> Case | None:
    """The case that a report's private link opens. Words that were taken as asking again prove nothing: anybody may
    type another's number and ask, so their link opens no case that was here before. A person may have joined them."""
    if report.joins_id is not None and report.taken_by_id is None:
        return None
    return case_of_report(report.id)


def link_to_case(report: Report) -> str:
    """The private link for whoever has proven to be the customer: that of the case, where the report joined one."""
    case = None if report.joins_id is None else case_of_report(report.id)
    return link_of(report if case is None else case.report)


def leading_on(case: Case) -> Case:
    """The case in which this one goes on; itself when it was never merged."""
    for _ in range(MERGED_AT_MOST):
        if case.merged_into_id is None:
            return case
        case = Case.objects.select_related(*ONE).get(id=case.merged_into_id)
    return case


def case_of_chain(chain_id: int) -> Case:
    return Case.objects.get(chain_id=chain_id)


def places_passed(cases: Iterable[Case]) -> dict[int, list[tuple[datetime, str]]]:
    """By chain: when each of these cases came to a place, and which; the oldest first. One query."""
    rows = Entry.objects.filter(chain_id__in=[case.chain_id for case in cases], kind=CaseMoved.kind)
    found: dict[int, list[tuple[datetime, str]]] = {}
    for entry in rows.order_by("chain_id", "seq"):
        moved = event_of(entry)
        if isinstance(moved, CaseMoved) and entry.chain_id is not None:
            found.setdefault(entry.chain_id, []).append((entry.happened_at, moved.reached))
    return found


def card_of(case: Case) -> Card:
    return card_at(case.card, case.card_version)


@dataclass(frozen=True, kw_only=True)
class OpenMove:
    """A step that this viewer could take, and what it still lacks."""

    move: Move
    lacks: frozenset[str]


def open_moves_of(case: Case, viewer: Viewer) -> list[OpenMove]:
    """The moves that start where the case stands and are this viewer's, in the card's order; none of a merged one."""
    if case.merged_into_id is not None:
        return []
    ticked = ticked_on(case.id)
    roles = frozenset(str(role) for role in viewer.roles)
    return [
        OpenMove(move=move, lacks=missing(move, ticked))
        for move in moves_of(card_of(case), case.stands_at, roles)
    ]


def ticked_on(case_id: int) -> frozenset[str]:
    return frozenset(Tick.objects.filter(case_id=case_id).values_list("need", flat=True))


def ticked_on_each(case_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """case id → what is ticked on it: one statement however many."""
    found: dict[int, set[str]] = {}
    for case_id, need in Tick.objects.filter(case_id__in=list(case_ids)).values_list("case_id", "need"):
        found.setdefault(case_id, set()).add(need)
    return {case_id: frozenset(needs) for case_id, needs in found.items()}


def notes_of(case_id: int) -> list[Note]:
    """What was written on a case, newest first; sealed."""
    return list(Note.objects.filter(case_id=case_id).order_by("-id"))


def may_see_full(viewer: Viewer, case: Case, *, now: datetime) -> bool:
    """Unmasked for the agent who holds the case, and for its technician until 24 hours after completion.

    The technician's person is set on the case from acceptance on, and taken away when the job is.
    """
    if viewer.customer_id is not None and not viewer.is_staff:
        return viewer.customer_id == case.customer_id
    if viewer.person_id is None:
        return False
    if viewer.person_id in (case.technician_person_id, case.mate_person_id):
        return case.done_at is None or now <= case.done_at + FULL_AFTER_DONE
    return viewer.person_id == case.owner_id and case.open


def contacts_of(
    cases: Iterable[Case], viewer: Viewer, *, now: datetime, masked: bool = True
) -> dict[int, Contact]:
    """customer id → how they look to this viewer. Lists stay masked for everybody; one case's page may be full."""
    rows = list(cases)
    full = (
        frozenset()
        if masked
        else frozenset(case.customer_id for case in rows if may_see_full(viewer, case, now=now))
    )
    return shown([case.customer for case in rows], full=full)
