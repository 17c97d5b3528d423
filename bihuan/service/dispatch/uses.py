"""Where entries of the registers are used by dispatch, as counts: asked before one is taken out of use."""

from bihuan.service.dispatch.models import Assignment, Offer, Visit


def planned_visits(technician_id: int, *, category: str = "", kind: str = "") -> int:
    """Visits of a technician that are planned, booked or under way; of one category and kind of work if named."""
    found = Visit.objects.filter(technician_id=technician_id, state__in=Visit.OPEN)
    if category:
        found = found.filter(case__category=category)
    return (found.filter(case__kind=kind) if kind else found).count()


def standing_assignments(technician_id: int) -> int:
    """Cases that a technician was offered or has accepted."""
    found = Assignment.objects.filter(
        technician_id=technician_id, state__in=Assignment.STANDING, case__open=True
    )
    return found.count()


def open_offers(node_id: int) -> int:
    """Cases that a service point was asked to take and has not answered yet."""
    return Offer.objects.filter(node_id=node_id, state=Offer.OPEN).count()
