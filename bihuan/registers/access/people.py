"""Keeping the people who sign in: their roles, their node, whether they still may."""

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.registers.access.actions import revoke_devices
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.models import Device, Person, Token
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.keeping import held, keep_row

PERSON = frozenset(
    {"login", "name", "phone", "email", "roles", "node_id", "department", "language", "is_active"}
)


@transaction.atomic
def keep_person(viewer: Viewer, person_id: int | None, *, now: datetime, **told: Any) -> Person:
    """Add somebody or change them. Who leaves, or loses a role, loses devices and tokens at once."""
    roles = told.get("roles", [])
    if "roles" in told and (
        not roles or set(roles) - {str(role) for role in Role if role is not Role.CUSTOMER}
    ):
        raise ValidationError({"roles": _("Choose at least one role.")})
    before = None if person_id is None else held(Person, person_id)
    _refuse_to_lock_oneself_out(viewer, before, told)
    kept = keep_row(Person, person_id, told, fields=PERSON)
    if before is None:
        kept.set_unusable_password()
        kept.save(update_fields=["password"])
    elif not kept.is_active or set(before.roles) - set(kept.roles):
        _end_devices_and_tokens(kept, now=now)
    return kept


def _refuse_to_lock_oneself_out(viewer: Viewer, before: Person | None, told: dict[str, Any]) -> None:
    if before is None or before.id != viewer.person_id or Role.ADMINISTRATOR not in before.roles:
        return
    if not told.get("is_active", True) or Role.ADMINISTRATOR not in told.get("roles", before.roles):
        raise ValidationError(_("You cannot take your own right to administer. Ask another administrator."))


@transaction.atomic
def deactivate(viewer: Viewer, person_id: int, *, now: datetime) -> Person:
    """Nobody is deleted: what they did keeps their name. They can no longer sign in, from now on."""
    return keep_person(viewer, person_id, now=now, is_active=False)


def choose_language(person_id: int, language: str) -> None:
    """Keep in which language somebody reads, on whatever device. `language` is one that the pages speak."""
    Person.objects.filter(id=person_id).exclude(language=language).update(language=language)


def choose_email(person_id: int, email: str) -> None:
    """Keep where somebody is told by mail; empty: nowhere. `email` was looked at by a form."""
    Person.objects.filter(id=person_id).exclude(email=email).update(email=email)


@transaction.atomic
def set_password(viewer: Viewer, person_id: int, password: str, *, now: datetime) -> Person:
    """Give somebody a new password; every session, device and token of theirs ends."""
    viewer.must("settings.change")
    person = held(Person, person_id)
    validate_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    _end_devices_and_tokens(person, now=now)
    return person


def _end_devices_and_tokens(person: Person, *, now: datetime) -> None:
    Device.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=now)
    Token.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=now)


def revoke_devices_of(viewer: Viewer, person_id: int, *, now: datetime) -> int:
    """Sign somebody of the viewer's nodes out of every remembered device, at once. Returns how many."""
    viewer.must("device.revoke")
    found = Person.objects.filter(id=person_id)
    if viewer.nodes is not None:
        found = found.filter(node_id__in=viewer.nodes)
    if not found.exists():
        raise NotFound
    return revoke_devices(person_id, now=now)
