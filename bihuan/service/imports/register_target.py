"""What the targets of the registers share: look and write and undo, all out of one plan a line."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports.errors import refusal_words
from bihuan.service.imports.target import (
    Choice,
    Field,
    Finding,
    Kept,
    Line,
    State,
    Take,
    Trouble,
    Written,
)
from bihuan.service.imports.wants import Kind, Memo, Plan, carry_out, take_back

SAID_BY = {"authorised": "owned", "node_id": "point", "name_zh": "name", "category_id": "category"}
"""Which field of a file tells a column of a register, where they are called otherwise."""


@dataclass(frozen=True)
class Decided:
    """What a person chose, for a plan to be made under. `row_id` is the candidate that a line goes into."""

    choices: Mapping[int, Choice] = field(default_factory=dict)

    def into(self, number: int, first: int) -> int | None:
        """The row a possible duplicate goes into; None when nothing was chosen or a new one is wanted."""
        choice = self.choices.get(number)
        if choice is None or choice.take is not Take.THEIRS:
            return None
        return choice.row_id or first

    def anew(self, number: int) -> bool:
        choice = self.choices.get(number)
        return choice is not None and choice.take is Take.NEW


class RegisterTarget(ABC):
    """A target whose rows are kept by registers. Its `plans` say what every line wants; in a plan with candidates
    and no choice nothing is wanted yet."""

    code: ClassVar[str]
    title: ClassVar[Promise | str]
    about: ClassVar[Promise | str]
    icon: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    order: ClassVar[tuple[str, ...]] = ()
    words: ClassVar[Mapping[str, Promise | str]] = {}
    kinds: ClassVar[Mapping[str, Kind]]

    @abstractmethod
    def count(self, viewer: Viewer) -> int: ...

    @abstractmethod
    def key(self, values: Mapping[str, Any]) -> str: ...

    @abstractmethod
    def plans(self, lines: Sequence[Line], decided: Decided, *, now: datetime) -> list[Plan]:
        """One plan a line, in their order; asks the database for all of them together."""

    def look(self, lines: Sequence[Line], *, viewer: Viewer, now: datetime) -> list[Finding]:
        plans = self.plans(lines, Decided(), now=now)
        return [_finding(line, plan) for line, plan in zip(lines, plans, strict=True)]

    def write(
        self,
        lines: Sequence[Line],
        choices: Mapping[int, Choice],
        *,
        run_id: int,
        viewer: Viewer,
        now: datetime,
    ) -> list[Written]:
        """Lines that are about the same thing as an earlier one of the batch are planned after it was written."""
        decided, memo = Decided(choices), Memo()
        seen: set[str] = set()
        first = [line for line in lines if not self._seen(line, seen)]
        ready = {plan.number: plan for plan in self.plans(first, decided, now=now)}
        written = []
        for line in lines:
            plan = ready.get(line.number) or self.plans([line], decided, now=now)[0]
            held = Memo(dict(memo.rows))
            try:
                with transaction.atomic():
                    written.append(_written(plan, memo, viewer=viewer, now=now))
            except (Refusal, ValidationError) as error:
                memo = held
                trouble = Trouble(code="refused", params={"sentence": refusal_words(error)})
                written.append(Written(number=line.number, state=State.REFUSED, troubles=(trouble,)))
        return written

    def _seen(self, line: Line, seen: set[str]) -> bool:
        key = self.key(line.values)
        known = bool(key) and key in seen
        seen.add(key)
        return known

    def undo(self, written: Sequence[Written], *, viewer: Viewer, now: datetime) -> list[Kept]:
        kept = []
        for one in written:
            for made in reversed(one.made):
                stays = take_back(made, self.kinds, number=one.number, viewer=viewer, now=now)
                if stays is not None:
                    kept.append(stays)
        return kept


def _finding(line: Line, plan: Plan) -> Finding:
    troubles = list(plan.troubles)
    if line.repeats is not None and not plan.refused:
        troubles.append(Trouble(code="repeats", params={"row": line.repeats}))
    main = plan.main.row if plan.main is not None else None
    return Finding(
        number=line.number,
        state=_state(line, plan),
        troubles=tuple(troubles),
        row_id=main.pk if main is not None else None,
        candidates=plan.candidates,
        changes=_changes(plan),
    )


def _changes(plan: Plan) -> tuple[str, ...]:
    """The fields of the file that say something else than what is there; of what is new there is nothing to say."""
    if plan.main is None or plan.main.is_new:
        return ()
    names = [want.kind.told_by or SAID_BY.get(name, name) for want in plan.wants for name in want.changes]
    return tuple(dict.fromkeys(names))


def _state(line: Line, plan: Plan) -> State:
    if plan.refused:
        return State.REFUSED
    if plan.candidates and not plan.wants:
        return State.DUPLICATE
    if plan.main is not None and plan.main.is_new:
        return State.NEW if line.repeats is None else State.CHANGED
    return State.CHANGED if any(want.changes for want in plan.wants) else State.SAME


def _written(plan: Plan, memo: Memo, *, viewer: Viewer, now: datetime) -> Written:
    if plan.refused:
        return Written(number=plan.number, state=State.REFUSED, troubles=tuple(plan.troubles))
    if plan.candidates and not plan.wants:
        return Written(number=plan.number, state=State.SKIPPED, troubles=tuple(plan.troubles))
    made = carry_out(plan, memo, viewer=viewer, now=now)
    main_id = plan.main.row.pk if plan.main is not None and plan.main.row is not None else None
    new = plan.main is not None and any(
        one.new and one.id == main_id and one.kind == plan.main.kind.code for one in made
    )
    state = State.NEW if new else State.CHANGED if made else State.SAME
    return Written(number=plan.number, state=state, made=made, troubles=tuple(plan.troubles))
