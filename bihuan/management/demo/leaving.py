"""What goes when the demo company is removed, and what people made in it by hand since."""

from dataclasses import dataclass
from datetime import datetime

from bihuan.management.demo.models import Filling, Made
from bihuan.registers.access.models import Change, Person
from bihuan.registers.customers.models import Customer
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case
from bihuan.service.notices.models import Notice


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """How many rows of each sort go; the last three are what people made themselves since `founded_at`."""

    founded_at: datetime
    cases: int
    customers: int
    people: int
    nodes: int
    messages: int
    own_cases: int
    own_people: int
    own_changes: int

    @property
    def made_by_hand(self) -> bool:
        return bool(self.own_cases or self.own_people or self.own_changes)


def is_demo() -> bool:
    """Whether this database was founded as the demo: only such a one may ever be removed."""
    return Filling.objects.exists()


def leaving() -> Leaving | None:
    """What goes with the demo; None where this is not the demo."""
    filling = Filling.objects.first()
    if filling is None:
        return None
    made = Made.objects.filter(case_id__isnull=False)
    return Leaving(
        founded_at=filling.founded_at,
        cases=Case.objects.count(),
        customers=Customer.objects.count(),
        people=Person.objects.count(),
        nodes=Node.objects.count(),
        messages=Notice.objects.count(),
        own_cases=Case.objects.exclude(id__in=made.values("case_id")).count(),
        own_people=Person.objects.filter(demo=False).count(),
        own_changes=Change.objects.count(),
    )
