"""@: naming colleagues in a note, so that they read it. Only whoever may see the case can be named."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import Actor
from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases.errors import MentionedBlind, MentionedTwofold, MentionedUnknown
from bihuan.service.cases.events import CaseMentioned
from bihuan.service.cases.models import Case, Mention, Note
from bihuan.service.cases.queries import visible
from bihuan.service.cases.talking import note, tell_plan

MOST = 10  # people named in one note
OFFERED = 8
_AT = re.compile(r"(?<![A-Za-z0-9._%+@-])[@＠]([^\W\d][\w.\-]{0,60})")


def names_in(words: str) -> list[str]:
    """What stands behind each @ of a text, up to where a name must end. An e-mail address names nobody."""
    return [found[1] for found in _AT.finditer(words)][:MOST]


def meant_by(written: str, names: Collection[str]) -> str:
    """The longest of these names with which `written` begins, for Chinese words follow a name without a space;
    empty when there is none."""
    low = written.lower()
    return max((name for name in names if name and low.startswith(name.lower())), key=len, default="")


@transaction.atomic
def note_mentioning(
    case: Case,
    words: str,
    *,
    by: Actor,
    now: datetime,
    also: str = "",
    contact: str = "",
    plan: bool = False,
) -> Note:
    """A note in which colleagues may be named (`@login`, `@name`; `also`: one more, without the sign); each is
    told. The note and who is to read it are one transaction: a name that cannot be meant writes nothing. An @ before
    what is nobody's name is a word like others (`names_of_nobody` tells the writer)."""
    people = _people(case, words, also=also.strip().lstrip("@＠"))
    with writing():
        kept = (tell_plan if plan else note)(case, words, by=by, now=now, contact=contact)
        rows = [Mention(case=case, note=kept, person=one, at=now) for one in people]
        Mention.objects.bulk_create(rows)
        for one in people:
            told = CaseMentioned(subject_id=case.id, note_id=kept.id, person_id=one.id)
            record(told, by=by, now=now, chain=case.chain_id)
    return kept


def names_of_nobody(words: str) -> list[str]:
    """What stands behind an @ of a text and is no colleague's name: nobody is told of it."""
    names = names_in(words)
    staff = _staff() if names else []
    return [name for name in names if not _is_somebody(name, staff)]


def _staff() -> list[Person]:
    """Who may be meant at all; asked only where somebody is named."""
    return list(Person.objects.select_related("node").filter(is_active=True))


def _is_somebody(written: str, staff: Iterable[Person]) -> bool:
    """Whether a colleague's login or name begins what was written."""
    return any(meant_by(written, (one.login, one.name)) for one in staff)


def _people(case: Case, words: str, *, also: str) -> list[Person]:
    names = names_in(words)
    if not names and not also:
        return []
    staff = _staff()
    found: dict[int, Person] = {}
    for name in [*(one for one in names if _is_somebody(one, staff)), *([also] if also else [])]:
        one = _one(name, staff)
        if not may_see(one, case.id):
            raise MentionedBlind(one.name)
        found[one.id] = one
    return list(found.values())


def _one(written: str, staff: list[Person]) -> Person:
    """Whom a written name means: by login, else by name. Two of one name must be told apart by their logins."""
    login = meant_by(written, [one.login for one in staff])
    name = meant_by(written, [one.name for one in staff])
    if not login and not name:
        raise MentionedUnknown
    if len(login) >= len(name):
        return next(one for one in staff if one.login == login)
    meant = [one for one in staff if one.name == name]
    if len(meant) > 1:
        raise MentionedTwofold(name, [one.login for one in meant])
    return meant[0]


def may_see(person: Person, case_id: int) -> bool:
    return visible(viewer_of(person)).filter(id=case_id).exists()


def mentionable(case: Case, asked: str) -> list[Person]:
    """Active colleagues whose login or name begins with what was typed, who may see this case: a handful."""
    typed = asked.strip().lstrip("@＠")[:40]
    found = Person.objects.select_related("node").filter(is_active=True)
    if typed:
        found = found.filter(Q(name__istartswith=typed) | Q(login__istartswith=typed))
    blind = frozenset({Role.ADMINISTRATOR})  # of all roles the one that sees no case
    near = [one for one in found.order_by("name", "id")[: OFFERED * 5] if set(one.roles) - blind]
    offered: list[Person] = []
    for one in near:
        if len(offered) < OFFERED and may_see(one, case.id):
            offered.append(one)
    return offered


def unread(person_id: int) -> QuerySet[Any]:
    """The mentions that somebody has not read, with their cases."""
    return Mention.objects.filter(person_id=person_id, read_at__isnull=True).select_related("case")


def read(mention_id: int, *, person_id: int, now: datetime) -> Case | None:
    """Somebody reads the note in which they were named. Returns its case; None when it was not theirs."""
    found = Mention.objects.select_related("case").filter(id=mention_id, person_id=person_id).first()
    if found is None:
        return None
    Mention.objects.filter(id=found.id, read_at__isnull=True).update(read_at=now)
    return found.case
