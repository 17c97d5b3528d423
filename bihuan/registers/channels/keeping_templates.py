"""The register of texts that providers must approve: writing one down, how far it is, taking it out."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bihuan.registers.channels.models import MessageTemplate
from bihuan.registers.channels.templates import PROVIDERS
from bihuan.registers.organisation.keeping import held, keep_row

FIELDS = frozenset(
    {"provider", "message", "language", "code", "places", "words", "state", "why", "changed_at"}
)
_PLACE = re.compile(r"(?:[a-z_]{1,20}\d{0,2}=)?[a-z_]{1,20}")


def templates_listed(search: str = "") -> QuerySet[MessageTemplate]:
    """Every text, for its register."""
    found = MessageTemplate.objects.all()
    if not search:
        return found
    return found.filter(Q(message__icontains=search) | Q(code__icontains=search) | Q(words__icontains=search))


@transaction.atomic
def keep_template(
    row_id: int | None, told: Mapping[str, Any], *, known: frozenset[str], now: datetime
) -> MessageTemplate:
    """Write a text down. Refused, beside its field, when one for the same message stands already, when it is approved
    without the provider's name for it, or when a place is none that a message fills (`known`)."""
    values = dict(told) | {"places": " ".join(str(told.get("places", "")).replace(",", " ").split()).split()}
    _refuse_unfit(row_id, values, known=known)
    return keep_row(MessageTemplate, row_id, values | {"changed_at": now}, fields=FIELDS)


def _refuse_unfit(row_id: int | None, told: Mapping[str, Any], *, known: frozenset[str]) -> None:
    if told["provider"] not in PROVIDERS:
        raise ValidationError({"provider": _("This provider is not known.")})
    if told["state"] == MessageTemplate.APPROVED and not told["code"]:
        raise ValidationError({"code": _("An approved text has a code at the provider: copy it here.")})
    strange = [
        one for one in told["places"] if not _PLACE.fullmatch(one) or one.rpartition("=")[2] not in known
    ]
    if strange:
        raise ValidationError(
            {"places": _("No message fills this: %(names)s") % {"names": ", ".join(strange)}}
        )
    same = MessageTemplate.objects.filter(
        provider=told["provider"], message=told["message"], language=told["language"]
    )
    if same.exclude(id=row_id or 0).exists():
        raise ValidationError({"message": _("There is a text for this message and language already.")})


@transaction.atomic
def drop_template(row_id: int) -> MessageTemplate:
    """Take a text out: messages of its kind go by the general one, or by another channel."""
    row: MessageTemplate = held(MessageTemplate, row_id)
    MessageTemplate.objects.filter(id=row.id).delete()
    return row
