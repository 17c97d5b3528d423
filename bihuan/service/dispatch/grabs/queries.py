"""Asking about jobs up for grabs: what a technician may take, and how a round went, for the dispatcher."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.models import Person
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.grabs.models import Asked, Round, Taken
from bihuan.service.dispatch.grabs.rounds import reason_of
from bihuan.service.dispatch.rules import Reason


def up_for(technician_id: int) -> list[Asked]:
    """The open rounds in which this technician was asked and has not passed, the one that ends first first; with the
    case as a card shows it."""
    rows = Asked.objects.select_related("round__case").filter(
        technician_id=technician_id, rule="", passed_at__isnull=True, round__state=Round.OPEN
    )
    return list(rows.order_by("round__until", "round_id"))


def case_asked(number: str, technician_id: int) -> Case:
    """A case that this technician may grab or could have grabbed; any other sounds as if it did not exist."""
    asked = Asked.objects.filter(technician_id=technician_id, rule="").values("round__case_id")
    found = Case.objects.filter(number=number, id__in=asked).first()
    if found is None:
        raise NotFound
    return found


def taken_today(technician_id: int, *, now: datetime) -> int:
    """How many jobs this technician has grabbed today."""
    rows = Taken.objects.filter(technician_id=technician_id, day=localdate(now))
    return rows.values_list("jobs", flat=True).first() or 0


def asked_people(round_id: int) -> list[Person]:
    """Whoever may take the job of a round."""
    ids = Asked.objects.filter(round_id=round_id, rule="").values("technician__person_id")
    return list(Person.objects.filter(id__in=ids, is_active=True).order_by("name"))


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What one technician did in a round; `rule` where they were ruled out."""

    name: str
    did: str  # taken, passed, late, seen, asked, ruled_out
    at: datetime | None
    reason: str
    rule: Reason | None


@dataclass(frozen=True, kw_only=True)
class RoundSeen:
    """One round as the dispatcher sees it."""

    row: Round
    choices: tuple[Choice, ...]


def rounds_of(case_id: int) -> list[RoundSeen]:
    """Every round of a case, the newest first, with what each did: two statements."""
    rounds = list(Round.objects.filter(case_id=case_id).order_by("-id"))
    rows = Asked.objects.select_related("technician__person").filter(round__in=rounds) if rounds else []
    held: dict[int, list[Asked]] = {}
    for one in rows:
        held.setdefault(one.round_id, []).append(one)
    return [
        RoundSeen(
            row=row, choices=tuple(sorted((_choice(one, row) for one in held.get(row.id, [])), key=_place))
        )
        for row in rounds
    ]


ORDER = ("taken", "late", "passed", "seen", "asked", "ruled_out")


def _place(one: Choice) -> tuple[int, str]:
    return ORDER.index(one.did), one.name


def _choice(one: Asked, found: Round) -> Choice:
    did, at = "asked", None
    if one.rule:
        did = "ruled_out"
    elif found.taken_by_id == one.technician_id:
        did, at = "taken", found.ended_at
    elif one.late_at is not None:
        did, at = "late", one.late_at
    elif one.passed_at is not None:
        did, at = "passed", one.passed_at
    elif one.seen_at is not None:
        did, at = "seen", one.seen_at
    return Choice(
        name=one.technician.person.name,
        did=did,
        at=at,
        reason=one.reason,
        rule=reason_of(one.rule, one.params) if one.rule else None,
    )


def open_rounds(case_ids: Iterable[int]) -> dict[int, Round]:
    """case → its open round: one statement."""
    rows = Round.objects.filter(case_id__in=list(case_ids), state=Round.OPEN)
    return {row.case_id: row for row in rows}
