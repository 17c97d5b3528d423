"""Keeping the tree."""

from typing import Any

from django.db import transaction

from bihuan.registers.organisation.models import Node


@transaction.atomic
def add_node(*, kind: str, name: str, code: str, parent: Node | None = None, **more: Any) -> Node:
    """A new place in the tree, under `parent`; only the head office has none."""
    made = Node.objects.create(kind=kind, name=name, code=code, parent=parent, **more)
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    made.save(update_fields=["path"])
    return made
