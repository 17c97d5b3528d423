"""Cases that another system had given to a service point or a technician stay with them: rows as if they had been
offered, accepted and assigned here, without asking anybody once more."""

from collections.abc import Sequence
from datetime import datetime

from bihuan.ground.journal.event import Fact
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.events import CaseBroughtIn
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.dispatch.offering import case_to_offer, offer_by_itself

BY_US = 0  # whoever answered there is not known here


def keep_with(
    carried: Sequence[tuple[Case, CaseBroughtIn, int | None]], *, head: Node, now: datetime
) -> None:
    """Write the offer and the assignment that these cases came with; the third of each is the technician's number in
    their register. Three statements."""
    accepted = [case for case, event, _ in carried if Need.SERVICE_POINT_ACCEPTED in event.ticks]
    Offer.objects.bulk_create(
        Offer(
            case=case,
            node_id=case.node_id,
            from_node=head,
            state=Offer.ACCEPTED,
            made_at=now,
            answer_by=now,
            answered_at=now,
            answered_by=BY_US,
        )
        for case in accepted
    )
    given = [(case, technician) for case, _, technician in carried if technician is not None]
    Assignment.objects.bulk_create(
        Assignment(
            case=case,
            technician_id=technician,
            state=Assignment.ACCEPTED,
            made_at=now,
            made_by=BY_US,
            answer_by=now,
            answered_at=now,
        )
        for case, technician in given
    )
    Visit.objects.bulk_create(
        Visit(case=case, number=1, technician_id=technician, made_at=now) for case, technician in given
    )


def offer_brought_in(fact: Fact[CaseBroughtIn]) -> None:
    """Later, when a case was brought in that no service point has: ask the best by itself, where that is wished. It
    may have been taken back meanwhile."""
    if Case.objects.filter(id=fact.event.subject_id, open=True).exists():
        offer_by_itself(case_to_offer(fact.event.subject_id), now=fact.recorded_at)
