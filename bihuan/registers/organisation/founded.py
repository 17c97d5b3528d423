"""Whether there is a company yet, and the brands it works for."""

from datetime import date

from bihuan.registers.organisation.models import Authorisation, Node

UNTIL_FURTHER_NOTICE = date(2099, 12, 31)


def has_company() -> bool:
    """Whether a head office stands in this database."""
    return Node.objects.filter(kind=Node.HEAD_OFFICE).exists()


def own_brands() -> list[str]:
    """The brands that the head office works for, by name: what a service point may do for them is told apart."""
    rows = Authorisation.objects.filter(node__kind=Node.HEAD_OFFICE)
    return list(rows.order_by("brand").values_list("brand", flat=True).distinct())
