"""What happens is written down as the figures of a day count it: each fact with when it happened and when we learned
of it, so that a day can be counted as it was known at any moment.

Everything here can be done again from the journal: `gather_day_facts`.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Sum

from bihuan.ground.journal.event import Event, Fact
from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import fact_of
from bihuan.ground.process.card import Card
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.events import (
    CaseBroughtIn,
    CaseChased,
    CaseGivenTo,
    CaseMerged,
    CaseMoved,
    CaseOpened,
    CasesBroughtIn,
    CaseUnmerged,
    PastCaseBroughtIn,
)
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.events import CaseOffered, CaseReturned
from bihuan.service.improvement.models import DayFact
from bihuan.service.satisfaction.events import CallbackDone

BY_PHONE = "solved_remotely"
COUNTED = (
    CaseOpened,
    CaseBroughtIn,
    PastCaseBroughtIn,
    CaseMoved,
    CaseMerged,
    CaseUnmerged,
    CaseGivenTo,
    CaseChased,
    CallbackDone,
    CaseOffered,
    CaseReturned,
)
KINDS = tuple(event.kind for event in COUNTED)
CHAINS_AT_ONCE = 500
AT_THE_SAME_TIME = 50  # cases that others may open while a batch is written


def hear_opened(fact: Fact[CaseOpened]) -> None:
    """进单: one more case is unfinished."""
    _keep([_row(DayFact.OPENED, _case(fact), fact, sign=1)])


def hear_moved(fact: Fact[CaseMoved]) -> None:
    """完工, or back to work, or withdrawn: what the move means for what is unfinished."""
    case = _case(fact)
    is_open = case.open and case.done_at is None
    card = card_at(case.card, case.card_version)
    finished = is_finish(card, fact.event.left, fact.event.reached)
    _keep(_moved(case, fact, finished=finished, change=is_open - min(max(_signs(case.id), 0), 1)))


def _signs(case_id: int) -> int:
    """Whether a case counts as unfinished before this move. One whose past is not gathered yet (after an upgrade) has
    it gathered now: a move that stood alone would be counted a second time when its past comes."""
    told = DayFact.objects.filter(case_id=case_id).aggregate(signs=Sum("sign"), held=Count("id"))
    if not told["held"]:
        _keep(list(_facts_of([case_id])))
        told = DayFact.objects.filter(case_id=case_id).aggregate(signs=Sum("sign"))
    return told["signs"] or 0


def hear_merged(fact: Fact[CaseMerged] | Fact[CaseUnmerged]) -> None:
    """The same as another case: not unfinished any more, since the other is; or a matter of its own after all."""
    case = _case(fact)
    if case.done_at is None:
        _keep([_joined(case, fact)])


def _joined(case: Case, fact: Fact[Any]) -> DayFact:
    if isinstance(fact.event, CaseUnmerged):
        return _row(DayFact.BACK, case, fact, sign=1)
    return _row(DayFact.WITHDRAWN, case, fact, sign=-1)


def hear_given(fact: Fact[CaseGivenTo]) -> None:
    """Another node does the work: unfinished there from now on, and not any more where it was."""
    case = _case(fact)
    last = DayFact.objects.filter(case_id=case.id).exclude(sign=0).order_by("-at", "-id").first()
    if last is not None and last.sign == 1 and last.node_id != fact.event.node_id:
        _keep(_given(case, fact, left=last.node_id, reached=fact.event.node_id))


def hear_chased(fact: Fact[CaseChased]) -> None:
    _keep([_row(DayFact.CHASED, _case(fact), fact)])


def hear_called_back(fact: Fact[CallbackDone]) -> None:
    """升级: a callback found that the case is not solved."""
    if not fact.event.solved:
        _keep([_row(DayFact.ESCALATED, _case(fact), fact)])


def hear_offered(fact: Fact[CaseOffered]) -> None:
    """派单, counted for the service point that was asked."""
    _keep([_row(DayFact.OFFERED, _case(fact), fact, node=fact.event.node_id)])


def hear_returned(fact: Fact[CaseReturned]) -> None:
    """退单, or no answer in time; counted for the service point that was asked."""
    _keep([_row(DayFact.RETURNED, _case(fact), fact, node=fact.event.node_id)])


def hear_brought_in(fact: Fact[CasesBroughtIn]) -> None:
    """Cases of another system, many at once: they came in and were done on the days on which that was so there, and
    we learned of it now. Two statements a batch."""
    newest = Case.objects.order_by("-id")[: fact.event.count + AT_THE_SAME_TIME]
    rows = [row for case in newest for row in brought_in(case, recorded_at=fact.recorded_at)]
    fresh = {row.case_id for row in rows}
    known = set(DayFact.objects.filter(case_id__in=fresh).values_list("case_id", flat=True))
    _keep([row for row in rows if row.case_id not in known])


def brought_in(case: Case, *, recorded_at: datetime) -> Iterator[DayFact]:
    """What a case that another system had means for the figures of its days."""

    def fact(what: str, at: datetime, sign: int) -> DayFact:
        return DayFact(
            what=what, case_id=case.id, node_id=case.node_id, category=case.category, kind=case.kind, sign=sign,
            opened_at=case.opened_at, at=at, recorded_at=recorded_at,
        )  # fmt: skip

    yield fact(DayFact.OPENED, case.opened_at, 1)
    if case.done_at is not None:
        yield fact(DayFact.DONE, case.done_at, -1)
        if case.outcome == BY_PHONE:
            yield fact(DayFact.REMOTE, case.done_at, 0)
    elif not case.open:
        yield fact(DayFact.WITHDRAWN, case.closed_at or recorded_at, -1)


def is_finish(card: Card, left: str, reached: str) -> bool:
    """Whether this step is the end of the work on this card."""
    stages = {place.name: place.stage for place in card.places}
    return stages.get(reached) == "done" and stages.get(left) != "done"


def _moved(case: Case, fact: Fact[Any], *, finished: bool, change: int) -> list[DayFact]:
    rows = []
    if finished:
        rows.append(_row(DayFact.DONE, case, fact, sign=min(change, 0)))
        if case.outcome == BY_PHONE:
            rows.append(_row(DayFact.REMOTE, case, fact))
    elif change:
        rows.append(_row(DayFact.WITHDRAWN if change < 0 else DayFact.BACK, case, fact, sign=change))
    return rows


def _given(case: Case, fact: Fact[Any], *, left: int, reached: int) -> list[DayFact]:
    return [
        _row(DayFact.GIVEN, case, fact, sign=-1, node=left),
        _row(DayFact.GIVEN, case, fact, sign=1, node=reached),
    ]


def _case(fact: Fact[Any]) -> Case:
    return fact.at_hand if isinstance(fact.at_hand, Case) else Case.objects.get(id=fact.event.subject_id)


def _row(what: str, case: Case, fact: Fact[Event], *, sign: int = 0, node: int = 0) -> DayFact:
    return DayFact(
        what=what,
        case_id=case.id,
        node_id=node or case.node_id,
        category=case.category,
        kind=case.kind,
        sign=sign,
        opened_at=case.opened_at,
        at=fact.happened_at,
        recorded_at=fact.recorded_at,
    )


def _keep(rows: list[DayFact]) -> None:
    if rows:
        DayFact.objects.bulk_create(rows, ignore_conflicts=True)


def gather_day_facts() -> int:
    """Write down from the journal whatever is lacking, case by case. Returns how many facts were looked at."""
    found, reached = 0, 0
    while True:
        looked_at, after = gather_some(reached)
        if after == reached:
            return found
        found, reached = found + looked_at, after


def gather_some(after: int, *, limit: int = CHAINS_AT_ONCE) -> tuple[int, int]:
    """The same for the next cases after this one: how many facts were looked at, and up to which case; the same case
    again when there are no more."""
    ids = list(Case.objects.filter(id__gt=after).order_by("id").values_list("id", flat=True)[:limit])
    rows = list(_facts_of(ids)) if ids else []
    DayFact.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows), ids[-1] if ids else after


def _facts_of(ids: list[int]) -> Iterator[DayFact]:
    """The facts of these cases, told anew: what each fact means depends only on those before it."""
    cases = Case.objects.in_bulk(ids)
    entries = Entry.objects.filter(chain_id__in=[case.chain_id for case in cases.values()], kind__in=KINDS)
    stories: dict[int, list[Fact[Any]]] = {}
    for entry in entries.order_by("chain_id", "seq"):
        stories.setdefault(entry.subject_id, []).append(fact_of(entry))
    for case_id, facts in stories.items():
        if case_id in cases:
            yield from told_anew(cases[case_id], facts)


def told_anew(case: Case, facts: Iterable[Fact[Any]]) -> Iterator[DayFact]:
    """The rows that were written while these facts were recorded. The case is a copy: its node walks with them."""
    card, now_open, done = card_at(case.card, case.card_version), False, False
    told = Case(id=case.id, node_id=case.node_id, category=case.category, kind=case.kind)
    told.opened_at = case.opened_at
    for fact in facts:
        match fact.event:
            case CaseOpened():
                told.node_id, now_open = fact.event.node_id, True
                yield _row(DayFact.OPENED, told, fact, sign=1)
            case CaseBroughtIn() | PastCaseBroughtIn():
                told.node_id = fact.event.node_id
                yield from brought_in(_as_brought(told, case, fact, card), recorded_at=fact.recorded_at)
                now_open, done = told.open and told.done_at is None, told.done_at is not None
            case CaseMoved():
                left, reached = fact.event.left, fact.event.reached
                stage = card.place(reached).stage
                told.outcome = fact.event.outcome or told.outcome
                done = stage == "done" or (done and stage == "closed")
                still = reached not in card.ends and not done
                yield from _moved(
                    told, fact, finished=is_finish(card, left, reached), change=still - now_open
                )
                now_open = still
            case CaseMerged() | CaseUnmerged() if not done:
                yield _joined(told, fact)
                now_open = isinstance(fact.event, CaseUnmerged)
            case CaseGivenTo():
                if now_open and told.node_id != fact.event.node_id:
                    yield from _given(told, fact, left=told.node_id, reached=fact.event.node_id)
                told.node_id = fact.event.node_id
            case CaseChased():
                yield _row(DayFact.CHASED, told, fact)
            case CallbackDone():
                if not fact.event.solved:
                    yield _row(DayFact.ESCALATED, told, fact)
            case CaseOffered() | CaseReturned():
                what = DayFact.OFFERED if isinstance(fact.event, CaseOffered) else DayFact.RETURNED
                yield _row(what, told, fact, node=fact.event.node_id)


def _as_brought(told: Case, case: Case, fact: Fact[Any], card: Card) -> Case:
    """The copy as the case stood when it was brought in; moments that its entry does not hold are its row's."""
    at = fact.event.stands_at
    told.open, told.outcome = at not in card.ends, getattr(fact.event, "outcome", "")
    done = getattr(fact.event, "done_at", 0)
    told.done_at = datetime.fromtimestamp(done, UTC) if done else None
    if told.open and card.place(at).stage in {"done", "closed"}:
        told.done_at = case.done_at or case.opened_at
    told.closed_at = case.closed_at
    return told


def known_from() -> datetime | None:
    """Since when facts of days are written down; None while there are none."""
    return DayFact.objects.order_by("at").values_list("at", flat=True).first()
