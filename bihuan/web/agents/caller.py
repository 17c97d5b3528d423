"""Who is calling: the card that is there before the greeting is over."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from bihuan.registers.access.masking import Contact
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.queries import known_by, shown
from bihuan.web.agents.facts import MachineShown, cases_of, consents_shown, machines_shown
from bihuan.web.agents.rows import Row, rows_of


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Known, unknown, or not a number at all; everything about a known one is masked."""

    state: str  # none, wrong, new, known
    customer_id: int = 0
    contact: Contact | None = None
    machines: list[MachineShown] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    consents: list[tuple[str, bool | None]] = field(default_factory=list)

    @property
    def open_rows(self) -> list[Row]:
        """The cases that are still open: the customer may be asking again."""
        return [row for row in self.rows if row.case.open]

    @property
    def closed_rows(self) -> list[Row]:
        return [row for row in self.rows if not row.case.open]


def caller_of(phone: str, email: str, viewer: Viewer, *, now: datetime) -> Caller:
    """The caller reached by this number or address."""
    if not (phone.strip() or email.strip()):
        return Caller(state="none")
    reaches = reach_by(phone=phone[:60], email=email[:254])
    if not reaches:
        return Caller(state="wrong")
    known: Any = known_by(reaches)
    if known is None:
        return Caller(state="new")
    return Caller(
        state="known",
        customer_id=known.id,
        contact=shown([known])[known.id],
        machines=machines_shown(known.id, day=localdate(now)),
        rows=rows_of(cases_of(viewer, known.id), viewer, now=now),
        consents=consents_shown(known.id),
    )
