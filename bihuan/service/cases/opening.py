"""A report was understood: the case it becomes, or the case that it belongs to. Listens to intake."""

from bihuan.ground.journal.event import Fact
from bihuan.ground.vault.actions import keys
from bihuan.service.cases.actions import open_case
from bihuan.service.cases.chasing import ask_again, case_asked_about
from bihuan.service.cases.queries import case_of_chain, leading_on
from bihuan.service.cases.talking import hear_more
from bihuan.service.intake.events import ReportUnderstood
from bihuan.service.intake.models import Report
from bihuan.service.intake.queries import report, words_of


def open_for_report(fact: Fact[ReportUnderstood]) -> None:
    """Every understood report becomes a case of its own, unless it answers one that has its case already, or only asks
    what became of it."""
    told = fact.at_hand if isinstance(fact.at_hand, Report) else report(fact.event.subject_id)
    words = words_of(told, keys(told.customer.key)).words
    if told.joins_id is not None:
        hear_more(leading_on(case_of_chain(told.chain_id)), told, words, by=fact.by, now=fact.recorded_at)
        return
    asked = case_asked_about(told, words, now=fact.recorded_at)
    if asked is not None and ask_again(asked, told, words, by=fact.by, now=fact.recorded_at):
        return
    open_case(told, words=words, node_id=fact.event.node_id, by=fact.by, now=fact.recorded_at)
