"""How long what we know of a customer is kept: one term per kind of record, as data that the house changes."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.models import Term

CUSTOMER = "customer"
NOBODYS = "nobodys"  # messages of which nothing came: spam, machines, what a person closed
SHIPPED = {
    CUSTOMER: 1095,  # three years: as long as a claim from a contract may be raised
    NOBODYS: 180,
}
SHORTEST, LONGEST = 30, 3650  # days


def load_terms() -> None:
    """The terms that ship; those that are there stay as they are."""
    for code, days in SHIPPED.items():
        Term.objects.get_or_create(code=code, defaults={"days": days})


def terms_listed(search: str = "") -> QuerySet[Term]:
    return Term.objects.order_by("id")


def days_kept(code: str) -> int:
    """The days after which records of this kind go."""
    told = Term.objects.filter(code=code).values_list("days", flat=True).first()
    return SHIPPED[code] if told is None else told


def keep_term(viewer: Viewer, row_id: int | None, *, days: int) -> Term:
    """Change a term. ValidationError when it is no sound length."""
    viewer.must("settings.change")
    if not SHORTEST <= days <= LONGEST:
        raise ValidationError(
            {"days": _("From %(least)s to %(most)s days.") % {"least": SHORTEST, "most": LONGEST}}
        )
    held = Term.objects.get(id=row_id or 0)
    held.days = days
    held.save(update_fields=["days"])
    return held
