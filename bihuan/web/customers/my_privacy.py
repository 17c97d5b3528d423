"""/my/data: what we keep, what was agreed to, how often to hear from us; correcting, a copy of all of it, deleting."""

import io
import json
import zipfile
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bihuan.ground.vault.actions import keys
from bihuan.registers.customers.actions import note_consents
from bihuan.registers.customers.queries import consents_of, reach_of, shown
from bihuan.registers.customers.registering import set_progress_days
from bihuan.registers.customers.signing_in import sessions_of
from bihuan.registers.organisation.queries import head_office
from bihuan.service.cases.queries import link_to_case
from bihuan.service.intake.actions import receive
from bihuan.service.intake.told import Told
from bihuan.service.notices.giving_copy import copy_of, files_of
from bihuan.service.notices.still_open import CHOICES
from bihuan.service.searching.mending import rename_customer
from bihuan.web.customers.my_data import CONSENTS, LONGEST, WISHES, hear_choices
from bihuan.web.customers.my_door import Owner, own_page
from bihuan.web.look.throttle import Throttle

COPIES = Throttle(name="my-copy", times=5, seconds=86400)
ASKED = Throttle(name="my-ask-data", times=3, seconds=86400)
ALL_CONSENTS: dict[str, Lazy] = {
    "service": gettext_lazy("You may use my data to serve me"),
    **CONSENTS,
}


SAID: dict[str, Lazy] = {
    "consents": gettext_lazy("Written down. Your newest answer counts from now on."),
    "hear": gettext_lazy("Written down."),
    "name": gettext_lazy("Your name was corrected."),
    "often": gettext_lazy("Your last requests are with us; somebody is on them."),
}


@require_safe
@own_page
def data(request: HttpRequest, owner: Owner) -> HttpResponse:
    """What we keep and what they decide."""
    return render(
        request,
        "customers/my_privacy.html",
        _kept(owner) | {"said": SAID.get(request.GET.get("said", ""), "")},
    )


def _kept(owner: Owner) -> dict[str, Any]:
    customer = owner.customer
    contact = shown([customer], full=frozenset({customer.id}))[customer.id]
    reach = reach_of(customer.id, keys(customer.key)).values()
    given = consents_of(customer.id)
    return {
        "owner": owner,
        "name": contact.name,
        "reach": [number.removeprefix("+86") for number in reach if number],
        "address": contact.address,
        "consents": [(kind, words, given.get(kind)) for kind, words in ALL_CONSENTS.items()],
        "hears": hear_choices(customer.progress_days),
        "browsers": sessions_of(customer.id, now=owner.now),
    }


@require_POST
@own_page
def consents(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Give or withdraw one consent; the newest answer counts."""
    kind, answer = request.POST.get("kind", ""), request.POST.get("answer", "")
    if kind in ALL_CONSENTS and answer in {"yes", "no"}:
        note_consents(owner.customer, {kind: answer == "yes"}, how="web", now=owner.now)
    return _back("consents")


@require_POST
@own_page
def hear(request: HttpRequest, owner: Owner) -> HttpResponse:
    """How often to hear of an open case while nothing happens."""
    told = request.POST.get("days", "")
    if told in {str(days) for days in CHOICES}:
        set_progress_days(owner.customer, int(told))
    return _back("hear")


@require_POST
@own_page
def name(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Correct one's own name, at once."""
    told = forms.CharField(max_length=120, required=False).clean(request.POST.get("name", "")[:120]).strip()
    if told:
        rename_customer(owner.customer, told)
    return _back("name" if told else "")


@require_POST
@own_page
def ask(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Ask for correction of the rest, or for deletion: a case of its own, so that a person has to answer in time."""
    wish = WISHES.get(request.POST.get("wish", ""))
    if wish is None:
        return _back("")
    if not ASKED.count(request, str(owner.customer.id)):
        return _back("often")
    words = "\n".join(part for part in (str(wish), request.POST.get("words", "").strip()[:LONGEST]) if part)
    told = Told(
        words=words,
        channel="web",
        customer_id=owner.customer.id,
        kind="consultation",
        language=get_language() or "",
    )
    report = receive(told, by=owner.viewer.actor, node=head_office(), now=owner.now)
    return redirect("/c/" + link_to_case(report).rpartition("/c/")[2])


@require_POST
@own_page
def copy(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Everything we keep of them, as one file: for people (HTML) and for programs (JSON), with their files."""
    if not COPIES.count(request, str(owner.customer.id)):
        return _back("often")
    told = copy_of(owner.customer, now=owner.now)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("my-data.json", json.dumps(told, ensure_ascii=False, indent=2))
        archive.writestr("my-data.html", render_to_string("customers/my_copy.html", {"told": told}))
        for one in files_of(owner.customer):
            archive.writestr(one.name, one.content)
    response = HttpResponse(made.getvalue(), content_type="application/zip")
    stamp = f"{localtime(owner.now):%Y%m%d}"
    response["Content-Disposition"] = f'attachment; filename="my-data-{stamp}.zip"'
    return response


def _back(said: str) -> HttpResponse:
    where = reverse("customers:my_privacy")
    return redirect(f"{where}?said={said}" if said else where)
