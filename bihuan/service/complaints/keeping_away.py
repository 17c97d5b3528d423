"""Whoever was there when the customer was hurt does not come to that case again."""

from bihuan.ground.journal.event import Fact
from bihuan.service.cases.models import Case
from bihuan.service.complaints.events import ComplainedAbout
from bihuan.service.dispatch.wishes import keep_away_after_complaint


def hear_complained(fact: Fact[ComplainedAbout]) -> None:
    """At once, when a complaint is about a case."""
    case = Case.objects.filter(id=fact.event.subject_id).first()
    if case is not None:
        keep_away_after_complaint(case, now=fact.recorded_at)
