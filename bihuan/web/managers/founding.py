"""Founding a company: everything that must be there before the first case, in one transaction.

The page `/start` and the command `start_company` both come here, so that they ask, check and make the same things.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from bihuan.ground.worktime.actions import keep_calendar
from bihuan.ground.worktime.queries import CalendarCard, all_calendars, calendar_card
from bihuan.registers.access.actions import add_person
from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.history import note_change
from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.roles import Role
from bihuan.registers.access.signing_in import is_demo
from bihuan.registers.customers.rules import read_phone
from bihuan.registers.organisation.actions import add_node, keep_authorisation
from bihuan.registers.organisation.founded import UNTIL_FURTHER_NOTICE
from bihuan.registers.organisation.naming import forget_name
from bihuan.registers.organisation.queries import node
from bihuan.service.cases.words import said
from bihuan.service.commitments.keeping import Unsound, put_in_force
from bihuan.service.commitments.profiles_in_use import FIRST, newest_versions, profile_at
from bihuan.web.look.first_run import waits_for_company
from bihuan.web.managers.founding_catalogue import found_catalogue
from bihuan.web.managers.founding_tree import Place, TreeUnreadable, read_tree

HEAD_OFFICE, OFFICE, FIELD = "head_office", "cn-office", "cn-field"
HOTLINE = re.compile(r"[0-9+][0-9 ()+\-]{2,30}[0-9]")
LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+\-]{1,63}")
LETTERS = {"region": "R", "service_point": "S", "team": "T"}
BRANDS = 100


@dataclass(frozen=True, kw_only=True)
class Founding:
    """What a company says of itself on its first day.

    `tree`: its regions, service points and teams as `founding_tree.read_tree` reads them. `office_hours` and
    `field_hours`: the shipped calendars that its office and its visits keep. `profile`: the base profile in force.
    """

    company: str
    login: str
    name: str
    password: str
    phone: str = ""
    hotline: str = ""
    brands: tuple[str, ...] = ()
    tree: str = ""
    office_hours: str = OFFICE
    field_hours: str = FIELD
    profile: str = FIRST
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Founded:
    """What was made: for whoever founded it to read."""

    login: str
    regions: int
    service_points: int
    teams: int
    brands: int
    families: int


class FoundingRefused(Refusal):
    """The company was not founded; nothing was written."""


@transaction.atomic
def found(founding: Founding, *, now: datetime) -> Founded:
    """Make the company with its first administrator: all of it, or nothing at all.

    Raises FoundingRefused, with a sentence for each field that cannot be taken, or when a company is there already.
    """
    if not newest_versions():
        call_command("load_shipped", verbosity=0)
    if wrong := faults(founding):
        raise FoundingRefused(" ".join(wrong.values()), fields=wrong)
    _put_profile_in_force(
        founding.profile, now=now
    )  # it holds the profiles: of two who found at once one waits
    refuse_second_company()
    _keep_hours(OFFICE, founding.office_hours)
    _keep_hours(FIELD, founding.field_hours)
    families = found_catalogue()
    head_id, counts = _found_tree(founding)
    _keep_brands(head_id, founding.brands, now=now)
    _add_administrator(founding, head_id, now=now)
    forget_name()
    return Founded(
        login=founding.login,
        regions=counts["region"],
        service_points=counts["service_point"],
        teams=counts["team"],
        brands=len(founding.brands),
        families=families,
    )


def _found_tree(founding: Founding) -> tuple[int, dict[str, int]]:
    """The head office's number, and how many of each sort stand below it."""
    made = [add_node(kind=HEAD_OFFICE, name=founding.company, code="HQ", phone=founding.hotline)]
    counts = dict.fromkeys(LETTERS, 0)
    for place in read_tree(founding.tree):
        counts[place.kind] += 1
        above = made[0] if place.above is None else made[place.above + 1]
        code = f"{LETTERS[place.kind]}{counts[place.kind]:03d}"
        kept = add_node(
            kind=place.kind, name=place.name, code=code, parent=above, authorised=place.authorised
        )
        made.append(kept)
    return made[0].id, counts


def _keep_brands(head_id: int, brands: tuple[str, ...], *, now: datetime) -> None:
    for brand in brands:
        keep_authorisation(
            None,
            node_id=head_id,
            brand=brand,
            category="",
            valid_from=localdate(now),
            valid_until=UNTIL_FURTHER_NOTICE,
        )


def _add_administrator(founding: Founding, head_id: int, *, now: datetime) -> None:
    """Who sets up everything else; the history of the head office begins with them."""
    person = add_person(
        login=founding.login,
        name=founding.name,
        roles=[Role.ADMINISTRATOR],
        node=node(head_id),
        password=founding.password,
        phone=_number(founding.phone),
        language=founding.language,
    )
    told = {"name": founding.company, "kind": HEAD_OFFICE, "code": "HQ"}
    note_change(
        viewer_of(person), register="nodes", row=str(head_id), deed="added", before={}, after=told, now=now
    )


def refuse_second_company() -> None:
    """FoundingRefused where a company stands already, with what would make it work."""
    if waits_for_company():
        return
    if is_demo():
        raise FoundingRefused(
            _("This is the demo company. Remove it first: its administrator does so under Settings.")
        )
    raise FoundingRefused(_("There is a company in this installation already; its settings can be changed."))


def faults(founding: Founding) -> dict[str, str]:
    """What cannot be taken, field by field, as sentences in the reader's language; empty when all is well."""
    found = {
        "company": _about_name(founding.company),
        "hotline": _about_hotline(founding.hotline),
        "brands": _about_brands(founding.brands),
        "tree": _about_tree(founding.tree),
        "office_hours": _about_calendar(founding.office_hours),
        "field_hours": _about_calendar(founding.field_hours),
        "profile": _about_profile(founding.profile),
        "login": _about_login(founding.login),
        "name": _about_name(founding.name),
        "phone": _about_phone(founding.phone),
        "password": _about_password(founding),
    }
    return {field: sentence for field, sentence in found.items() if sentence}


def calendars() -> list[CalendarCard]:
    """The calendars from which a company chooses its hours."""
    return [card for card in all_calendars() if not card.retired]


def base_profiles() -> list[tuple[str, str]]:
    """(name, title) of every base profile, the one that is recommended first."""
    found = {
        row.name: said(profile_at(row.name, row.version).title)
        for row in newest_versions()
        if row.sort == "base"
    }
    return sorted(found.items(), key=lambda one: (one[0] != FIRST, one[0]))


def tree_sentence(fault: TreeUnreadable) -> str:
    """What is wrong with the written tree, in the reader's language."""
    facts = {"line": fault.line, "name": fault.name}
    words = {
        "too_many": _("Line %(line)s: that is more places than fit here. Import the others afterwards."),
        "too_long": _("Line %(line)s: a name is missing or longer than 120 signs."),
        "deep": _("Line %(line)s stands too deep."),
        "twice": _("Line %(line)s: %(name)s stands there twice."),
        "under": _(
            "Line %(line)s: %(name)s cannot stand there. A region stands under the head office or a region, a "
            "service point under either, a team under a service point."
        ),
    }
    return words[fault.code] % facts


def places_of(text: str) -> tuple[Place, ...]:
    """What a written tree would make; nothing for one that cannot be read."""
    try:
        return read_tree(text)
    except TreeUnreadable:
        return ()


def _put_profile_in_force(name: str, *, now: datetime) -> None:
    try:
        put_in_force(name, now=now, confirmed=True)
    except Unsound as unsound:
        sentence = " ".join(unsound.messages)
        raise FoundingRefused(sentence, fields={"profile": sentence}) from unsound


def _keep_hours(code: str, chosen: str) -> None:
    """The calendar of the office or of visits keeps the hours of the one that was chosen."""
    if chosen == code:
        return
    kept, like = calendar_card(code), calendar_card(chosen)
    keep_calendar(
        code,
        name=kept.name,
        timezone=like.timezone,
        week=like.week,
        follows_holidays=like.follows_holidays,
        by="founding",
    )


def _about_name(name: str) -> str:
    if not name.strip():
        return _("This is needed.")
    return _("This is longer than 120 signs.") if len(name) > 120 else ""


def _about_hotline(hotline: str) -> str:
    if not hotline or (HOTLINE.fullmatch(hotline) and len(hotline) <= 32):
        return ""
    return _("A hotline has digits, blanks and hyphens only, such as 400-123-4567.")


def _about_brands(brands: tuple[str, ...]) -> str:
    if len(brands) > BRANDS or any(len(brand) > 60 for brand in brands):
        return _("At most 100 brands of 60 signs each.")
    return ""


def _about_tree(tree: str) -> str:
    try:
        read_tree(tree)
    except TreeUnreadable as fault:
        return tree_sentence(fault)
    return ""


def _about_calendar(code: str) -> str:
    if code in {card.code for card in calendars()}:
        return ""
    return _("There is no calendar called %(code)s.") % {"code": code}


def _about_profile(name: str) -> str:
    if name in dict(base_profiles()):
        return ""
    return _("There is no base profile called %(name)s.") % {"name": name}


def _about_login(login: str) -> str:
    if LOGIN.fullmatch(login):
        return ""
    return _("A sign-in name has 2 to 64 letters, digits and . _ - @ + without blanks.")


def _about_phone(phone: str) -> str:
    return _("This is not a phone number.") if phone and not _number(phone) else ""


def _number(phone: str) -> str:
    read = read_phone(phone) if phone else None
    return read.number if read else ""


def _about_password(founding: Founding) -> str:
    if founding.password and founding.password.casefold() == founding.login.casefold():
        return _("The password is the same as the sign-in name.")
    try:
        validate_password(founding.password)
    except ValidationError as refused:
        return " ".join(refused.messages)
    return ""
