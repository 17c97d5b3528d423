"""Keeping how each node dispatches."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bihuan.registers.organisation.keeping import keep_row
from bihuan.service.dispatch.models import DispatchPolicy

MINUTES = ("point_minutes", "technician_minutes", "grab_minutes")
POLICY = frozenset({"node_id", "auto_offer", "mode", "grab_cap", "grab_then", *MINUTES})


def policies_listed(search: str = "") -> QuerySet[DispatchPolicy]:
    return DispatchPolicy.objects.select_related("node").filter(node__name__icontains=search)


def keep_policy(policy_id: int | None, **told: Any) -> DispatchPolicy:
    """Holds for this node and all below it, for every offer made from now on."""
    if min(told.get(name, 1) for name in MINUTES) < 1:
        raise ValidationError(_("An answer needs at least one minute."))
    return keep_row(DispatchPolicy, policy_id, told, fields=POLICY)


def drop_policy(policy_id: int) -> None:
    """The node follows the one above it again."""
    DispatchPolicy.objects.filter(id=policy_id).delete()
