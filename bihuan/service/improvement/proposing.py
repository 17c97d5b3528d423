"""Putting a weak point right in rounds: plan, do, check, act; then a standard, another round, or an end."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from bihuan.ground.journal.actions import record
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.models import Person
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.models import Node
from bihuan.service.improvement.analysing import SCALE, measure
from bihuan.service.improvement.errors import CarriedOnAlready, ProposalLacks
from bihuan.service.improvement.events import ImprovementCarriedOn, ImprovementProposed
from bihuan.service.improvement.models import Proposal
from bihuan.service.improvement.scope import scope_of
from bihuan.service.satisfaction.rules import RATINGS
from bihuan.service.satisfaction.scales import Derived, is_attainable

LONGEST = 2000
LOOKED_BACK = timedelta(days=90)  # the answers that a plan starts from
DECISIONS = ("standard", "again", "dropped")
WORDS_OF = {Proposal.DO: "did", Proposal.CHECK: "found", Proposal.ACT: "decided"}
ENDS_AT = {Proposal.DO: "done_at", Proposal.CHECK: "checked_at", Proposal.ACT: "acted_at"}
NEXT = {Proposal.DO: Proposal.CHECK, Proposal.CHECK: Proposal.ACT, Proposal.ACT: Proposal.ENDED}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What somebody proposes. `weak` is a weak point's code or blank, `target_mean` in points of our scale."""

    title: str
    words: str
    stage: str
    target_mean: Decimal
    owner_id: int
    due_on: date
    weak: str = ""


@transaction.atomic
def propose(plan: Plan, *, viewer: Viewer, now: datetime, former: Proposal | None = None) -> Proposal:
    """Write a proposal down with the figure it starts from. `former`: the round that decided on another one."""
    viewer.must("improvement.write")
    _refuse_lacking(plan, now=now)
    if former is not None and (former.decision != "again" or Proposal.objects.filter(former=former).exists()):
        raise CarriedOnAlready
    stands = _measured(plan.weak, plan.stage, viewer=viewer, since=now - LOOKED_BACK, until=now)
    made = Proposal.objects.create(
        node=_node_of(plan.weak, viewer),
        former=former,
        round=former.round + 1 if former else 1,
        title=plan.title.strip(),
        weak=plan.weak[:60],
        measure=plan.stage,
        scale=SCALE.code,
        target_mean=plan.target_mean,
        owner_id=plan.owner_id,
        due_on=plan.due_on,
        plan=plan.words.strip()[:LONGEST],
        planned_at=now,
        planned_mean=_points(stands),
        planned_n=stands.n,
    )
    told = ImprovementProposed(
        subject_id=made.id, node_id=made.node_id, owner_id=made.owner_id, round=made.round
    )
    record(told, by=viewer.actor, now=now)
    return made


def _refuse_lacking(plan: Plan, *, now: datetime) -> None:
    wrong: dict[str, str] = {}
    if not plan.title.strip():
        wrong["title"] = _("Say in a few words what is to become better.")
    if not plan.words.strip():
        wrong["words"] = _("Write what will be done, by whom and how.")
    if plan.stage not in RATINGS:
        wrong["stage"] = _("Choose by which rating it is measured.")
    if not is_attainable(float(plan.target_mean), SCALE):
        wrong["target_mean"] = _(
            "A mean of %(mean)s is unattainable: a single answer below it would miss it for good. "
            "Choose less than %(best)s."
        ) % {"mean": plan.target_mean, "best": SCALE.best}
    if plan.due_on < localdate(now):
        wrong["due_on"] = _("This day is over. Choose today or a later one.")
    if not Person.objects.filter(id=plan.owner_id, is_active=True).exists():
        wrong["owner"] = _("Choose who answers for it.")
    if wrong:
        raise ProposalLacks(**wrong)


def _node_of(weak: str, viewer: Viewer) -> Node:
    """The service point that is weak, when the weak point is one the viewer sees; else the viewer's own node."""
    factor, _colon, rest = weak.partition(":")
    key = rest.partition(":")[0]
    if factor == "node" and key.isdecimal():
        found = Node.objects.filter(id=int(key)).first()
        if found is not None and (viewer.nodes is None or found.id in viewer.nodes):
            return found
    return Node.objects.get(id=viewer.node_id or 0)


def _measured(weak: str, stage: str, *, viewer: Viewer, since: datetime, until: datetime) -> Derived:
    return measure(scope_of(viewer, {}), weak, stage, since=since, until=until)


def _points(figure: Derived) -> Decimal | None:
    return None if figure.mean is None else Decimal(str(figure.mean))


@transaction.atomic
def carry_on(
    proposal: Proposal, words: str, *, viewer: Viewer, now: datetime, decision: str = ""
) -> Proposal:
    """End the phase it stands at, in words. After check the figure since the doing is frozen beside the first."""
    viewer.must("improvement.write")
    phase = proposal.phase
    if phase == Proposal.ENDED:
        raise CarriedOnAlready
    if not words.strip():
        raise ProposalLacks(words=_("Write a sentence or two."))
    if phase == Proposal.ACT and decision not in DECISIONS:
        raise ProposalLacks(decision=_("Choose what follows from it."))
    change: dict[str, Any] = {
        "phase": NEXT[phase],
        WORDS_OF[phase]: words.strip()[:LONGEST],
        ENDS_AT[phase]: now,
    }
    if phase == Proposal.CHECK:
        since = proposal.done_at or proposal.planned_at
        stands = _measured(proposal.weak, proposal.measure, viewer=viewer, since=since, until=now)
        change |= {"checked_mean": _points(stands), "checked_n": stands.n}
    if phase == Proposal.ACT:
        change["decision"] = decision
    if not Proposal.objects.filter(id=proposal.id, phase=phase).update(**change):
        raise CarriedOnAlready
    told = ImprovementCarriedOn(
        subject_id=proposal.id, phase=phase, decision=decision if phase == Proposal.ACT else ""
    )
    record(told, by=viewer.actor, now=now)
    proposal.refresh_from_db()
    return proposal


def proposal_of(viewer: Viewer, proposal_id: int) -> Proposal:
    """One proposal of the viewer's nodes, with who owns it and the round before."""
    found = _seen(viewer).filter(id=proposal_id).first()
    if found is None:
        raise NotFound
    return found


def _seen(viewer: Viewer) -> QuerySet[Proposal]:
    viewer.must("figures.read")
    rows = Proposal.objects.select_related("node", "owner", "former")
    return rows if viewer.nodes is None else rows.filter(node_id__in=viewer.nodes)


def next_round_of(proposal: Proposal) -> Proposal | None:
    return Proposal.objects.filter(former=proposal).first()


def proposals(viewer: Viewer, *, limit: int = 50) -> list[Proposal]:
    """What is under way, the soonest due first; then what ended last."""
    seen = _seen(viewer)
    under_way = list(seen.exclude(phase=Proposal.ENDED).order_by("due_on", "id")[:limit])
    return under_way + list(seen.filter(phase=Proposal.ENDED).order_by("-acted_at", "-id")[: limit // 5])


def may_own(viewer: Viewer) -> list[Person]:
    """Who may answer for a proposal: whoever reads figures and works in the viewer's nodes, by name."""
    rows = Person.objects.filter(is_active=True).order_by("name")
    if viewer.nodes is not None:
        rows = rows.filter(node_id__in=viewer.nodes)
    return [one for one in rows if OWNERS & set(one.roles)]


OWNERS = frozenset({"supervisor", "manager", "analyst", "department_owner", "service_point_owner"})
