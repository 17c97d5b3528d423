"""A customer was forgotten: what they wished of technicians goes, and no maintenance comes by itself any more."""

from bihuan.ground.journal.event import Fact
from bihuan.registers.access.events import RegisterChanged
from bihuan.registers.customers.models import Customer
from bihuan.service.dispatch.models import TechnicianWish, UpkeepPlan
from bihuan.service.dispatch.upkeep import RETIRED


def hear_forgotten(fact: Fact[RegisterChanged]) -> None:
    """Runs in the transaction in which somebody is forgotten."""
    if (fact.event.register, fact.event.deed) != ("customers", "forgotten"):
        return
    gone = Customer.objects.filter(forgotten_at__isnull=False)
    TechnicianWish.objects.filter(customer__in=gone).delete()
    plans = UpkeepPlan.objects.filter(machine__customer__in=gone, ended_at__isnull=True)
    plans.update(ended_at=fact.recorded_at, why_ended=RETIRED, contract="")
