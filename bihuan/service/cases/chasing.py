"""催单: a customer who asks again has a case already. It is raised; no second one is opened. A person may part them.

Taken as asking again: words that do so, from the same customer, about a case that is open. Never where a person of
ours wrote it down, or a platform ordered it. The same fault told once more is only offered for merging.
"""

from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.actions import open_chain, record, writing
from bihuan.ground.journal.event import Actor
from bihuan.ground.vault.actions import keys
from bihuan.registers.customers.models import Machine, Serial
from bihuan.registers.knowledge.queries import asks_again, families_in, kind_in
from bihuan.service.cases.actions import case_for_change, open_case
from bihuan.service.cases.errors import CannotSort
from bihuan.service.cases.events import ReportParted
from bihuan.service.cases.models import Case
from bihuan.service.cases.rules import MachineSaid, same_machine
from bihuan.service.cases.talking import chase, hear_danger
from bihuan.service.intake.models import Report
from bihuan.service.intake.queries import words_of

LOOKED_AT = 10  # open cases of one customer
ASKS = frozenset({"repair", "consultation"})  # kinds that asking again is heard as


def case_asked_about(report: Report, words: str, *, now: datetime) -> Case | None:
    """The open case that this report only asks about again; None when it is a matter of its own."""
    known = report.customer.made_at < now  # whoever is new has no case
    if not known or report.taken_by_id is not None or report.outside_number or not asks_again(words):
        return None
    mine = Case.objects.filter(customer_id=report.customer_id, open=True, merged_into__isnull=True)
    found = list(mine.select_related("machine", "report").order_by("-id")[:LOOKED_AT])
    if not found:
        return None
    kind = report.kind or kind_in(words, symptoms=report.symptoms)
    alike = [case for case in found if kind == case.kind or kind in ASKS]
    alike = [case for case in alike if _may_be_about(case, report, words)]
    return next((case for case in alike if _machines_named(case, report)), alike[0] if alike else None)


def _may_be_about(case: Case, report: Report, words: str) -> bool:
    """Whether nothing in the report speaks of another machine or another fault."""
    named = families_in(words)
    if named and case.category and case.category not in named:
        return False
    if report.machine and case.machine and not same_machine(said_of(report.machine), said_of(case.machine)):
        return False
    return not report.symptoms or not case.report.symptoms or _overlap(report, case)


def _machines_named(case: Case, report: Report) -> bool:
    return report.machine is not None and report.machine_id == case.machine_id


def _overlap(report: Report, case: Case) -> bool:
    return bool(set(report.symptoms) & set(case.report.symptoms))


def said_of(machine: Machine) -> MachineSaid:
    """A machine as far as telling two apart goes."""
    return MachineSaid(
        id=machine.id,
        serials=frozenset(Serial.objects.filter(machine=machine).values_list("number", flat=True)),
        category=machine.category,
        brand=machine.brand.casefold(),
        model=machine.model.casefold(),
    )


def ask_again(case: Case, report: Report, words: str, *, by: Actor, now: datetime) -> bool:
    """Take a report as the customer's asking again: it joins the case, which is chased. False when the case was
    closed meanwhile."""
    held = case_for_change(case.id)
    if not held.open or held.merged_into_id is not None:
        return False
    report.joins, report.chain_id, report.state = held.report, held.chain_id, Report.JOINED
    report.save(update_fields=["joins", "chain", "state"])
    with writing():
        chase(held, by=by, now=now, words=words)
        hear_danger(held, report.hazards, by=by, now=now)
    return True


@transaction.atomic
def part(case: Case, report_id: int, *, by: Actor, now: datetime) -> Case:
    """A person says that these words are a matter of their own: they get a case of their own. What was promised of
    the case that they had joined stays promised. CannotSort where they have one already."""
    held = case_for_change(case.id)
    report = Report.objects.select_related("customer__key", "machine", "place").filter(id=report_id).first()
    if report is None or report.state != Report.JOINED or report.chain_id != held.chain_id:
        raise CannotSort("joined")
    report.joins, report.state, report.chain_id = None, Report.OPENED, open_chain()
    report.save(update_fields=["joins", "state", "chain"])
    words = words_of(report, keys(report.customer.key)).words
    with writing():
        parted = ReportParted(subject_id=held.id, report_id=report.id)
        record(parted, by=by, now=now, chain=held.chain_id)
        return open_case(report, words=words, node_id=held.node_id, by=by, now=now)


def joined_to(case: Case) -> list[Report]:
    """The customer's later words that were taken as belonging to a case, newest first."""
    found = Report.objects.select_related("raw").filter(chain_id=case.chain_id, state=Report.JOINED)
    return list(found.order_by("-id")[:50])
