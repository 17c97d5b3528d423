"""Forgetting what an import held: after 30 days its key is destroyed and its file, rows and before-values go."""

from datetime import datetime, timedelta

from django.db import transaction

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import destroy
from bihuan.service.imports.models import Import, ImportBatch, ImportKey, ImportLine

KEPT = timedelta(days=30)
AT_ONCE = 5


def forget_old(now: datetime) -> int:
    """A sweep: forget the imports made more than 30 days ago. Returns how many."""
    due = Import.objects.filter(made_at__lt=now - KEPT, forgotten_at__isnull=True).order_by("id")
    found = list(due[:AT_ONCE])
    for run in found:
        forget(run, now=now)
    return len(found)


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
        files.drop(run.file)
