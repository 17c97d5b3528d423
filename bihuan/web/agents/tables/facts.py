"""What the tables say of many cases, asked for in a fixed number of statements. Masked whoever reads or prints it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import SealedBy, keys_for
from bihuan.registers.access.masking import masked_words
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import shown
from bihuan.registers.knowledge.queries import symptoms_named
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.queries import places_passed, visible
from bihuan.service.cases.words import CLOSED_HOW, HOLD_REASONS, OUTCOMES, place_title
from bihuan.service.commitments.queries import PromiseView, open_promises
from bihuan.service.dispatch.queries import first_assigned
from bihuan.service.fieldwork.queries import last_works
from bihuan.service.intake.queries import words_of
from bihuan.service.satisfaction.queries import scores_of
from bihuan.web.agents.rows import departments, families, in_language
from bihuan.web.agents.tables.table import Asked
from bihuan.web.look.naming import machine_name

AT_ONCE = 500  # cases whose facts are asked for together
MOST = 5000  # rows of one table
LONGEST = 300  # characters of somebody's words in one cell
SOLVE = "solve"  # the promise that says by when it is to be done


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One case as a table knows it. Texts are in the reader's language; moments are aware."""

    case: Any
    customer: str
    words: str
    symptom: str
    machine: str
    solution: str
    state: str
    why: str
    steps: str
    department: str
    first_assigned: datetime | None
    expected: datetime | None
    scores: dict[str, int]

    @property
    def problem(self) -> str:
        """Standard words where there are some, else the customer's own."""
        return self.symptom or self.words


def cases_asked(viewer: Viewer, asked: Asked) -> Any:
    """The cases of a table, the oldest first."""
    window = asked.window
    found = visible(viewer).filter(opened_at__gte=window.since, opened_at__lt=window.until)
    if asked.node:
        found = found.filter(node_id=asked.node)
    if asked.state:
        found = found.filter(open=asked.state == "open")
    return found.order_by("opened_at", "id")


def facts_of(viewer: Viewer, asked: Asked, now: datetime) -> Iterator[Facts]:
    """The facts of all these cases, the first `MOST` of them."""
    rows = cases_asked(viewer, asked).select_related(
        "customer", "report", "node", "owner", "technician_person"
    )
    for some in batched(rows[:MOST].iterator(chunk_size=AT_ONCE), AT_ONCE):
        yield from _facts(list(some), viewer, now)


def _facts(cases: list[Any], viewer: Viewer, now: datetime) -> Iterator[Facts]:
    ids = [case.id for case in cases]
    hand = keys_for(case.customer.key_id for case in cases)
    people = shown(case.customer for case in cases)
    works, scores, assigned, moved = (
        last_works(ids),
        scores_of(ids),
        first_assigned(ids),
        places_passed(cases),
    )
    promises = open_promises(ids, now=now)
    named, units, families_named = symptoms_named(case.symptom for case in cases), departments(), families()
    hears = viewer.may("case.note")
    for case in cases:
        name = hand.open(case.customer.name_sealed) or ""
        words = masked_words(words_of(case.report, hand).words, name=name) if hears else ""
        yield Facts(
            case=case,
            customer=people[case.customer_id].name,
            words=short(words),
            symptom=in_language(named.get(case.symptom)),
            machine=machine_name(case, families_named),
            solution=short(_solution(case, works.get(case.id), hand, name)),
            state=place_title(card_at(case.card, case.card_version), case.stands_at),
            why=str(HOLD_REASONS.get(case.hold_reason, "")),
            steps=_steps(case, moved.get(case.chain_id, [])),
            department=units.get(case.department, "") or case.node.name,
            first_assigned=assigned.get(case.id),
            expected=_expected(promises.get(case.id, [])) if case.open else case.done_at or case.closed_at,
            scores=scores.get(case.id, {}),
        )


def short(words: str) -> str:
    """Somebody's words in one line of a cell."""
    tidy = " ".join(words.split())
    return tidy if len(tidy) <= LONGEST else f"{tidy[:LONGEST]}…"


def _solution(case: Any, work: Any, hand: SealedBy, name: str) -> str:
    """What was done, in the technician's words where there are some; else how it ended."""
    plan = masked_words(hand.open(work.plan_sealed) or "", name=name) if work is not None else ""
    ended = str(OUTCOMES.get(case.outcome, "") or CLOSED_HOW.get(case.closed_how, ""))
    return " · ".join(part for part in (ended, plan) if part)


def _steps(case: Any, moved: list[tuple[datetime, str]]) -> str:
    """Where the case stood, with the day of each step."""
    card = card_at(case.card, case.card_version)
    known = {place.name for place in card.places}
    told = [(case.opened_at, card.starts_at), *moved]
    return " → ".join(
        f"{localtime(at):%m-%d %H:%M} {place_title(card, place)}" for at, place in told if place in known
    )


def _expected(promises: list[PromiseView]) -> datetime | None:
    """By when it is to be done: the promise to solve it, else the last of those that are open."""
    due = [one for one in promises if one.due_at is not None]
    solve = next((one for one in due if SOLVE in one.clause), None) or max(
        due, key=lambda one: one.due_at or one.began_at, default=None
    )
    return solve.due_at if solve else None


def effect(facts: Facts) -> str:
    """How it worked: solved or not, and the customer's score."""
    case = facts.case
    told = [str(CLOSED_HOW.get(case.closed_how, ""))] if case.closed_how else []
    if facts.scores.get("overall"):
        told.append(_("%(score)s of 5") % {"score": facts.scores["overall"]})
    if case.reopened:
        told.append(_("came back %(times)s times") % {"times": case.reopened})
    return " · ".join(told)
