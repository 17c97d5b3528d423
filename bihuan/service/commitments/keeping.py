"""Commitment profiles as an administrator keeps them: every version, a new one by its text, the one in force."""

import tomllib
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bihuan.ground.journal.event import KINDS
from bihuan.ground.worktime.queries import all_calendars
from bihuan.service.commitments.clause import Profile, ProfileRefused, read_profile
from bihuan.service.commitments.models import ProfileVersion
from bihuan.service.commitments.profiles_in_use import activate, keep_profile


def profiles_listed(search: str = "") -> QuerySet[ProfileVersion]:
    return ProfileVersion.objects.filter(name__icontains=search)


@transaction.atomic
def upload_profile(text: str, *, now: datetime) -> ProfileVersion:
    """Store a new version, not yet in force. Refused with every fault it has."""
    profile = _sound(text)
    newest = ProfileVersion.objects.filter(name=profile.name).order_by("-version").first()
    if newest is not None and profile.version <= newest.version:
        raise ValidationError(
            _("Version %(had)s is stored already; give this text the version %(next)s or higher.")
            % {"had": newest.version, "next": newest.version + 1}
        )
    keep_profile(text, now=now)
    return ProfileVersion.objects.get(name=profile.name, version=profile.version)


def put_in_force(name: str) -> ProfileVersion:
    """The newest version of this profile holds for promises made from now on."""
    if not ProfileVersion.objects.filter(name=name).exists():
        raise ValidationError(_("There is no profile called %(name)s.") % {"name": name})
    with transaction.atomic():
        activate(name)
    return ProfileVersion.objects.get(name=name, active=True)


def _sound(text: str) -> Profile:
    try:
        profile = read_profile(text)
    except ProfileRefused as refused:
        raise ValidationError(str(refused).splitlines()) from refused
    except tomllib.TOMLDecodeError as fault:
        raise ValidationError(_("This is not readable TOML: %(why)s") % {"why": fault}) from fault
    except KeyError as missing:
        raise ValidationError(_("The profile lacks %(what)s.") % {"what": missing}) from missing
    except (TypeError, ValueError, AssertionError, AttributeError) as fault:
        raise ValidationError(_("The profile cannot be read: %(why)s") % {"why": fault}) from fault
    unheard = profile.listens_to() - set(KINDS)
    unknown = {clause.calendar for clause in profile.clauses} - {card.code for card in all_calendars()}
    faults = [_("There is no event called %(kind)s.") % {"kind": kind} for kind in sorted(unheard)]
    faults += [
        _("There is no working calendar called %(code)s.") % {"code": code} for code in sorted(unknown)
    ]
    if faults:
        raise ValidationError(faults)
    return profile
