"""Periodic maintenance (定期维护): a plan for each machine whose category wants it, and the case of each due date.

The case is opened some days ahead by the same way in as every report, so that it is dispatched, offered times and
answered for like any other; never two for one due date, however often the sweep runs or is killed.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from bihuan.ground.journal.event import CLOCK
from bihuan.ground.vault.actions import keys
from bihuan.registers.customers.models import Machine
from bihuan.registers.customers.rules import months_after
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.registers.organisation.founded import has_company
from bihuan.registers.organisation.queries import head_office
from bihuan.registers.parts.models import UpkeepInterval
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import case_of_report
from bihuan.service.dispatch.errors import PlanUnsound
from bihuan.service.dispatch.models import UpkeepPlan, UpkeepTurn
from bihuan.service.intake.actions import receive
from bihuan.service.intake.told import Told

KIND, CHANNEL = "maintenance", "callback"  # we call on the customer, not they on us
SWEEP = 200
AGAIN = timedelta(days=2)  # how long a turn without a case is tried again
LONGEST_MONTHS, LONGEST_LEAD = 120, 120
STOPPED, OVER, RETIRED = "stopped", "over", "retired"
WORDS = {"zh": "定期维护：请为这台产品安排上门维护。", "en": "Periodic maintenance of this appliance is due."}


def keep_upkeep(now: datetime) -> int:
    """A sweep: plans for machines that want one and have none, and the cases of what falls due. Safe to repeat.
    Returns how many cases were opened."""
    if not has_company():
        return 0
    _plan_missing(now)
    for plan_id in _falling_due(now):
        _begin_turn(plan_id, now=now)
    waiting = UpkeepTurn.objects.filter(case__isnull=True, made_at__gte=now - AGAIN).order_by("id")
    return sum(_open_case(turn_id, now=now) for turn_id in waiting.values_list("id", flat=True)[:SWEEP])


def _plan_missing(now: datetime) -> None:
    intervals = list(UpkeepInterval.objects.all())
    if not intervals:
        return
    wanted = Machine.objects.filter(
        customer__forgotten_at__isnull=True,
        place__isnull=False,
        category__in={one.category for one in intervals},
    ).exclude(Exists(UpkeepPlan.objects.filter(machine=OuterRef("pk"))))
    for machine in wanted.order_by("id")[:SWEEP]:
        interval = interval_for(machine, intervals)
        if interval is None:
            continue
        begins = machine.bought_on or localdate(machine.made_at)
        UpkeepPlan.objects.get_or_create(
            machine=machine,
            defaults={
                "months": interval.months,
                "lead_days": interval.lead_days,
                "next_due": next_due(begins, interval.months, after=localdate(now)),
                "made_at": now,
            },
        )


def interval_for(machine: Machine, intervals: Iterable[UpkeepInterval]) -> UpkeepInterval | None:
    """The interval of a machine's category, that of its brand first."""
    fits = [
        one
        for one in intervals
        if one.category == machine.category and one.brand.casefold() in ("", machine.brand.casefold())
    ]
    return max(fits, key=lambda one: bool(one.brand), default=None)


def next_due(begins: date, months: int, *, after: date) -> date:
    """The first due date later than a day, counted in whole intervals from the begin; missed ones are not made up."""
    turns = 1
    while (due := months_after(begins, months * turns)) <= after:
        turns += 1
    return due


def _falling_due(now: datetime) -> list[int]:
    """Plans whose lead time has begun, the soonest due first."""
    farthest = localdate(now) + timedelta(days=LONGEST_LEAD)
    rows = UpkeepPlan.objects.filter(ended_at__isnull=True, next_due__lte=farthest).order_by("next_due", "id")
    told = rows.values_list("id", "next_due", "lead_days").iterator()
    begun = (plan_id for plan_id, due, lead in told if due - timedelta(days=lead) <= localdate(now))
    return list(islice(begun, SWEEP))


@transaction.atomic
def _begin_turn(plan_id: int, *, now: datetime) -> None:
    """Claim the due date of a plan, once, and move the plan on; or end a plan that has no machine or time left."""
    rows = UpkeepPlan.objects.select_related("machine__customer").select_for_update(of=("self",))
    plan = rows.filter(id=plan_id, ended_at__isnull=True).first()
    if plan is None or plan.next_due - timedelta(days=plan.lead_days) > localdate(now):
        return
    if plan.machine.customer.forgotten_at is not None:
        _end(plan, RETIRED, now=now)
        return
    if plan.until is not None and plan.until < plan.next_due:
        _end(plan, OVER, now=now)
        return
    UpkeepTurn.objects.get_or_create(
        plan=plan, due=plan.next_due, defaults={"made_at": now, "case": _open_already(plan.machine)}
    )
    plan.next_due = next_due(plan.next_due, plan.months, after=max(localdate(now), plan.next_due))
    plan.save(update_fields=["next_due"])


def _open_already(machine: Machine) -> Case | None:
    """Maintenance of this machine that is still open: what falls due again meanwhile joins it."""
    return Case.objects.filter(machine=machine, kind=KIND, open=True).order_by("-id").first()


def _open_case(turn_id: int, *, now: datetime) -> bool:
    """The case of a turn; the same report again finds the one that was made."""
    rows = UpkeepTurn.objects.select_related("plan__machine__customer__key", "plan__machine__place")
    turn = rows.get(id=turn_id)
    machine = turn.plan.machine
    if machine.customer.forgotten_at is not None or turn.plan.ended_at is not None:
        return False
    told = _told(machine)
    once = ("upkeep", f"{turn.plan_id}:{turn.due.isoformat()}")
    report = receive(told, by=CLOCK, node=head_office(), now=now, once=once)
    case = case_of_report(report.id)
    if case is None:
        return False
    return bool(UpkeepTurn.objects.filter(id=turn.id, case__isnull=True).update(case=case))


def _told(machine: Machine) -> Told:
    customer, place = machine.customer, machine.place
    where = AddressTold()
    if place is not None:
        where = AddressTold(
            city=place.city,
            district=place.district,
            street=place.street,
            door=keys(customer.key).open(place.door_sealed) or "",
            latitude=place.latitude,
            longitude=place.longitude,
        )
    chinese = (customer.language or "zh-hans").startswith("zh")
    return Told(
        words=WORDS["zh" if chinese else "en"],
        channel=CHANNEL,
        customer_id=customer.id,
        kind=KIND,
        urgency="low",
        machine=MachineTold(machine_id=machine.id),
        address=where,
        language=customer.language,
    )


@transaction.atomic
def keep_plan(
    machine: Machine,
    *,
    months: int,
    lead_days: int,
    due: date,
    now: datetime,
    contract: str = "",
    until: date | None = None,
) -> UpkeepPlan:
    """Make or change the plan of one machine, by contract or by wish; a plan that had ended begins again."""
    today = localdate(now)
    if not 1 <= months <= LONGEST_MONTHS or not 0 <= lead_days <= LONGEST_LEAD or due < today:
        raise PlanUnsound
    if until is not None and until < due:
        raise PlanUnsound
    told = {
        "months": months,
        "lead_days": lead_days,
        "next_due": due,
        "contract": contract.strip()[:60],
        "until": until,
        "ended_at": None,
        "why_ended": "",
    }
    kept, _made = UpkeepPlan.objects.update_or_create(
        machine=machine, defaults=told, create_defaults=told | {"made_at": now}
    )
    return kept


def stop_plan(machine: Machine, *, now: datetime) -> bool:
    """No maintenance comes by itself any more. False where none did."""
    held = UpkeepPlan.objects.filter(machine=machine, ended_at__isnull=True)
    return bool(held.update(ended_at=now, why_ended=STOPPED))


def _end(plan: UpkeepPlan, why: str, *, now: datetime) -> None:
    UpkeepPlan.objects.filter(id=plan.id, ended_at__isnull=True).update(ended_at=now, why_ended=why)


def plans_of(machine_ids: Iterable[int]) -> dict[int, UpkeepPlan]:
    """machine → its plan, ended ones too: one statement."""
    return {plan.machine_id: plan for plan in UpkeepPlan.objects.filter(machine_id__in=list(machine_ids))}
