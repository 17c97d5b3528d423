"""Keeping the knowledge: loading what ships, editing an entry, retiring one. Each change is checked whole."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from bihuan.registers.access.errors import Refusal
from bihuan.registers.knowledge import queries
from bihuan.registers.knowledge.models import Item
from bihuan.registers.knowledge.reading import ContentFault, check, shipped
from bihuan.registers.knowledge.rows import Row, body_of, entry_of, knowledge_of, rows_of


class KnowledgeRefused(Refusal):
    """An entry cannot be kept; the sentence says what is wrong with it."""


def load_shipped_knowledge(*, now: datetime) -> int:
    """Store every shipped entry that is not stored yet; what was edited or retired stays so. Repeatable.

    Returns how many were new. A flush may have gone before, so what was remembered is forgotten.
    """
    known = set(Item.objects.values_list("kind", "code"))
    fresh = [row for row in rows_of(shipped()) if (row.kind, row.code) not in known]
    Item.objects.bulk_create(
        [
            Item(kind=row.kind, code=row.code, body=row.body, position=row.position, changed_at=now)
            for row in fresh
        ],
        batch_size=200,
        ignore_conflicts=True,
    )
    queries.forget()
    return len(fresh)


@transaction.atomic
def keep_item(kind: str, code: str, body: str, *, now: datetime) -> Item:
    """Add or change one entry. Refused, in the author's words, when the whole would not hold together."""
    try:
        tidy = body_of(entry_of(kind, body))
        kept = Item.objects.filter(kind=kind, code=code).first()
        if kept is None:
            last = Item.objects.filter(kind=kind).aggregate(last=Max("position"))["last"]
            kept = Item(kind=kind, code=code, position=0 if last is None else last + 1)
        kept.body, kept.retired_at, kept.changed_at = tidy, None, now
        kept.save()
        _check_whole()
    except ContentFault as fault:
        transaction.set_rollback(True)
        raise KnowledgeRefused(_said(fault)) from fault
    transaction.on_commit(queries.forget)
    queries.forget()
    return kept


@transaction.atomic
def retire_item(kind: str, code: str, *, now: datetime) -> None:
    """Take an entry out of use; refused while another entry still names it."""
    if not Item.objects.filter(kind=kind, code=code, retired_at__isnull=True).update(
        retired_at=now, changed_at=now
    ):
        return
    try:
        _check_whole()
    except ContentFault as fault:
        transaction.set_rollback(True)
        raise KnowledgeRefused(_said(fault)) from fault
    transaction.on_commit(queries.forget)
    queries.forget()


def _said(fault: ContentFault) -> str:
    """The fault in the reader's language, its code words too."""
    facts = {name: gettext(str(fact)) if name == "what" else fact for name, fact in fault.facts.items()}
    return gettext(fault.words) % facts


def _check_whole() -> None:
    rows = Item.objects.filter(retired_at__isnull=True)
    check(knowledge_of(Row(row.kind, row.code, row.body, row.position) for row in rows))
