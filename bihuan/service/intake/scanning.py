"""Files looked through by a virus scanner, where the installation names one (`BIHUAN_CLAMAV`). Until then they are
kept and not handed out; what is found stays kept, as evidence, and is never handed out."""

from datetime import datetime, timedelta

from django.conf import settings

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys_for
from bihuan.ground.vault.scanning import NotScanned, found_in
from bihuan.service.intake.models import Attachment

CLEAN, GONE = "clean", "gone"
AT_ONCE = 20  # files of one round of the clock
FRESH = timedelta(days=90)  # what was kept before the scanner was there is not looked through again


def look_through(now: datetime) -> int:
    """A sweep: ask the scanner about files that it has not seen. Returns how many it answered for; a scanner that is
    away is asked again in the next round."""
    if not settings.BIHUAN_CLAMAV:
        return 0
    waiting = Attachment.objects.filter(looked_through="", report__received_at__gt=now - FRESH)
    answered = 0
    for row in waiting.order_by("id")[:AT_ONCE]:
        content = files.fetch(row.kept_as, by=keys_for([files.key_of(row.kept_as)]))
        try:
            said = GONE if content is None else found_in(content, at=settings.BIHUAN_CLAMAV) or CLEAN
        except NotScanned:
            break
        answered += Attachment.objects.filter(id=row.id, looked_through="").update(looked_through=said)
    return answered
