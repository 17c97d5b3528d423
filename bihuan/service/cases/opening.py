"""A report was understood: the case it becomes. Listens to intake."""

from bihuan.ground.journal.event import Fact
from bihuan.ground.vault.actions import keys
from bihuan.service.cases.actions import open_case
from bihuan.service.intake.events import ReportUnderstood
from bihuan.service.intake.models import Report
from bihuan.service.intake.queries import report, words_of


def open_for_report(fact: Fact[ReportUnderstood]) -> None:
    """Every understood report becomes a case of its own."""
    told = fact.at_hand if isinstance(fact.at_hand, Report) else report(fact.event.subject_id)
    words = words_of(told, keys(told.customer.key)).words
    open_case(told, words=words, node_id=fact.event.node_id, by=fact.by, now=fact.recorded_at)
