"""What the doctor looks at in the company: its name, people, service points, technicians, prices, promises."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bihuan.ground.worktime.queries import is_published
from bihuan.registers.access.queries import people_with
from bihuan.registers.access.roles import Role
from bihuan.registers.access.signing_in import cannot_sign_in, is_demo
from bihuan.registers.organisation.naming import NAMELESS, company_hotline, company_name
from bihuan.registers.organisation.queries import service_points, uncovering
from bihuan.registers.parts.queries import categories, prices_on, products
from bihuan.registers.staff.gaps import (
    permits_running_out,
    point_numbers_with_technicians,
    technicians_lacking,
)
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.web.look.navigation import address
from bihuan.web.managers.doctor_finding import Asked, Named, broken, fine, missing, register, some

SOON = timedelta(days=30)
NOTICE_MONTH = 11  # the next year's holidays are announced about then
DESK, SENDERS = (Role.AGENT, Role.SUPERVISOR), (Role.DISPATCHER, Role.SUPERVISOR)


def whose(now: datetime) -> Asked:
    """Whether one's own company lives here."""
    if is_demo():
        return missing(
            _("This is the demo company. Found your own in its place when you have looked around."),
            address("managers:founding_anew"),
        )
    return fine(_("Your own company lives here."))


def name(now: datetime) -> Asked:
    told = company_name()
    if told in {"", NAMELESS, "Head office"}:
        return missing(_("The company has no name yet. Give the head office one."), register("nodes"))
    return fine(told)


def hotline(now: datetime) -> Asked:
    told = company_hotline()
    if not told:
        return missing(
            _("No hotline stands on pages and messages. Write it down as the phone of the head office."),
            register("nodes"),
        )
    return fine(told)


def brands_served(now: datetime) -> Asked:
    if not categories():
        return broken(_("No family of appliances is in use: no case can be taken."), register("categories"))
    if not products():
        return missing(
            _("The catalogue has no models yet: covers cannot be worked out from a model."),
            register("products"),
        )
    return fine()


def administrators(now: datetime) -> Asked:
    """One can be ill, or forget the password."""
    count = len(people_with(Role.ADMINISTRATOR))
    if count < 2:
        return missing(
            _("There is only one administrator. Add a second one, before the first forgets a password."),
            register("people"),
        )
    return fine(ngettext("%(count)s person.", "%(count)s people.", count) % {"count": count})


def desks(now: datetime) -> Asked:
    """Whether somebody takes reports, and somebody sends them on."""
    lacking = []
    if not any(people_with(role) for role in DESK):
        lacking.append(_("nobody takes reports (agent)"))
    if not any(people_with(role) for role in SENDERS):
        lacking.append(_("nobody sends cases on (dispatcher)"))
    if lacking:
        return missing(
            _("Roles that nobody has: %(roles)s.") % {"roles": "; ".join(lacking)}, register("people")
        )
    return fine()


def locked_out(now: datetime) -> Asked:
    """Who could not come in if they tried."""
    found = cannot_sign_in()
    stuck = [one for one in found if one.why != "second_factor"]
    if stuck:
        whys = {
            "password": _("no password"),
            "phone": _("no phone for the code"),
            "shared_phone": _("a phone that another has too"),
        }
        names = [f"{one.name} ({whys[one.why]})" for one in stuck]
        return broken(_("Cannot sign in: %(names)s.") % {"names": some(names)}, register("people"))
    if found:
        names = [one.name for one in found]
        return missing(
            _("Have not set up their second factor yet, and see no page before: %(names)s.")
            % {"names": some(names)},
            register("people"),
        )
    return fine(_("Everybody can sign in."))


def points(now: datetime) -> Asked:
    if not (found := service_points()):
        return broken(
            _("There is no service point: no case can be sent on. Import them, or add one."),
            _import() or register("nodes"),
        )
    return fine(
        ngettext("%(count)s service point.", "%(count)s service points.", len(found)) % {"count": len(found)},
        register("nodes"),
    )


def coverage(now: datetime) -> Asked:
    if not service_points():
        return missing(_("There is no service point yet."), register("nodes"))
    if found := uncovering():
        return missing(
            _("Without any district they serve: %(names)s.") % {"names": some([one.name for one in found])},
            register("coverage"),
        )
    return fine(_("Every service point serves somewhere."), register("coverage"))


def manned(now: datetime) -> Asked:
    """Service points that nobody goes out from."""
    there = point_numbers_with_technicians()
    if not there:
        return broken(
            _("There is no technician: nobody can be sent. Import the staff, or add one."),
            _import() or register("technicians"),
        )
    if lacking := [one.name for one in service_points() if one.id not in there]:
        return missing(
            _("Without a technician: %(names)s.") % {"names": some(lacking)}, register("technicians")
        )
    return fine(url=register("technicians"))


def abilities(now: datetime) -> Asked:
    """Technicians that no plan can use."""
    lacking = technicians_lacking()
    told = [
        (_("no skills"), [one.name for one in lacking if not one.skills]),
        (_("no shifts"), [one.name for one in lacking if not one.shifts]),
        (_("no phone"), [one.name for one in lacking if not one.phone]),
    ]
    if parts := [f"{what}: {some(names, 3)}" for what, names in told if names]:
        return missing("; ".join(parts) + ".", register("technicians"))
    return fine(url=register("technicians"))


def permits(now: datetime) -> Asked:
    """What may not be done any more in a month."""
    today = localdate(now)
    found = permits_running_out(until=today + SOON)
    if gone := [one for one in found if one.valid_until < today]:
        return broken(
            _("Permits ran out: %(names)s. This work is not given to them.")
            % {"names": some([one.name for one in gone])},
            register("certificates"),
        )
    if found:
        names = [f"{one.name} ({one.valid_until:%Y-%m-%d})" for one in found]
        return missing(
            _("Permits run out within 30 days: %(names)s.") % {"names": some(names)}, register("certificates")
        )
    return fine(_("None runs out within 30 days."), register("certificates"))


def prices(now: datetime) -> Asked:
    if not prices_on(localdate(now)):
        return missing(_("The price list is empty: no quote can be made."), _import() or register("prices"))
    return fine(url=register("prices"))


def holidays(now: datetime) -> Asked:
    year, month = localdate(now).year, localdate(now).month
    if not is_published(year):
        return broken(
            _("The days off of %(year)s are not known: promises are reckoned by the ordinary week.")
            % {"year": year},
            register("days"),
        )
    if not is_published(year + 1) and month >= NOTICE_MONTH:
        return missing(
            _("The days off of %(year)s are not known yet. Write them down once they are published.")
            % {"year": year + 1},
            register("days"),
        )
    return fine(_("The days off are known."), register("days"))


def promises(now: datetime) -> Asked:
    """What the profiles in force leave blank."""
    open_ = [clause.id for profile in commitments_in_force().profiles for clause in profile.placeholders()]
    url = address("managers:profiles")
    if open_:
        said = ngettext(
            "%(count)s promise of the profile in force still has a blank: %(names)s.",
            "%(count)s promises of the profile in force still have a blank: %(names)s.",
            len(open_),
        )
        return missing(said % {"count": len(open_), "names": some(open_)}, url)
    return fine(commitments_in_force().base().name, url)


def overridden(now: datetime) -> Asked:
    """What an administrator changes on the page and sees no effect of."""
    held = [key for key in ("BIHUAN_COMPANY", "BIHUAN_HOTLINE") if getattr(settings, key)]
    if held:
        return fine(
            _("%(names)s is set in the environment and goes before the settings.")
            % {"names": ", ".join(held)}
        )
    return fine(_("Name and hotline come from the settings."))


def _import() -> str:
    return address("managers:imports")


COMPANY = (
    Named(code="whose", title=gettext_lazy("Whose company"), check=whose),
    Named(code="name", title=gettext_lazy("Name of the company"), check=name),
    Named(code="hotline", title=gettext_lazy("Hotline"), check=hotline),
    Named(code="overridden", title=gettext_lazy("Where they come from"), check=overridden),
    Named(code="administrators", title=gettext_lazy("Administrators"), check=administrators),
    Named(code="desks", title=gettext_lazy("Desks"), check=desks),
    Named(code="locked_out", title=gettext_lazy("Who cannot sign in"), check=locked_out),
    Named(code="catalogue", title=gettext_lazy("Catalogue"), check=brands_served),
    Named(code="prices", title=gettext_lazy("Price list"), check=prices),
    Named(code="holidays", title=gettext_lazy("Days off"), check=holidays),
    Named(code="promises", title=gettext_lazy("Blanks in promises"), check=promises),
)
FIELD = (
    Named(code="points", title=gettext_lazy("Service points"), check=points),
    Named(code="coverage", title=gettext_lazy("Coverage"), check=coverage),
    Named(code="manned", title=gettext_lazy("Technicians"), check=manned),
    Named(code="abilities", title=gettext_lazy("Skills, shifts, phones"), check=abilities),
    Named(code="permits", title=gettext_lazy("Permits"), check=permits),
)
