"""Which event tells which chat groups. Words for a group name a number and a district, never a street."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from bihuan.ground.journal.event import Event, Fact
from bihuan.ground.process.card import Said
from bihuan.registers.organisation.models import Node
from bihuan.registers.organisation.queries import node as node_at
from bihuan.service.cases.models import Case
from bihuan.service.notices.groups import groups_taking, tell_groups
from bihuan.service.notices.models import Group, Notice
from bihuan.service.notices.telling import about

type Told = Sequence[tuple[str, str]]  # (news, kind of text), what says most first

PLAIN: dict[str, Told] = {
    "dispatch.returned": (("returned", "returned"),),
    "promise.at_risk": (("at_risk", "at_risk"),),
    "promise.broken": (("broken", "broken"),),
    "case.chased": (("chased", "chased"),),
}
AT_THE_POINT = frozenset(
    {"dispatch.offered", "dispatch.returned"}
)  # the service point asked, not the case's node


def tell_groups_of(fact: Fact[Event], case: Case, *, title: Said) -> list[Notice]:
    """Tell the groups whose part of the tree an event concerns, each the text that says most of what it takes."""
    told = _told(fact.event.kind, fact.event.facts(), case)
    if not told:
        return []
    node = node_at(fact.event.facts()["node_id"]) if fact.event.kind in AT_THE_POINT else case.node
    kept: list[Notice] = []
    for group in groups_taking([news for news, _kind in told], path=node.path):
        if fact.event.kind == "dispatch.offered" and _knows_already(group, case):
            continue
        kind = next(kind for news, kind in told if news in group.news)
        kept += tell_groups(
            kind,
            about=_opening(case) if fact.event.kind == "case.opened" else about(fact),
            fill={"number": case.number, "place": case.district, "what": title.in_(group.language)},
            link=f"{settings.BIHUAN_ADDRESS}/desk/case/{case.number}",
            now=fact.recorded_at,
            groups=[group],
            case=case,
            presses=_presses(fact.event.kind, case),
        )
    return kept


def _told(event: str, facts: dict[str, Any], case: Case) -> Told:
    if event == "case.urgency_changed":
        return (("urgent", "urgent_case"),) if facts["urgency"] == "urgent" else ()
    if event not in ("case.opened", "dispatch.offered"):
        return PLAIN.get(event, ())
    told = [("new", "new_case")]
    if case.kind == "complaint" and event == "case.opened":
        told.insert(0, ("complaint", "complaint"))
    if case.urgency == "urgent":
        told.insert(0, ("urgent", "danger" if case.report.hazards else "urgent_case"))
    return told


def _presses(event: str, case: Case) -> bool:
    """Danger that has just become known waits for no quiet hour."""
    return event in ("case.opened", "dispatch.offered", "case.urgency_changed") and (
        case.urgency == "urgent" and bool(case.report.hazards)
    )


def _opening(case: Case) -> str:
    return f"opened:{case.id}"


def _knows_already(group: Group, case: Case) -> bool:
    """The head office's groups heard of the case when it was opened, and whoever was told then."""
    if group.node.kind == Node.HEAD_OFFICE:
        return True
    return Notice.objects.filter(about=_opening(case), group=group).exists()
