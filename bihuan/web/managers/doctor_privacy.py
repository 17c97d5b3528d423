"""What the doctor looks at where personal data go: houses abroad, and partners whose contract has ended."""

from datetime import datetime

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.registers.access.queries import people_at
from bihuan.registers.channels.abroad import handed_to
from bihuan.registers.organisation.queries import partners_without_contract
from bihuan.service.orders.queries import addresses_told
from bihuan.web.managers.doctor_finding import Asked, Named, broken, fine, register, some


def abroad(now: datetime) -> Asked:
    """Whether anything that names a customer leaves mainland China without a ground that is written down."""
    found = handed_to(addresses_told())
    if found and not settings.BIHUAN_EXPORT_GROUND:
        return broken(
            _(
                "Not known to stand in mainland China: %(names)s. Use a house in China, or write the legal ground down"
                " (BIHUAN_EXPORT_GROUND); the privacy notice then says it."
            )
            % {"names": some(found)}
        )
    if found:
        return fine(_("Handed abroad on a ground that is written down: %(names)s.") % {"names": some(found)})
    return fine(_("Nothing that names a customer is handed abroad."))


def partners(now: datetime) -> Asked:
    """Whether people of a partner whose last authorisation ended may still come in."""
    ended = partners_without_contract(localdate(now))
    there = people_at({one.id for one in ended})
    if names := [one.name for one in ended if one.id in there]:
        return broken(
            _(
                "Their authorisation has ended, but their people may still sign in and see customers: %(names)s. Lock"
                " their people, or renew the authorisation."
            )
            % {"names": some(names)},
            register("people"),
        )
    return fine(_("Only partners with an authorisation see customers."), register("authorisations"))


PRIVACY = (
    Named(code="abroad", title=gettext_lazy("Personal data abroad"), check=abroad),
    Named(code="partners", title=gettext_lazy("Partners whose contract has ended"), check=partners),
)
