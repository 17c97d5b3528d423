"""Cases that leave the house because their import was undone: what was to be told of them is not told any more, what
was told names no case."""

from bihuan.ground.journal.event import Fact
from bihuan.service.cases.events import CasesTakenOut
from bihuan.service.notices.models import Notice


def forget_cases(fact: Fact[CasesTakenOut]) -> None:
    """At once, before the rows of the cases go."""
    about = Notice.objects.filter(case_id__in=fact.event.cases)
    about.filter(state=Notice.WAITING).delete()
    about.update(case=None)
