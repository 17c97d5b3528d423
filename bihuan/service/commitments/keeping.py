"""Commitment profiles as an administrator keeps them: every version, a new one by its text, those in force."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from bihuan.ground.journal.event import KINDS as EVENTS
from bihuan.ground.worktime.queries import all_calendars
from bihuan.registers.access.roles import Role
from bihuan.registers.parts.queries import categories
from bihuan.service.cases.cards_in_use import all_cards
from bihuan.service.cases.needs import Need
from bihuan.service.cases.words import CHANNELS, GRADES, KINDS, URGENCIES, said
from bihuan.service.commitments.bounds import TEXT, out_of_bounds
from bihuan.service.commitments.clause import Clause, Commitments, Profile, Sort
from bihuan.service.commitments.findings import Finding, Known, errors, warnings
from bihuan.service.commitments.lint import lint, loosened
from bihuan.service.commitments.models import ProfileVersion
from bihuan.service.commitments.profiles_in_use import (
    activate,
    active_profiles,
    calendar_in_force,
    commitments_in_force,
    keep_profile,
    newest_of,
    pace_of,
    profile_at,
    put_out_of_force,
)
from bihuan.service.commitments.reading import Fault, ProfileRefused, read_profile
from bihuan.service.commitments.words import fault_sentences, finding_sentences

NEAR = frozenset({"owner", "owner_supervisor", "service_point", "technician"})  # by what they are to the case

SHOWN = 20  # faults told at once


def versions_to_compare() -> list[tuple[str, str]]:
    """(`name@version`, title and version) of every stored version, those in force first, then the newest."""
    rows = ProfileVersion.objects.order_by("-active", "name", "-version").values_list("name", "version")
    return [
        (f"{name}@{version}", f"{said(profile_at(name, version).title)} · {name} v{version}")
        for name, version in rows
    ]


def compared_first(codes: list[str]) -> tuple[str, str]:
    """Which two to compare when nobody chose: the base in force, with the version before it if there is one."""
    base = commitments_in_force().base()
    now, before = f"{base.name}@{base.version}", f"{base.name}@{base.version - 1}"
    others = [code for code in codes if code != now]
    return (before if before in codes else others[0] if others else now), now


class Unsound(ValidationError):
    """The profile has errors: it cannot be put in force."""


class Unconfirmed(ValidationError):
    """The profile has warnings, and nobody said yet that they are meant."""


def profiles_listed(search: str = "") -> QuerySet[ProfileVersion]:
    return ProfileVersion.objects.filter(name__icontains=search)


def check_profile(text: str) -> Profile:
    """The profile of this text, if it may be stored as a new version. Refused with every fault it has; a law may
    only become stricter."""
    profile = _sound(text)
    newest = newest_of(profile.name)
    if newest is not None and profile.version <= newest.version:
        raise _stored_already(newest.version)
    _refuse_other_sort(profile, newest)
    return profile


@transaction.atomic
def upload_profile(text: str, *, now: datetime) -> ProfileVersion:
    """Store a new version, not yet in force. Refused with every fault it has; a law may only become stricter."""
    profile = check_profile(text)
    keep_profile(text, now=now)
    row = ProfileVersion.objects.get(name=profile.name, version=profile.version)
    if row.text != text:  # somebody else stored another text under this version at the same instant
        raise _stored_already(row.version)
    return row


def _stored_already(version: int) -> ValidationError:
    return ValidationError(
        _("Version %(had)s is stored already; give this text the version %(next)s or higher.")
        % {"had": version, "next": version + 1}
    )


def _refuse_other_sort(profile: Profile, newest: ProfileVersion | None) -> None:
    """A profile stays what it is, and a law never gets milder: its newest version is always the one in force."""
    if newest is None:
        return
    before = profile_at(newest.name, newest.version)
    if profile.sort != before.sort:
        raise ValidationError(
            _("%(name)s is stored as another sort of profile; give this one a name of its own.")
            % {"name": profile.name}
        )
    if profile.sort == "law" and (milder := [*loosened(profile, before)]):
        raise ValidationError(finding_sentences(milder, before))


def put_in_force(
    name: str, *, now: datetime, confirmed: bool = False, version: int | None = None
) -> ProfileVersion:
    """The newest version of this profile, or a former one that is named, holds for promises made from now on; those
    made stay as they are.

    Refused with its errors; with its warnings too, unless somebody confirmed that they are meant. Of a law only the
    newest version ever holds."""
    newest = newest_of(name)
    if newest is None:
        raise ValidationError(_("There is no profile called %(name)s.") % {"name": name})
    if version is not None and version != newest.version:
        newest = _former(newest, version)
    profile = profile_at(newest.name, newest.version)
    found = doubts(profile, around=around_now(), now=now)
    if wrong := errors(found):
        raise Unsound(finding_sentences(wrong, profile))
    if (doubtful := warnings(found)) and not confirmed:
        told = [
            *finding_sentences(doubtful, profile),
            _("Open the profile's own page to confirm that this is meant."),
        ]
        raise Unconfirmed(told)
    with transaction.atomic():
        activate(name, now=now, version=newest.version)
        return ProfileVersion.objects.get(name=name, active=True)  # before somebody puts another in its place


def _former(newest: ProfileVersion, version: int) -> ProfileVersion:
    """An older version of a profile, which no law goes back to."""
    former = ProfileVersion.objects.filter(name=newest.name, version=version).first()
    if former is None:
        raise ValidationError(
            _("There is no version %(version)s of %(name)s.") % {"version": version, "name": newest.name}
        )
    if newest.sort == "law":
        raise ValidationError(_("A law never goes back: its newest version is the one in force."))
    return former


def withdraw(name: str) -> ProfileVersion:
    """An overlay or a peak holds no more for promises made from now on. A base is only ever exchanged for another,
    and the law stays."""
    held = ProfileVersion.objects.filter(name=name, active=True).first()
    if held is None:
        raise ValidationError(_("%(name)s is not in force.") % {"name": name})
    if not put_out_of_force(name):
        raise ValidationError(_("The law stays in force, and a base profile until another takes its place."))
    held.refresh_from_db()
    return held


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a profile is held against: what it may speak of, what is in force now, how fast calendars run."""

    known: Known
    active: tuple[Profile, ...]
    paces: Mapping[str, float]

    def beside(self, profile: Profile) -> Commitments:
        """What would be in force beside a profile: one base at a time, one version of a name."""
        kept = (
            one for one in self.active if one.name != profile.name and not one.sort == profile.sort == "base"
        )
        return Commitments(profiles=tuple(kept), paces=self.paces)


def around_now() -> Around:
    calendars = [card.code for card in all_calendars()]
    return Around(
        known=_known(calendars),
        active=active_profiles(),
        paces={code: pace_of(calendar_in_force(code)) for code in calendars},
    )


def doubts(profile: Profile, *, around: Around, now: datetime) -> list[Finding]:
    """What is doubtful about a profile if it were put in force now. A peak in force has been published in time."""
    same = [one for one in around.active if one.name == profile.name]
    found = lint(
        profile,
        beside=around.beside(profile),
        known=around.known,
        today=localdate(now),
        before=same[0] if same else None,
    )
    return [one for one in found if not (one.code == "peak_begun" and profile in same)]


def _known(calendars: Iterable[str]) -> Known:
    """What a profile may speak of in this installation."""
    visited = {
        card.kind
        for card in all_cards()
        if any(Need.TECHNICIAN_ASSIGNED in move.needs for move in card.moves)
    }
    words = {"work": KINDS, "urgency": URGENCIES, "grade": GRADES, "channel": CHANNELS}
    values = {trait: tuple(known) for trait, known in words.items()}
    if codes := [category.code for category in categories()]:
        values["category"] = tuple(codes)
    return Known(
        values=values,
        visited=frozenset(visited),
        events={kind: frozenset(each.name for each in fields(event)) for kind, event in EVENTS.items()},
        calendars=frozenset(calendars),
        people=frozenset(map(str, Role)) | NEAR,
    )


def _sound(text: str) -> Profile:
    if len(text) > TEXT:
        raise ValidationError(fault_sentences([Fault("too_long", what=str(TEXT))]))
    try:
        profile = read_profile(text)
    except ProfileRefused as refused:
        raise ValidationError(fault_sentences(refused.faults[:SHOWN])) from refused
    if faults := [*out_of_bounds(profile, EVENTS), *unheard(profile), *_uncounted(profile)]:
        raise ValidationError(fault_sentences([*dict.fromkeys(faults)][:SHOWN]))
    return profile


def unheard(profile: Profile) -> Iterator[Fault]:
    """The events that its clauses name and nobody tells, and the fields that those events do not have."""
    for clause in profile.clocks():
        for pattern in clause.patterns():
            event = EVENTS.get(pattern.kind)
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
        event = EVENTS.get(pattern.kind)
        if event is not None and clause.due_from not in {field.name for field in fields(event)}:
            yield Fault("no_event_field", clause.id, f"{pattern.kind} {clause.due_from}")


def _uncounted(profile: Profile) -> Iterator[Fault]:
    known = {card.code for card in all_calendars()}
    for clause in profile.clauses:
        if clause.sort == Sort.CLOCK and clause.calendar not in known:
            yield Fault("no_calendar", clause.id, clause.calendar)
