"""Where entries of the registers are used by cases, as counts: asked before one is taken out of use."""

from collections.abc import Sequence

from django.db.models import Count

from bihuan.registers.organisation.queries import below
from bihuan.service.cases.models import Case


def open_at_node(path: str) -> int:
    """Open cases of a node and all below it."""
    return Case.objects.filter(open=True, node_id__in=below(path)).count()


def open_of_person(person_id: int) -> int:
    """Open cases that somebody answers for."""
    return Case.objects.filter(open=True, owner_id=person_id).count()


def open_of_category(code: str, *, kind: str = "") -> int:
    found = Case.objects.filter(open=True, category=code)
    return (found.filter(kind=kind) if kind else found).count()


def open_with_symptom(code: str) -> int:
    return Case.objects.filter(open=True, symptom=code).count()


def open_of_department(code: str) -> int:
    return Case.objects.filter(open=True, department=code).count()


def open_in_area(node_id: int, *, city: str, district: str, street: str = "") -> int:
    """Open cases of one service point in a district, or in one street of it."""
    found = Case.objects.filter(open=True, node_id=node_id, city=city, district=district)
    return (found.filter(street=street) if street else found).count()


def open_under_card(name: str) -> dict[int, int]:
    """Version of a process card → open cases that began under it."""
    rows = Case.objects.filter(open=True, card=name).values("card_version").annotate(count=Count("id"))
    return {row["card_version"]: row["count"] for row in rows.order_by("card_version")}


def open_under_cards() -> dict[str, int]:
    """Name of a process card → open cases, under any of its versions."""
    rows = Case.objects.filter(open=True).values("card").annotate(count=Count("id"))
    return {row["card"]: row["count"] for row in rows.order_by("card")}


def standing_at(name: str, version: int, places: Sequence[str]) -> int:
    """Open cases under one version of a card that stand at one of these places."""
    found = Case.objects.filter(open=True, card=name, card_version=version, stands_at__in=list(places))
    return found.count()
