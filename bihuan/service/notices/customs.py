"""How the house tells each role: lines that administrators keep. A person's own wish goes before them."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.keeping import keep_row
from bihuan.service.notices.models import Custom
from bihuan.service.notices.rules import NEWS, RINGS_FOR, WAYS

FIELDS = frozenset({"role", "node_id", "news", "channels"})


def customs_listed(search: str = "") -> QuerySet[Custom]:
    """Every line, for its register."""
    return Custom.objects.select_related("node").filter(
        Q(role__icontains=search) | Q(news__icontains=search) | Q(node__name__icontains=search)
    )


@transaction.atomic
def keep_custom(row_id: int | None, **told: Any) -> Custom:
    """Tell a role so from now on; ValidationError, field by field, when a way is none or the line is there already."""
    channels: Collection[str] = told.get("channels", ())
    faults: dict[str, str] = {}
    if told.get("role") and told["role"] not in {str(role) for role in Role}:
        faults["role"] = _("There is no such role.")
    if told.get("news") not in NEWS:
        faults["news"] = _("There is no such news.")
    if set(channels) - set(WAYS):
        faults["channels"] = _("There is no such way.")
    elif "ring" in channels and told.get("news") not in RINGS_FOR:
        faults["channels"] = _("Nobody is rung up for this; only for urgent cases and broken promises.")
    if faults:
        raise ValidationError(faults)
    return keep_row(Custom, row_id, told, fields=FIELDS)


@transaction.atomic
def drop_custom(row_id: int) -> None:
    """The line goes; what is nearest besides holds from now on."""
    Custom.objects.filter(id=row_id).delete()
