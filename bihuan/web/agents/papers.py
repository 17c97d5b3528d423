"""Labels and invoices that a customer sent for a machine: who opens one is written down; the proof of purchase is seen
by a person before a warranty card says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bihuan.registers.access.actions import note_reveal
from bihuan.registers.access.errors import NotAllowed, NotFound
from bihuan.registers.access.history import note_change
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.registering import (
    machine_of,
    machines_held,
    mark_checked,
    paper_of,
    papers_of,
)
from bihuan.web.agents.customers import seen_by
from bihuan.web.agents.facts import MachineShown
from bihuan.web.look.doors import moment, staff_page


@dataclass(frozen=True, kw_only=True)
class PapersShown:
    """The papers of one machine. `checked_at`: when a person saw the proof of purchase."""

    machine: MachineShown
    papers: list[Any]
    checked_at: datetime | None


def papers_shown(customer_id: int, machines: Iterable[MachineShown]) -> list[PapersShown]:
    """Those machines for which something was sent, in the order given: two statements."""
    sent: dict[int, list[Any]] = {}
    named = {one.id: one for one in machines}
    for paper in papers_of(list(named)):
        sent.setdefault(paper.machine_id, []).append(paper)
    if not sent:
        return []
    checked = {one.id: one.checked_at for one in machines_held(customer_id)}
    return [
        PapersShown(machine=one, papers=sent[key], checked_at=checked.get(key))
        for key, one in named.items()
        if key in sent
    ]


@require_POST
@staff_page("customer.reveal")
def paper(request: HttpRequest, viewer: Viewer, customer_id: int, paper_id: int) -> HttpResponse:
    """One paper as a download. It names the customer, so that who opened it is kept; for our own people alone."""
    if viewer.partner:
        raise NotAllowed("customer.reveal")
    held = _customer(viewer, customer_id)
    row, content = paper_of(held, paper_id)
    purpose = _("Proof of purchase")
    note_reveal(viewer=viewer, customer_id=held.id, case_id=None, purpose=purpose, now=moment(request))
    response = HttpResponse(content, content_type="application/octet-stream")
    ending = row.media.rpartition("/")[2].replace("jpeg", "jpg")
    response["Content-Disposition"] = f'attachment; filename="{row.kind}-{row.id}.{ending}"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@staff_page("report.take")
def proof_seen(request: HttpRequest, viewer: Viewer, customer_id: int, machine_id: int) -> HttpResponse:
    """A person saw the proof of purchase of this machine."""
    held = _customer(viewer, customer_id)
    machine = machine_of(held, machine_id)
    mark_checked(machine, now=moment(request))
    note_change(
        viewer,
        register="customers",
        row=str(held.id),
        deed="proof_seen",
        before={},
        after={"machine": machine.id},
        now=moment(request),
    )
    messages.success(request, _("Written down: the proof of purchase was seen."))
    return redirect("agents:customer", held.id)


def _customer(viewer: Viewer, customer_id: int) -> Any:
    found = seen_by(viewer).filter(id=customer_id).first()
    if found is None:
        raise NotFound
    return found
