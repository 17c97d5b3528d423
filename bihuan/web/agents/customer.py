"""One customer's card: cases, machines with cover, consents; shown in full only for a purpose, which is kept."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bihuan.registers.access.actions import note_reveal
from bihuan.registers.access.errors import NotAllowed, NotFound, Refusal
from bihuan.registers.access.masking import Contact
from bihuan.registers.access.queries import reveals_of
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.wechat.followers import chats_of
from bihuan.registers.customers.queries import shown
from bihuan.service.cases.queries import visible
from bihuan.service.searching.mending import mend_customer
from bihuan.web.agents.customers import seen_by
from bihuan.web.agents.facts import consents_shown, machines_shown
from bihuan.web.agents.papers import papers_shown
from bihuan.web.agents.rows import rows_of
from bihuan.web.agents.upkeep import plans_shown
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.listing import page


class MendForm(TidyForm):
    """What may be corrected; empty fields stay as they were."""

    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=120)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=254)


def _customer(viewer: Viewer, customer_id: int) -> Any:
    found = seen_by(viewer).filter(id=customer_id).first()
    if found is None:
        raise NotFound
    return found


@staff_page("customer.look_up")
def customer(request: HttpRequest, viewer: Viewer, customer_id: int) -> HttpResponse:
    """The card."""
    return _card(request, viewer, _customer(viewer, customer_id), MendForm())


@require_POST
@staff_page("report.take")
def customer_mend(request: HttpRequest, viewer: Viewer, customer_id: int) -> HttpResponse:
    """Correct the name or a way to reach the customer."""
    held, form = _customer(viewer, customer_id), MendForm(request.POST)
    if form.is_valid():
        try:
            mend_customer(held, **form.cleaned_data)
        except Refusal as refusal:
            for field, sentence in refusal.fields.items():
                form.add_error(field, sentence)
        else:
            messages.success(request, _("Corrected."))
            return redirect("agents:customer", held.id)
    return _card(request, viewer, held, form, status=422)


@require_POST
@staff_page("customer.reveal")
def customer_reveal(request: HttpRequest, viewer: Viewer, customer_id: int) -> HttpResponse:
    """Show the customer in full, once. A partner looks at the one case that they work on instead."""
    if viewer.partner:
        raise NotAllowed("customer.reveal")
    held = _customer(viewer, customer_id)
    purpose = request.POST.get("purpose", "")
    note_reveal(viewer=viewer, customer_id=held.id, case_id=None, purpose=purpose, now=moment(request))
    clear = shown([held], full=frozenset({held.id}))[held.id]
    answer = _card(request, viewer, held, MendForm(), revealed=clear)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _card(
    request: HttpRequest,
    viewer: Viewer,
    held: Any,
    form: MendForm,
    *,
    revealed: Contact | None = None,
    status: int = 200,
) -> HttpResponse:
    now = moment(request)
    found = visible(viewer).filter(customer_id=held.id).select_related("customer")
    listed = page(found, ("-opened_at", "-id"), request.GET.get("after"), 20)
    machines = machines_shown(held.id, day=localdate(now))
    context = {
        "customer": held,
        "contact": revealed or shown([held])[held.id],
        "page": listed,
        "rows": rows_of(listed.rows, viewer, now=now),
        "machines": machines,
        "plans": plans_shown(machines, now=now),
        "papers": papers_shown(held.id, machines),
        "consents": consents_shown(held.id),
        "chats": chats_of(held, now=now),
        "reveals": reveals_of(held.id)[:5],
        "form": form,
        "may_mend": viewer.may("report.take"),
        "may_reveal": viewer.may("customer.reveal"),
    }
    return render(request, "agents/customer.html", context, status=status)
