"""Looking behind a mask for a case: for a purpose that is kept; for partners only while their work needs it."""

from datetime import datetime

from bihuan.registers.access.actions import note_reveal
from bihuan.registers.access.models import Reveal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.errors import WorkIsOver
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import FULL_AFTER_DONE


def still_needed(viewer: Viewer, case: Case, *, now: datetime) -> bool:
    """Whether this viewer's work still needs to reach the customer: for our own people always; for a partner until
    24 hours after the work was done, and never once the case has ended."""
    if not viewer.partner:
        return True
    return case.open and (case.done_at is None or now <= case.done_at + FULL_AFTER_DONE)


def look_behind(viewer: Viewer, case: Case, *, purpose: str, now: datetime) -> Reveal:
    """Write down that somebody looks at this customer in full, and why. WorkIsOver for a partner who is done."""
    if not still_needed(viewer, case, now=now):
        raise WorkIsOver
    return note_reveal(viewer=viewer, customer_id=case.customer_id, case_id=case.id, purpose=purpose, now=now)
