"""Forgetting what an import held: after 30 days its key is destroyed and its file, rows and before-values go.

Sooner when a customer is forgotten: a list of customers may hold them too, and nobody can say which one does without
reading them all. Such an import stays as it is, but can no longer be taken back.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bihuan.ground.journal.event import Fact
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import destroy
from bihuan.registers.access.events import RegisterChanged
from bihuan.service.imports.models import Import, ImportBatch, ImportKey, ImportLine

KEPT = timedelta(days=30)
AT_ONCE = 5
WITHOUT_CUSTOMERS = ("service_points", "staff", "parts", "prices")


def forget_old(now: datetime) -> int:
    """A sweep: forget the imports made more than 30 days ago, and those that have to be forgotten sooner; one that is
    under way is let to its end first. Returns how many."""
    due = Import.objects.filter(Q(made_at__lt=now - KEPT) | Q(forget_at__lte=now), forgotten_at__isnull=True)
    found = list(due.exclude(state__in=Import.MOVING, trouble="").order_by("id")[:AT_ONCE])
    for run in found:
        forget(run, now=now)
    return len(found)


def hear_forgotten(fact: Fact[RegisterChanged]) -> None:
    """A customer was forgotten: so are the lists of customers that are still kept. Runs in that transaction."""
    if (fact.event.register, fact.event.deed) != ("customers", "forgotten"):
        return
    kept = Import.objects.filter(forgotten_at__isnull=True).exclude(kind__in=WITHOUT_CUSTOMERS)
    for run in kept.order_by("id"):
        if run.state in Import.MOVING and not run.trouble:
            Import.objects.filter(id=run.id).update(forget_at=fact.recorded_at)
        else:
            forget(run, now=fact.recorded_at)


def forget(run: Import, *, now: datetime) -> None:
    """Destroy the import's key; what cannot be read any more goes too. That it happened, and the counts, stay."""
    with transaction.atomic():
        ImportBatch.objects.filter(run=run).delete()
        ImportKey.objects.filter(run=run).delete()
        ImportLine.objects.filter(run=run, phase=ImportLine.LOOK).delete()
        ImportLine.objects.filter(run=run).update(sealed="")
        destroy(run.key_id, now=now)
        Import.objects.filter(id=run.id).update(
            forgotten_at=now, file="", file_name_sealed="", sheets_sealed="", heads_sealed="", staged=False
        )
        if run.file:
            transaction.on_commit(lambda: files.drop(run.file))
