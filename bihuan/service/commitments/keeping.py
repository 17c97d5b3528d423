"""Commitment profiles as an administrator keeps them: every version, a new one by its text, those in force."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bihuan.ground.journal.event import KINDS
from bihuan.ground.worktime.queries import all_calendars
from bihuan.service.commitments.clause import Clause, Profile, Sort
from bihuan.service.commitments.models import ProfileVersion
from bihuan.service.commitments.profiles_in_use import activate, keep_profile
from bihuan.service.commitments.reading import Fault, ProfileRefused, read_profile
from bihuan.service.commitments.words import fault_sentences


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


def put_in_force(name: str, *, now: datetime) -> ProfileVersion:
    """The newest version of this profile holds for promises made from now on."""
    if not ProfileVersion.objects.filter(name=name).exists():
        raise ValidationError(_("There is no profile called %(name)s.") % {"name": name})
    with transaction.atomic():
        activate(name, now=now)
    return ProfileVersion.objects.get(name=name, active=True)


def _sound(text: str) -> Profile:
    try:
        profile = read_profile(text)
    except ProfileRefused as refused:
        raise ValidationError(fault_sentences(refused.faults)) from refused
    if faults := [*unheard(profile), *_uncounted(profile)]:
        raise ValidationError(fault_sentences(faults))
    return profile


def unheard(profile: Profile) -> Iterator[Fault]:
    """The events that its clauses name and nobody tells, and the fields that those events do not have."""
    for clause in profile.clocks():
        for pattern in clause.patterns():
            event = KINDS.get(pattern.kind)
            if event is None:
                yield Fault("no_event_kind", clause.id, pattern.kind)
                continue
            known = {field.name for field in fields(event)}
            for condition in pattern.conditions:
                if condition.field not in known:
                    yield Fault("no_event_field", clause.id, str(pattern))
        yield from _no_due_field(clause)


def _no_due_field(clause: Clause) -> Iterator[Fault]:
    for pattern in clause.starts if clause.due_from else ():
        event = KINDS.get(pattern.kind)
        if event is not None and clause.due_from not in {field.name for field in fields(event)}:
            yield Fault("no_event_field", clause.id, f"{pattern.kind} {clause.due_from}")


def _uncounted(profile: Profile) -> Iterator[Fault]:
    known = {card.code for card in all_calendars()}
    for clause in profile.clauses:
        if clause.sort == Sort.CLOCK and clause.calendar not in known:
            yield Fault("no_calendar", clause.id, clause.calendar)
