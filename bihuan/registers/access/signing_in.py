"""Who is known to this installation, and who of them could not sign in if they tried."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Q

from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import SECOND_FACTOR, Role


@dataclass(frozen=True, kw_only=True)
class CannotSignIn:
    """Somebody who could not come in. `why`: password, phone, shared_phone or second_factor."""

    person_id: int
    name: str
    why: str


def anybody_known() -> bool:
    """Whether this installation has anybody who may or might sign in."""
    return Person.objects.exists()


def is_demo() -> bool:
    """Whether the people of the demo company live here."""
    return Person.objects.filter(demo=True).exists()


def people_made_by_hand() -> int:
    """How many people beside those of the demo company."""
    return Person.objects.filter(demo=False).count()


def cannot_sign_in() -> list[CannotSignIn]:
    """The active people without what their roles ask for, by name: technicians come in by a phone that is theirs
    alone, the others by a password; some of them need a second factor, which they set up when they come in first."""
    people = list(Person.objects.filter(is_active=True).order_by("name", "id"))
    phones: dict[str, int] = {}
    for one in people:
        if one.phone and Role.TECHNICIAN in one.roles:
            phones[one.phone] = phones.get(one.phone, 0) + 1
    factors = set(
        Authenticator.objects.filter(~Q(type=Authenticator.Type.RECOVERY_CODES)).values_list(
            "user_id", flat=True
        )
    )
    found = []
    for one in people:
        why = _missing(one, shared={phone for phone, count in phones.items() if count > 1}, factors=factors)
        if why:
            found.append(CannotSignIn(person_id=one.id, name=one.name, why=why))
    return found


def _missing(person: Person, *, shared: set[str], factors: set[int]) -> str:
    if person.has_usable_password():
        wants = bool(SECOND_FACTOR & {Role(role) for role in person.roles}) and not person.demo
        return "second_factor" if wants and person.id not in factors else ""
    if Role.TECHNICIAN not in person.roles:
        return "password"
    if not person.phone:
        return "phone"
    return "shared_phone" if person.phone in shared else ""
