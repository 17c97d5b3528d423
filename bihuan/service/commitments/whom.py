"""Whom a clause or a ladder names, in the reader's language."""

from collections.abc import Iterable

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WHOM: dict[str, Lazy] = {
    "owner": gettext_lazy("Owner of the case"),
    "owner_supervisor": gettext_lazy("Owner's supervisor"),
    "service_point": gettext_lazy("Service point"),
    "technician": gettext_lazy("Technician"),
    "agent": gettext_lazy("Agent"),
    "dispatcher": gettext_lazy("Dispatcher"),
    "service_point_owner": gettext_lazy("Service point owner"),
    "service_point_dispatcher": gettext_lazy("Service point dispatcher"),
    "parts_keeper": gettext_lazy("Parts keeper"),
    "callback_agent": gettext_lazy("Callback agent"),
    "quality_inspector": gettext_lazy("Quality inspector"),
    "department_owner": gettext_lazy("Department owner"),
    "supervisor": gettext_lazy("Supervisor"),
    "approver": gettext_lazy("Approver"),
    "settlement_clerk": gettext_lazy("Settlement clerk"),
    "analyst": gettext_lazy("Analyst"),
    "manager": gettext_lazy("Manager"),
    "administrator": gettext_lazy("Administrator"),
}


def whom_words(codes: Iterable[str]) -> str:
    """These people in a row; an unknown code is shown as it is."""
    return _(", ").join(str(WHOM.get(code, code)) for code in codes)
