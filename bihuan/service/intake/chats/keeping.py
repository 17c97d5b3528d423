"""How long chats are kept: those whose visitor we never came to know cannot be read after half a year."""

from datetime import datetime, timedelta

from django.db import transaction

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import destroy
from bihuan.service.intake.chats.models import Chat

KEPT_UNKNOWN = timedelta(days=180)
AT_ONCE = 200


def forget_unknown(now: datetime) -> int:
    """A sweep: destroys the keys of such chats, and their files. Returns how many."""
    old = Chat.objects.filter(state=Chat.ENDED, customer__isnull=True, began_at__lt=now - KEPT_UNKNOWN)
    found = list(old.filter(message__key__destroyed_at__isnull=True).select_related("message")[:AT_ONCE])
    for chat in found:
        with transaction.atomic():
            destroy(chat.message.key_id, now=now)
        files.drop_of(chat.message.key_id)
    return len(found)
