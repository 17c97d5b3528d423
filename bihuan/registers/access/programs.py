"""Programs that send us something: each has a token, a channel and figures of its own. A token is shown once."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import fingerprint
from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.history import note_change
from bihuan.registers.access.models import Token, TokenDay
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer

LONGEST_NAME = 60
USED_EVERY = timedelta(minutes=1)
MONTH = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A program's new token: its number in the table, and the clear text, which nobody sees again."""

    token_id: int
    clear: str


@transaction.atomic
def make_program(
    viewer: Viewer, *, name: str, channel: str, platform: str = "", until: date | None = None, now: datetime
) -> Made:
    """A token for a program that speaks for one channel, or for one platform's orders, alone. `until`: its last day."""
    viewer.must("settings.change")
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Refusal(_("Give the program a name."), fields={"name": _("Give the program a name.")})
    if until is not None and until < localdate(now):
        raise Refusal(_("This day is over."), fields={"until": _("This day is over.")})
    clear = secrets.token_urlsafe(32)
    ends = None if until is None else now + (until - localdate(now)) + timedelta(days=1)
    made = Token.objects.create(
        fingerprint=fingerprint(clear),
        role=Role.CUSTOMER,
        channel=channel,
        platform=platform,
        name=name,
        made_at=now,
        expires_at=ends,
    )
    facts = {"name": name, "channel": channel, "platform": platform}
    note_change(viewer, register="programs", row=str(made.id), deed="added", before={}, after=facts, now=now)
    return Made(token_id=made.id, clear=clear)


def revoke_program(viewer: Viewer, token_id: int, *, now: datetime) -> None:
    """From now on this token opens nothing."""
    viewer.must("settings.change")
    Token.objects.filter(id=token_id, revoked_at__isnull=True).exclude(name="").update(revoked_at=now)


def programs_listed(search: str = "", *, now: datetime) -> QuerySet[Token]:
    """The tokens of programs, revoked ones too, with how much each sent `today` and in a `month` of thirty days."""
    day = localdate(now)
    sent = TokenDay.objects.filter(token_id=OuterRef("id"), day__gt=day - MONTH, day__lte=day)
    month = sent.order_by().values("token_id").annotate(all=Sum("taken")).values("all")
    found = Token.objects.exclude(name="").annotate(
        today=Subquery(sent.filter(day=day).values("taken")[:1]), month=Subquery(month)
    )
    return found.filter(
        Q(name__icontains=search) | Q(channel__icontains=search) | Q(platform__icontains=search)
    )


def note_used(token_id: int, *, now: datetime) -> None:
    """A program knocked: remembered to the minute."""
    mine = Token.objects.filter(id=token_id)
    mine.filter(Q(used_at__isnull=True) | Q(used_at__lt=now - USED_EVERY)).update(used_at=now)


def note_taken(token_id: int, *, now: datetime) -> None:
    """One more report or order of a program, on this day of the installation's zone."""
    day = localdate(now)
    TokenDay.objects.bulk_create([TokenDay(token_id=token_id, day=day)], ignore_conflicts=True)
    TokenDay.objects.filter(token_id=token_id, day=day).update(taken=F("taken") + 1)
