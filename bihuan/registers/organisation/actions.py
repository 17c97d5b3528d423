"""Keeping the tree: its nodes, what they serve, and for which brands they may."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.registers.organisation.keeping import held, keep_row, retire_row, run_out, unretire_row
from bihuan.registers.organisation.models import Authorisation, Coverage, Licence, Node

NODE = frozenset(
    {"kind", "name", "code", "authorised", "phone", "address", "latitude", "longitude", "daily_capacity"}
)
COVERAGE = frozenset({"node_id", "city", "district", "street", "category", "kind"})
LICENCE = frozenset({"node_id", "kind", "number", "valid_until"})
AUTHORISATION = frozenset({"node_id", "brand", "category", "valid_from", "valid_until"})


@transaction.atomic
def add_node(*, kind: str, name: str, code: str, parent: Node | None = None, **more: Any) -> Node:
    """A new place in the tree, under `parent`; only the head office has none."""
    made = Node.objects.create(kind=kind, name=name, code=code, parent=parent, **more)
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    made.save(update_fields=["path"])
    return made


@transaction.atomic
def keep_node(node_id: int | None, *, parent_id: int | None, **told: Any) -> Node:
    """Make a node or change one. Its place in the tree is chosen once: whole stories hang on it."""
    _tidy_place(node_id, told, parent_id)
    if node_id is not None:
        return keep_row(Node, node_id, told, fields=NODE)
    parent = held(Node, parent_id) if parent_id else None
    made = keep_row(Node, None, told | {"parent_id": parent_id}, fields=NODE | {"parent_id"})
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    made.save(update_fields=["path"])
    return made


def _tidy_place(node_id: int | None, told: dict[str, Any], parent_id: int | None) -> None:
    if node_id is not None:
        stands = held(Node, node_id)
        if stands.parent_id != parent_id or told.get("kind", stands.kind) != stands.kind:
            raise ValidationError(
                _("A node keeps its kind and its place; make a new one and retire this one.")
            )
        return
    if (told.get("kind") == Node.HEAD_OFFICE) != (parent_id is None):
        raise ValidationError({"parent_id": _("Every node but the head office stands under another one.")})
    if told.get("kind") == Node.HEAD_OFFICE and Node.objects.filter(kind=Node.HEAD_OFFICE).exists():
        raise ValidationError({"kind": _("There is a head office already.")})


@transaction.atomic
def retire_node(node_id: int, *, now: datetime) -> None:
    """Take a node and all below it out of use; the head office stays."""
    node = held(Node, node_id)
    if node.kind == Node.HEAD_OFFICE:
        raise ValidationError(_("The head office cannot be retired."))
    Node.objects.filter(path__startswith=node.path, retired_at__isnull=True).update(retired_at=now)


@transaction.atomic
def unretire_node(node_id: int) -> Node:
    """Take a node back in use, it alone; what it stands under must be in use."""
    node = held(Node, node_id)
    if node.parent is not None and node.parent.retired_at is not None:
        raise ValidationError(
            _("%(name)s, which it stands under, is out of use.") % {"name": node.parent.name}
        )
    return unretire_row(Node, node_id)


def keep_coverage(coverage_id: int | None, **told: Any) -> Coverage:
    return keep_row(Coverage, coverage_id, told, fields=COVERAGE)


def drop_coverage(coverage_id: int) -> None:
    """Coverage is a rule for cases to come; nothing done names it, so it goes. Its history stays."""
    Coverage.objects.filter(id=coverage_id).delete()


@transaction.atomic
def cover_streets(
    node_id: int, *, city: str, district: str, streets: Sequence[str], category: str = "", kind: str = ""
) -> list[Coverage]:
    """Let a service point serve these streets of a district (none named: the whole district). What it serves
    already is left as it is. Returns the new lines."""
    held(Node, node_id)
    shared = {"node_id": node_id, "city": city, "district": district, "category": category, "kind": kind}
    known = set(Coverage.objects.filter(**shared).values_list("street", flat=True))
    wanted = dict.fromkeys(street.strip() for street in streets or [""])
    return [keep_coverage(None, street=street, **shared) for street in wanted if street not in known]


def keep_authorisation(authorisation_id: int | None, **told: Any) -> Authorisation:
    return keep_row(Authorisation, authorisation_id, told, fields=AUTHORISATION)


def end_authorisation(authorisation_id: int, *, now: datetime) -> None:
    run_out(Authorisation, authorisation_id, now=now)


def keep_licence(licence_id: int | None, **told: Any) -> Licence:
    return keep_row(Licence, licence_id, told, fields=LICENCE)


def drop_licence(licence_id: int, *, now: datetime) -> None:
    """A licence that was taken back counts no more. One that ran out may stay: its last day is over."""
    retire_row(Licence, licence_id, now=now)


def give_licence_back(licence_id: int) -> Licence:
    return unretire_row(Licence, licence_id)
