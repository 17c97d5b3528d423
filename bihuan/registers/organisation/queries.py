"""Asking the tree."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from bihuan.registers.organisation.models import Authorisation, Coverage, Licence, Node


def node(node_id: int) -> Node:
    return Node.objects.get(id=node_id)


def head_office() -> Node:
    """The root; every company has exactly one once it is set up."""
    return Node.objects.get(kind=Node.HEAD_OFFICE)


def below(path: str) -> frozenset[int]:
    """The numbers of a node and all under it."""
    return frozenset(Node.objects.filter(path__startswith=path).values_list("id", flat=True))


def above(path: str) -> frozenset[int]:
    """The numbers of a node and of all over it."""
    return frozenset(int(part) for part in path.split("/") if part)


def service_points(*, retired: bool = False) -> list[Node]:
    found = Node.objects.filter(kind=Node.SERVICE_POINT)
    return list((found if retired else found.filter(retired_at__isnull=True)).order_by("code"))


def names_of(node_ids: set[int]) -> dict[int, str]:
    return dict(Node.objects.filter(id__in=node_ids).values_list("id", "name"))


def coverage_of(node_ids: set[int]) -> list[Coverage]:
    return list(Coverage.objects.filter(node_id__in=node_ids))


def coverage_lines() -> list[Coverage]:
    """What every service point in use serves, by city, district and street."""
    found = Coverage.objects.select_related("node").filter(node__retired_at__isnull=True)
    return list(found.order_by("city", "district", "street", "node__code", "id"))


def uncovering() -> list[Node]:
    """Service points without any line of coverage: they are offered work from everywhere."""
    named = Coverage.objects.values("node_id")
    found = Node.objects.filter(kind=Node.SERVICE_POINT, retired_at__isnull=True).exclude(id__in=named)
    return list(found.order_by("code"))


def authorisations_of(node_ids: set[int]) -> list[Authorisation]:
    return list(Authorisation.objects.filter(node_id__in=node_ids))


def served_cities() -> list[str]:
    """The cities in which any service point works: where an address without a city most likely lies."""
    rows = Coverage.objects.filter(node__retired_at__isnull=True).order_by("city")
    return list(rows.values_list("city", flat=True).distinct())


def nodes_listed(search: str = "") -> QuerySet[Node]:
    """Every node, retired ones too, for its register."""
    return Node.objects.select_related("parent").filter(Q(name__icontains=search) | Q(code__icontains=search))


def coverage_listed(search: str = "") -> QuerySet[Coverage]:
    found = Q(node__name__icontains=search) | Q(city__icontains=search)
    found |= Q(district__icontains=search) | Q(street__icontains=search)
    return Coverage.objects.select_related("node").filter(found)


def authorisations_listed(search: str = "") -> QuerySet[Authorisation]:
    return Authorisation.objects.select_related("node").filter(
        Q(node__name__icontains=search) | Q(brand__icontains=search)
    )


def licences_of(node_ids: Iterable[int]) -> dict[int, dict[str, date]]:
    """node → licence → its last valid day, the latest of each kind; those taken back are left out."""
    found: dict[int, dict[str, date]] = {}
    rows = Licence.objects.filter(node_id__in=list(node_ids), retired_at__isnull=True)
    for node_id, kind, until in rows.values_list("node_id", "kind", "valid_until"):
        held = found.setdefault(node_id, {})
        held[kind] = max(until, held.get(kind, until))
    return found


def licences_listed(search: str = "") -> QuerySet[Licence]:
    return Licence.objects.select_related("node").filter(
        Q(node__name__icontains=search) | Q(kind__icontains=search)
    )


def holding_licence(kind: str) -> int:
    """How many service points in use hold a licence of this kind, valid or not."""
    found = Licence.objects.filter(kind=kind, retired_at__isnull=True, node__retired_at__isnull=True)
    return found.values("node_id").distinct().count()


def partners_without_contract(day: date) -> list[Node]:
    """Service points run by others that had an authorisation, and have none on this day."""
    rows = Authorisation.objects.values_list("node_id", "valid_until")
    last: dict[int, date] = {}
    for node_id, until in rows:
        last[node_id] = max(until, last.get(node_id, until))
    ended = [node_id for node_id, until in last.items() if until < day]
    return list(Node.objects.filter(id__in=ended, authorised=True, retired_at__isnull=True).order_by("id"))
