"""A customer complains about a case: a case of its own is opened and the two are tied together."""

from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.actions import lock_chains, record, writing
from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.registers.organisation.queries import head_office
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import case_of_report
from bihuan.service.complaints.errors import WordsNeeded
from bihuan.service.complaints.events import ComplainedAbout, ComplaintLinked
from bihuan.service.complaints.models import Complaint
from bihuan.service.intake.actions import receive
from bihuan.service.intake.models import Report
from bihuan.service.intake.told import Told

DONE_PLACES = frozenset({"done", "closed"})


def complain(
    words: str, *, about: Case, by: Actor, now: datetime, channel: str = "web", wish: str = "", once: str = ""
) -> Report:
    """Open a complaint about a case, for its customer. `once` makes sending it twice harmless.

    A case whose work was done is opened again for a callback: a new complaint is an objection.
    """
    if not words.strip():
        raise WordsNeeded
    told = Told(
        words=words.strip(),
        channel=channel,
        customer_id=about.customer_id,
        kind="complaint",
        wish=wish,
        language=about.customer.language,
    )
    key = (f"complaint:{about.id}", once) if once else None
    report = receive(told, by=by, node=head_office(), now=now, once=key)
    complaint_case = case_of_report(report.id)
    if complaint_case is not None:
        link(complaint_case, about=about, by=by, now=now)
    return report


@transaction.atomic
def link(case: Case, *, about: Case, by: Actor, now: datetime) -> Complaint:
    """Tie a complaint to the case it is about, once; an ended case is opened again."""
    kept, fresh = Complaint.objects.get_or_create(case=case, defaults={"about_case": about, "made_at": now})
    if fresh:
        with writing():
            lock_chains([case.chain_id, about.chain_id])
            linked = ComplaintLinked(subject_id=case.id, about_case_id=about.id)
            record(linked, by=by, now=now, chain=case.chain_id)
            complained = ComplainedAbout(subject_id=about.id, complaint_case_id=case.id)
            record(complained, by=by, now=now, chain=about.chain_id)
            reopen(about, now=now)
    return kept


def reopen(about: Case, *, now: datetime) -> bool:
    """A case whose work is done goes back to the callback desk; one still at work stays where it is."""
    from_there = Case.objects.filter(id=about.id, stands_at__in=DONE_PLACES).exists()
    if from_there:
        about.refresh_from_db(fields=["stands_at", "open"])
        move_case(about, "not_solved", doer=Doer.house(CLOCK), now=now, reason="complaint")
    return from_there
