"""The register of terms: how long what we know of customers is kept."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.terms import CUSTOMER, NOBODYS, keep_term, terms_listed
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers.settings_register import Register

NAMES: dict[str, Lazy] = {
    CUSTOMER: _("Customers, after the last dealing with them"),
    NOBODYS: _("Messages that belong to nobody: spam, automatic ones, closed without a report"),
}


class TermForm(TidyForm):
    days = forms.IntegerField(
        label=_("Days kept"),
        help_text=_(
            "Whoever has open work or a machine under cover is kept until that is over. Then all that names them goes."
        ),
    )


def _keep(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    return keep_term(viewer, row_id, **told)


def _named(row: Any) -> str:
    return str(NAMES.get(row.code, row.code))


REGISTERS = (
    Register(
        code="terms",
        title=_("How long data is kept"),
        about=_("When the house forgets customers by itself; the privacy notice says the same."),
        group=_("Rules"),
        icon="clock",
        rows=terms_listed,
        columns=(
            Column(_("What"), _named),
            Column(_("Days kept"), lambda row: row.days),
        ),
        form=TermForm,
        keep=_keep,
        adds=False,
        name=_named,
    ),
)
