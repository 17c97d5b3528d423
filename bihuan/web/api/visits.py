"""Visits: who goes to which case, when, and what became of it."""

from django.http import HttpRequest
from ninja import Router

from bihuan.service.cases.queries import case_by_number
from bihuan.service.dispatch.queries import visits_of
from bihuan.web.api.door import viewer_at
from bihuan.web.api.shapes import VisitOut, everywhere

router = Router(tags=["visits"])


@router.get(
    "/cases/{number}/visits", response={200: list[VisitOut], **everywhere()}, summary="Visits of a case"
)
def visits(request: HttpRequest, number: str) -> list[VisitOut]:
    """In the order of the trips; a case's customer may read them as well."""
    viewer = viewer_at(request)
    case = case_by_number(viewer, number)
    if viewer.is_staff:
        viewer.must("visit.read")
    return [
        VisitOut(
            id=each.id,
            case=case.number,
            number=each.number,
            state=each.state,
            technician=each.technician.person.name,
            slot_from=each.slot_from,
            slot_until=each.slot_until,
            expected_at=each.expected_at,
            arrived_at=each.arrived_at,
            ended_at=each.ended_at,
        )
        for each in visits_of(case.id)
    ]
