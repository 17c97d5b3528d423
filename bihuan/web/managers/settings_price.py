"""One thing of the price list through the days: what it cost, costs and will cost; a new price from a day on."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.history import note_change
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.parts.actions import follow_price
from bihuan.registers.parts.queries import prices_of_the_same
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers.settings_all import REGISTERS, row_of
from bihuan.web.managers.settings_register import day
from bihuan.web.managers.settings_row import write


class NextPriceForm(TidyForm):
    valid_from = day(_("First day"))
    yuan = forms.DecimalField(label=_("New price in yuan"), min_value=0, max_value=999_999, decimal_places=2)


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def price(request: HttpRequest, viewer: Viewer, row_id: int) -> HttpResponseBase:
    """The days of a price, and the form of the next one."""
    register, now = REGISTERS["prices"], moment(request)
    held = row_of(register, row_id)
    form = NextPriceForm(request.POST if request.method == "POST" else None)
    if (
        form.is_bound
        and form.is_valid()
        and write(request, form, lambda: _follow(viewer, held, form, now=now))
    ):
        return redirect(request.path)
    today = localdate(now)
    lines = [(one, _stands(one, today)) for one in prices_of_the_same(held)]
    told = {"row": held, "name": register.name(held), "form": form, "lines": lines}
    return render(request, "managers/settings_price.html", told, status=422 if form.errors else 200)


@transaction.atomic
def _follow(viewer: Viewer, held: Any, form: NextPriceForm, *, now: datetime) -> None:
    """Keep the new price; the end of the old one is noted in its history too."""
    register = REGISTERS["prices"]
    before = {one.pk: register.facts(one) for one in prices_of_the_same(held)}
    told = form.cleaned_data
    made = follow_price(held.pk, valid_from=told["valid_from"], fen=int(told["yuan"] * 100), now=now)
    for one in prices_of_the_same(made):
        was, became = before.get(one.pk, {}), register.facts(register.find(one.pk))
        if was != became:
            deed = "changed" if was else "added"
            note_change(
                viewer, register="prices", row=str(one.pk), deed=deed, before=was, after=became, now=now
            )


def _stands(row: Any, today: date) -> Any:
    if row.valid_from > today:
        return _("begins later")
    if row.valid_until is not None and row.valid_until < today:
        return _("over")
    return _("holds today")
