"""Letting people in, and noting who looked at what."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import fingerprint
from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.models import Device, Person, Reveal, SignInCode, Token
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.models import Node

CODE_LASTS = timedelta(minutes=10)
DEVICE_LASTS = timedelta(days=30)
TRIES = 5


def add_person(
    *,
    login: str,
    name: str,
    roles: list[Role],
    node: Node,
    password: str | None = None,
    phone: str = "",
    department: str = "",
    language: str = "",
    demo: bool = False,
) -> Person:
    """Somebody who may sign in. Without a password only a code or a remembered device lets them in."""
    made = Person(login=login, name=name, roles=[str(role) for role in roles], node=node, phone=phone)
    made.department, made.language, made.demo = department, language, demo
    made.set_password(password)
    made.save()
    return made


def make_token(
    *,
    role: Role,
    now: datetime,
    person: Person | None = None,
    customer_id: int | None = None,
    channel: str = "",
    expires_at: datetime | None = None,
) -> str:
    """A new API token; the clear text is returned once and never kept."""
    clear = secrets.token_urlsafe(32)
    Token.objects.create(
        fingerprint=fingerprint(clear),
        role=role,
        person=person,
        customer_id=customer_id,
        channel=channel,
        made_at=now,
        expires_at=expires_at,
    )
    return clear


def forget_token(clear: str) -> None:
    """Take a token away that was only made for a moment."""
    Token.objects.filter(fingerprint=fingerprint(clear)).delete()


def make_code(person: Person, *, now: datetime) -> tuple[str, str]:
    """A six-digit code and a one-time link's token for this person. Earlier ones end."""
    code, link = f"{secrets.randbelow(10**6):06d}", secrets.token_urlsafe(24)
    with transaction.atomic():
        SignInCode.objects.filter(person=person, used_at__isnull=True).update(used_at=now)
        SignInCode.objects.create(
            person=person,
            fingerprint=fingerprint(f"{person.id}:{code}"),
            link_fingerprint=fingerprint(link),
            made_at=now,
            expires_at=now + CODE_LASTS,
        )
    return code, link


def use_code(person: Person | None, code: str, *, now: datetime) -> Person:
    """The person, when this is their code and it is fresh; the same sentence for every reason it is not."""
    refused = Refusal(_("This code is not right or has ended. Ask for a new one."))
    if person is None:
        raise refused
    held = SignInCode.objects.filter(person=person, used_at__isnull=True, expires_at__gt=now, tries__lt=TRIES)
    if held.filter(fingerprint=fingerprint(f"{person.id}:{code}")).update(used_at=now):
        return person
    held.update(tries=F("tries") + 1)
    raise refused


def use_link(clear: str, *, now: datetime) -> Person:
    """The person to whom this one-time link was sent; it opens once."""
    print_ = fingerprint(clear or " ")
    held = SignInCode.objects.filter(link_fingerprint=print_, used_at__isnull=True, expires_at__gt=now)
    if not held.update(used_at=now):
        raise Refusal(_("This link was used or has ended. Ask for a new one."))
    return SignInCode.objects.select_related("person").get(link_fingerprint=print_).person


def remember_device(person_id: int, *, told: str, now: datetime) -> str:
    """Keep a device signed in for 30 days; returns the token for its cookie."""
    clear = secrets.token_urlsafe(32)
    Device.objects.create(
        person_id=person_id,
        fingerprint=fingerprint(clear),
        told=told[:120],
        made_at=now,
        expires_at=now + DEVICE_LASTS,
    )
    return clear


def revoke_devices(person_id: int, *, now: datetime) -> int:
    """Sign a person out of every remembered device, at once. Returns how many."""
    return Device.objects.filter(person_id=person_id, revoked_at__isnull=True).update(revoked_at=now)


def note_reveal(
    *,
    viewer: Viewer,
    customer_id: int,
    case_id: int | None,
    purpose: str,
    now: datetime,
    verb: str = "customer.reveal",
) -> Reveal:
    """Write down that somebody asked to see a customer in full, and why. `verb`: the right by which they do."""
    viewer.must(verb)
    if len(purpose.strip()) < 4 or viewer.person_id is None:
        raise Refusal(_("Say what you need it for."), fields={"purpose": _("Say what you need it for.")})
    return Reveal.objects.create(
        person_id=viewer.person_id,
        customer_id=customer_id,
        case_id=case_id,
        purpose=purpose.strip()[:200],
        at=now,
    )
