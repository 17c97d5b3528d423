"""Keeping the index: in the transaction in which a case is opened, noted or brought in; what changes with its customer
is marked stale there and read again by the clock, which also builds what is missing (`building.py`)."""

from collections.abc import Iterable

from django.db import connection, transaction

from bihuan.ground.journal.event import Fact
from bihuan.ground.journal.models import Chain
from bihuan.ground.searching.field import WithMore
from bihuan.ground.vault.actions import keys
from bihuan.registers.access.events import RegisterChanged
from bihuan.registers.access.models import Change
from bihuan.service.cases.events import CaseNoted, CaseOpened, CasesBroughtIn
from bihuan.service.cases.models import Case, Note
from bihuan.service.intake.events import ReportReceived
from bihuan.service.intake.models import Report
from bihuan.service.searching.documents import READ, Document, documents, fresh, note_tokens
from bihuan.service.searching.models import Building, Words

BATCH = 200  # cases written together


def hear_opened(fact: Fact[CaseOpened]) -> None:
    """A case was opened: it can be found."""
    held = fact.at_hand if isinstance(fact.at_hand, Case) else None
    case = held or Case.objects.select_related("report__customer__key", *READ).get(id=fact.event.subject_id)
    case.customer = case.report.customer  # known there with the key
    _write(_rows(fresh([case], keys(case.customer.key))))


def hear_received(fact: Fact[ReportReceived]) -> None:
    """Somebody we know told us something, whether a case comes of it or not: what was learned of them (a name, a
    machine, a number on it) may concern their earlier cases. Runs in the report's transaction."""
    told = fact.at_hand if isinstance(fact.at_hand, Report) else None
    if told is None or told.customer.made_at < fact.recorded_at:
        mark_stale([fact.event.customer_id])


def hear_noted(fact: Fact[CaseNoted]) -> None:
    """Something was written down on a case: its words are added."""
    note = Note.objects.select_related("case__customer__key").get(id=fact.event.note_id)
    customer = note.case.customer
    hand = keys(customer.key)
    name = (hand.open(customer.name_sealed) or "").strip()
    more = note_tokens(hand.open(note.words_sealed) or "", name=name)
    if more:
        Words.objects.filter(case_id=note.case_id).update(tokens=WithMore("tokens", more))


def hear_brought_in(fact: Fact[CasesBroughtIn]) -> None:
    """Many cases of a file were written: they are found too."""
    cases = fact.at_hand if isinstance(fact.at_hand, list) else []
    if cases:
        mark_stale({case.customer_id for case in cases})
    for at in range(0, len(cases), BATCH):
        _write(_rows(fresh(cases[at : at + BATCH])))


def hear_forgotten(fact: Fact[RegisterChanged]) -> None:
    """A customer was forgotten: nothing finds their cases any more. Runs in that transaction."""
    if (fact.event.register, fact.event.deed) == ("customers", "forgotten"):
        row = Change.objects.values_list("row", flat=True).get(id=fact.event.subject_id)
        leave_out(int(row))


def leave_out(customer_id: int) -> None:
    """Take the cases of a customer out of the index; its old pages are cleaned by the clock."""
    if Words.objects.filter(customer_id=customer_id).delete()[0]:
        Building.objects.update(untidy=True)


def mark_stale(customer_ids: Iterable[int]) -> None:
    """What is known of these customers or their machines changed: the clock reads their cases again."""
    Words.objects.filter(customer_id__in=list(customer_ids), stale=False).update(stale=True)


@transaction.atomic
def read_again(case_ids: Iterable[int]) -> int:
    """Index these cases as they are now. Their stories are held meanwhile, so that no note is missed."""
    wanted = sorted(set(case_ids))
    found = Case.objects.select_related(*READ).filter(id__in=wanted)
    if connection.features.has_select_for_update:
        chains = Case.objects.filter(id__in=wanted).values("chain_id")
        list(
            Chain.objects.select_for_update()
            .filter(id__in=chains)
            .order_by("id")
            .values_list("id", flat=True)
        )
    Words.objects.filter(case_id__in=wanted).update(
        stale=False
    )  # held: who marks it stale now comes after us
    return _write(_rows(documents(list(found.order_by("id")))))


def _rows(found: Iterable[Document]) -> list[Words]:
    return [
        Words(
            case_id=one.case.id,
            customer_id=one.case.customer_id,
            tokens=one.tokens(),
        )
        for one in found
    ]


def _write(rows: list[Words]) -> int:
    Words.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["case"], update_fields=["tokens", "stale"]
    )
    return len(rows)
