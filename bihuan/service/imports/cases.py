"""Cases brought in from a file: what past and open ones have alike, and the open ones, which are carried on here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bihuan.ground.journal.actions import writing
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.bringing_in import Placed, write_lines
from bihuan.registers.customers.households import Picture, picture_of
from bihuan.service.cases.bringing_in import CarriedTold, bring_in_cases, known_here
from bihuan.service.cases.events import CaseBroughtIn
from bihuan.service.cases.models import Case
from bihuan.service.cases.taking_out import remove_cases, tell_taking_out, worked_on
from bihuan.service.commitments.bringing_in import Carried, promise_carried
from bihuan.service.commitments.taking_out import forget_promises
from bihuan.service.dispatch.bringing_in import keep_with
from bihuan.service.imports.carried import CASE_WORDS, House, Judged
from bihuan.service.imports.case_fields import OPEN_CASE
from bihuan.service.imports.household_fields import MACHINE, PERSON, PLACE
from bihuan.service.imports.household_undo import made_of, take_back
from bihuan.service.imports.households import Reckoning, place_all, trouble_of
from bihuan.service.imports.target import (
    Choice,
    Field,
    Finding,
    Kept,
    Line,
    Made,
    State,
    Trouble,
    Written,
)


@dataclass(kw_only=True)
class Looked:
    """One row of a file of cases: the case that it is already, or what it would become."""

    line: Line
    here: int | None = None
    judged: Judged | None = None
    placed: Placed | None = None
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def state(self) -> State:
        if self.here is not None or self.judged is None:
            return State.SAME
        unreachable = self.placed is not None and self.placed.home is None
        return State.REFUSED if self.judged.refused or unreachable else State.NEW

    @property
    def said(self) -> tuple[Trouble, ...]:
        told = self.judged.troubles if self.judged else []
        return (*self.troubles, *told, *(trouble_of(self.placed) if self.placed else ()))


class OpenCasesTarget:
    """Work that is under way elsewhere and goes on here."""

    code = "cases"
    title: Promise | str = _("Open cases")
    about: Promise | str = _(
        "Work under way elsewhere, with its customer; it stands where it stood and goes on here."
    )
    icon = "list-check"
    fields: tuple[Field, ...] = (*OPEN_CASE[:5], *PERSON, *PLACE, *MACHINE, *OPEN_CASE[5:])
    order: tuple[str, ...] = ("service_points", "staff", "customers")
    words: Mapping[str, Promise | str] = CASE_WORDS

    def count(self, viewer: Viewer) -> int:
        return Case.objects.filter(open=True).count()

    def key(self, values: Mapping[str, Any]) -> str:
        return str(values.get("number", ""))

    def judge(self, house: House, line: Line, *, now: datetime) -> Judged:
        return house.open_case(line.values, now=now)

    def look(self, lines: Sequence[Line], *, viewer: Viewer, now: datetime) -> list[Finding]:
        looked, _picture, _house = self._looked(lines, now=now)
        return [
            Finding(number=one.line.number, state=one.state, troubles=one.said, row_id=one.here)
            for one in looked
        ]

    def write(
        self,
        lines: Sequence[Line],
        choices: Mapping[int, Choice],
        *,
        run_id: int,
        viewer: Viewer,
        now: datetime,
    ) -> list[Written]:
        looked, picture, house = self._looked(lines, now=now)
        fresh = [one for one in looked if one.state == State.NEW]
        placed = [one.placed for one in fresh if one.placed is not None]
        hand = write_lines(placed, picture, node=house.head, now=now)
        tolds = [_told(one) for one in fresh]
        with writing():
            cases = bring_in_cases(tolds, hand=hand, run_id=run_id, by=viewer.actor, now=now)
            carried = [
                (case, event, told.technician_id)
                for (case, event), told in zip(cases, tolds, strict=True)
                if isinstance(event, CaseBroughtIn)
            ]
            if carried:
                keep_with(carried, head=house.head, now=now)
                held = [Carried(case=case, event=event) for case, event, _ in carried]
                promise_carried(held, by=viewer.actor, now=now)
        made = {one.line.number: case for one, (case, _) in zip(fresh, cases, strict=True)}
        return [_written(one, made.get(one.line.number), run_id) for one in looked]

    def undo(self, written: Sequence[Written], *, viewer: Viewer, now: datetime) -> list[Kept]:
        kept = _take_out(written, viewer=viewer, now=now)
        staying = {one.number for one in kept}
        rest = [line for line in written if line.number not in staying]
        return [*kept, *take_back(rest, now=now)]

    def _looked(self, lines: Sequence[Line], *, now: datetime) -> tuple[list[Looked], Picture, House]:
        house, reckoning = House(), Reckoning()
        here = known_here([str(line.values["number"]) for line in lines])
        looked = [self._one(line, here, house, now=now) for line in lines]
        _mark_repeats(looked)
        sound = [one for one in looked if one.judged is not None and not one.judged.refused]
        tolds = [reckoning.told(one.line.values, one.troubles) for one in sound]
        picture = picture_of(tolds)
        placed = place_all([one.line for one in sound], None, picture, tolds, asks=False, now=now)
        for one, found in zip(sound, placed, strict=True):
            one.placed = found
        return looked, picture, house

    def _one(self, line: Line, here: Mapping[str, int], house: House, *, now: datetime) -> Looked:
        known = here.get(str(line.values["number"]))
        if known is not None:
            return Looked(line=line, here=known, troubles=[Trouble(code="here_already", field="number")])
        if line.repeats is not None:
            return Looked(line=line, troubles=[Trouble(code="repeats", params={"row": line.repeats})])
        return Looked(line=line, judged=self.judge(house, line, now=now))


def _mark_repeats(looked: Sequence[Looked]) -> None:
    """Of several rows of a batch with one number the first counts."""
    first: dict[str, int] = {}
    for one in looked:
        number = str(one.line.values["number"])
        earlier = first.setdefault(number, one.line.number)
        if earlier != one.line.number and one.judged is not None:
            one.judged = None
            one.troubles.append(Trouble(code="repeats", params={"row": earlier}))


def _told(one: Looked) -> CarriedTold:
    judged, placed, values = one.judged, one.placed, one.line.values
    assert judged is not None and placed is not None and placed.home is not None
    customer = placed.home.row
    assert customer is not None
    machine = placed.thing.row if placed.thing else None
    technician = judged.technician
    return CarriedTold(
        customer=customer,
        machine=machine,
        place=placed.spot.row if placed.spot else None,
        outside_number=values["number"],
        card=judged.card,
        stands_at=judged.stands_at,
        node_id=judged.node_id,
        opened_at=judged.opened_at,
        words=judged.words,
        way=values.get("way", "on_site"),
        urgency=values.get("urgency", ""),
        channel=values.get("channel", "hotline"),
        category=machine.category if machine else "",
        brand=machine.brand if machine else "",
        person_id=technician.person_id if technician else None,
        technician_id=technician.id if technician else None,
        ticks=judged.ticks,
        hold_reason=judged.hold_reason,
        outcome=judged.outcome,
        closed_how=judged.closed_how,
        done_at=judged.done_at,
        closed_at=judged.closed_at,
        fee_fen=values.get("fee", 0),
        score=values.get("score", 0),
    )


def _written(one: Looked, case: Case | None, run_id: int) -> Written:
    if case is None or one.placed is None:
        return Written(number=one.line.number, state=one.state, troubles=one.said)
    made = (Made(kind="case", id=case.id, new=True, after={"run": run_id}), *made_of(one.placed))
    return Written(number=one.line.number, state=State.NEW, made=made, troubles=one.said)


def _take_out(written: Sequence[Written], *, viewer: Viewer, now: datetime) -> list[Kept]:
    """Take the cases of these lines out of the house; those that were worked on stay."""
    lines = {made.id: (line.number, made) for line in written for made in line.made if made.kind == "case"}
    cases = list(Case.objects.filter(id__in=lines))
    why = dict.fromkeys(worked_on(cases), "touched_since")
    leaving = [case for case in cases if case.id not in why]
    while leaving:
        run_id = int(lines[leaving[0].id][1].after["run"])
        with transaction.atomic():
            tell_taking_out(leaving, run_id=run_id, by=viewer.actor, now=now)
            stay = dict.fromkeys(worked_on(leaving), "touched_since")  # now that their stories are held
            forget_promises([case.id for case in leaving])
            stay = stay or dict.fromkeys(remove_cases(leaving), "used_since")
            if stay:
                transaction.set_rollback(True)
        if not stay:
            break
        why |= stay
        leaving = [case for case in leaving if case.id not in stay]
    return [
        Kept(number=lines[case][0], kind="case", id=case, trouble=Trouble(code=code))
        for case, code in why.items()
    ]


CASES = OpenCasesTarget()
