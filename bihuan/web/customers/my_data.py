"""My data (我的个人信息): what we keep of this customer, what they agreed to, and asking for mending or deletion."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bihuan.ground.vault.actions import keys
from bihuan.registers.access.masking import masked_email, masked_phone
from bihuan.registers.customers.actions import note_consents
from bihuan.registers.customers.queries import consents_of, machine_cards, reach_of, shown
from bihuan.registers.customers.registering import set_progress_days
from bihuan.service.cases import talking
from bihuan.service.notices.still_open import CHOICES, house_days
from bihuan.web.customers.door import Visitor, private_page
from bihuan.web.customers.warranty import masked_serial
from bihuan.web.look.naming import family_name
from bihuan.web.look.throttle import Throttle

ASKED = Throttle(name="my-data", times=5, seconds=86400)
LONGEST = 2000
UNPROVED = ("web", "qr", "chat", "app")  # channels by which somebody may give another's number as theirs
CONSENTS: dict[str, Lazy] = {
    "recording": gettext_lazy("Calls may be recorded"),
    "marketing": gettext_lazy("You may send me offers and tips"),
}
HEARS: dict[int, Lazy] = {
    1: gettext_lazy("every day without news"),
    2: gettext_lazy("every two days without news"),
    3: gettext_lazy("every three days without news"),
    7: gettext_lazy("every week without news"),
    0: gettext_lazy("only when something happens"),
}
WISHES: dict[str, Lazy] = {
    "correct": gettext_lazy("Please correct my data."),
    "delete": gettext_lazy("Please delete my data."),
}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What we keep. `consents`: kind, words, newest answer (None: never asked); `hears`: see `hear_choices`; `masked`:
    the lines are shortened, because nobody has proved to be the customer."""

    masked: bool
    lines: list[tuple[str, str]]
    consents: list[tuple[str, Lazy, bool | None]]
    hears: list[tuple[int, Lazy, bool]]


def kept_of(visitor: Visitor) -> Kept:
    """The data of the customer of this link. A link that went to their phone shows it in full: it is theirs. The web
    form hands its link to whoever typed their number, so there it is masked."""
    customer = visitor.report.customer
    hand = keys(customer.key)
    masked = visitor.report.channel in UNPROVED
    contact = shown([customer], full=frozenset() if masked else frozenset({customer.id}))[customer.id]
    reach = [number for number in reach_of(customer.id, hand).values() if number]
    lines = [
        (_("Name"), contact.name),
        (_("Phone or e-mail"), _(", ").join(_number(one, masked=masked) for one in reach)),
        (_("Address"), contact.address),
        *_machine(visitor, masked=masked),
    ]
    given = consents_of(customer.id)
    return Kept(
        masked=masked,
        lines=[(name, value) for name, value in lines if value],
        consents=[(kind, words, given.get(kind)) for kind, words in CONSENTS.items()],
        hears=hear_choices(customer.progress_days),
    )


def _number(told: str, *, masked: bool) -> str:
    if masked:
        return masked_email(told) if "@" in told else masked_phone(told)
    return told.removeprefix("+86")


def _machine(visitor: Visitor, *, masked: bool) -> list[tuple[str, str]]:
    """The machine of the case, its serial numbers and the day it was bought, a line each."""
    machine = visitor.case.machine if visitor.case else None
    if machine is None:
        return []
    card = machine_cards([machine], day=localdate(visitor.now))[0]
    numbers = [masked_serial(one) if masked else one for one in card.serials.values()]
    told = [str(part) for part in (card.brand, family_name(card.category), card.model) if part]
    return [
        (_("Machine"), " · ".join(told)),
        (_("Serial number"), _(", ").join(numbers)),
        (_("Bought on"), str(card.bought_on or "")),
    ]


@require_POST
@private_page
def consents(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Give or withdraw one consent; the newest answer counts."""
    kind, answer = request.POST.get("kind", ""), request.POST.get("answer", "")
    if kind in CONSENTS and answer in {"yes", "no"}:
        note_consents(visitor.report.customer, {kind: answer == "yes"}, how="web", now=visitor.now)
    return _back(visitor, "consents")


@require_POST
@private_page
def ask(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask for correction or deletion: kept on the case, and whoever is responsible has to answer in time."""
    case, wish = visitor.the_case, WISHES.get(request.POST.get("wish", ""))
    if wish is None:
        return _back(visitor, "")
    if not ASKED.count(request, str(case.id)):
        return _back(visitor, "data_often")
    words = "\n".join(part for part in (str(wish), request.POST.get("words", "").strip()[:LONGEST]) if part)
    talking.note(case, words, by=visitor.viewer.actor, now=visitor.now, public=True)
    talking.chase(case, by=visitor.viewer.actor, now=visitor.now)
    return _back(visitor, "data_asked")


@require_POST
@private_page
def hear(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """How often to hear of an open case while nothing happens."""
    told = request.POST.get("days", "")
    if told in {str(days) for days in CHOICES}:
        set_progress_days(visitor.report.customer, int(told))
    return redirect(reverse("customers:case", args=[visitor.token]) + "?said=hear")


def hear_choices(chosen: int | None) -> list[tuple[int, Lazy, bool]]:
    """How often they may hear of a case while nothing happens: days, words, whether it is so now."""
    now = house_days() if chosen is None else chosen
    return [(days, HEARS[days], days == now) for days in CHOICES]


def _back(visitor: Visitor, said: str) -> HttpResponse:
    where = reverse("customers:case", args=[visitor.token])
    return redirect(f"{where}?said={said}#my-data" if said else f"{where}#my-data")
