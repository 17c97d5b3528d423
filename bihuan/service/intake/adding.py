"""Files that a customer sends after their report."""

from collections.abc import Sequence

from django.db import transaction

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys
from bihuan.service.intake.actions import attachment_of
from bihuan.service.intake.models import Attachment, Report
from bihuan.service.intake.told import FileTold


@transaction.atomic
def add_files(report: Report, told: Sequence[FileTold]) -> int:
    """Keep more files with a report, sealed with its customer's key; one that is there already is kept once.
    Returns how many are new."""
    hand = keys(report.customer.key)
    there = set(Attachment.objects.filter(report=report).values_list("digest", flat=True))
    fresh = 0
    for file in told:
        row = attachment_of(file, report, hand)
        if row.digest in there:
            files.drop(row.kept_as)
            continue
        there.add(row.digest)
        fresh += 1
        row.save(force_insert=True)
    return fresh
