"""How dispatch is set. What it does stands by noun: offering.py, assigning.py, booking.py, following.py."""

from dataclasses import asdict

from django.db import transaction

from bihuan.registers.organisation.models import Node
from bihuan.service.dispatch.models import DispatchPolicy
from bihuan.service.dispatch.policy import Policy


@transaction.atomic
def set_policy(node: Node, policy: Policy) -> DispatchPolicy:
    """Keep these settings for a node and all below it."""
    row, _made = DispatchPolicy.objects.update_or_create(
        node=node,
        defaults=asdict(policy),
    )
    return row
