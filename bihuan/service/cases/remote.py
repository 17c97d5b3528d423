"""Phone guidance on a case: safe steps, one at a time, before anyone is sent. Never a cover, never gas.

The steps come from the knowledge; the answers stay with the report, so that whoever goes sees what was tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import Actor
from bihuan.registers.access.errors import LostRace, Refusal
from bihuan.registers.knowledge.content import Checklist, Step
from bihuan.registers.knowledge.queries import checklists_for, knowledge
from bihuan.registers.knowledge.rules import burns_only_gas, fuels, safe_by_phone
from bihuan.registers.parts.queries import runs_on
from bihuan.service.cases.actions import case_for_change, tick
from bihuan.service.cases.events import StepTried
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.queries import card_of
from bihuan.service.intake.trying import note_tried

ANSWERS = ("yes", "no", "skipped", "solved", "stopped")
PLACE = "remote"
ENOUGH = frozenset({"solved", "stopped"})


@dataclass(frozen=True)
class Guidance:
    """How far one checklist has come on one case. `answers` counts steps from 1."""

    checklist: Checklist
    answers: Mapping[int, str]

    @property
    def at(self) -> int | None:
        """The step to ask now; None when nothing is left to ask."""
        if ENOUGH & set(self.answers.values()) or self.stopped:
            return None
        left = (n for n in range(1, len(self.checklist.step) + 1) if n not in self.answers)
        return next(left, None)

    @property
    def step(self) -> Step | None:
        return self.checklist.step[self.at - 1] if self.at else None

    @property
    def solved(self) -> bool:
        return "solved" in self.answers.values()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped, or a gate did not get its yes."""
        gates = (n for n, step in enumerate(self.checklist.step, start=1) if step.gate)
        shut = any(self.answers.get(n, "yes") != "yes" for n in gates)
        return shut or "stopped" in self.answers.values()

    @property
    def done(self) -> bool:
        return self.at is None

    @property
    def tried(self) -> list[tuple[int, Step, str]]:
        """What was asked, in order: number, step, answer."""
        return [(n, self.checklist.step[n - 1], answer) for n, answer in sorted(self.answers.items())]


class NoGuidance(Refusal):
    """There is nothing that may be tried by phone."""

    status = 409

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Case %(number)s is not for phone guidance. Send it on to dispatch.") % {"number": number}
        )


class GasByPhone(NoGuidance):
    """What may burn gas is never worked on by phone."""

    def __init__(self, number: str) -> None:
        Refusal.__init__(
            self,
            _(
                "Case %(number)s is about an appliance that burns gas: nothing is tried by phone. Whoever smells gas "
                "closes the valve, opens the windows, switches nothing and rings from outside. Send it on to dispatch."
            )
            % {"number": number},
        )


class StepAnswered(LostRace):
    def __init__(self) -> None:
        super().__init__(_("This step has its answer already. Go on with the next one."))


class NotAtGuidance(Refusal):
    status = 409

    def __init__(self, number: str) -> None:
        super().__init__(
            _("Case %(number)s does not stand at phone guidance. Choose “guide by phone” on its page first.")
            % {"number": number}
        )


class AnswerUnknown(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Choose one of the answers."), fields={"answer": _("Choose one of the answers.")})


def guidances_of(case: Case) -> list[Guidance]:
    """The checklists that fit the case, with what was answered; none where there was any word of danger, and never
    one for gas."""
    report = case.report
    if report.hazards:
        return []
    fits = checklists_for(report.symptoms, category=case.category)
    if fits:
        fits = list(safe_by_phone(fits, runs_on=_energies(case)))
    return [Guidance(one, answers_of(one, report.tried)) for one in fits]


def burns_gas(case: Case) -> bool:
    """Whether the appliance runs on gas alone."""
    return burns_only_gas(_energies(case))


def _energies(case: Case) -> frozenset[str]:
    """As the catalogue says of its category, else as is known of its family."""
    return runs_on(case.category) or fuels(case.category, knowledge=knowledge())


def comes_first(case: Case) -> bool:
    """Whether the phone is tried before anybody is sent: the card begins with it, a safe checklist fits, no step
    was asked yet and nothing is urgent."""
    begins = any(move.reaches == PLACE and case.stands_at in move.leaves for move in card_of(case).moves)
    return begins and case.urgency != "urgent" and not case.report.tried and bool(guidances_of(case))


def answers_of(checklist: Checklist, tried: Mapping[str, str]) -> dict[int, str]:
    """The answers to this checklist among all that was tried."""
    steps = range(1, len(checklist.step) + 1)
    return {n: tried[key_of(checklist.code, n)] for n in steps if key_of(checklist.code, n) in tried}


def key_of(checklist: str, step: int) -> str:
    return f"{checklist}.{step}"


@transaction.atomic
def answer_step(case: Case, checklist: str, step: int, answer: str, *, by: Actor, now: datetime) -> Guidance:
    """Write down what came of one step. When nothing is left to ask, the checklist counts as done."""
    if answer not in ANSWERS:
        raise AnswerUnknown
    held = case_for_change(case.id)
    if held.stands_at != PLACE:
        raise NotAtGuidance(held.number)
    found = next((one for one in guidances_of(case) if one.checklist.code == checklist), None)
    if found is None:
        raise GasByPhone(held.number) if burns_gas(case) else NoGuidance(held.number)
    if found.at != step:
        raise StepAnswered
    tried = note_tried(case.report_id, step=key_of(checklist, step), answer=answer)
    if tried is None:
        raise StepAnswered
    case.report.tried = tried
    after = Guidance(found.checklist, answers_of(found.checklist, tried))
    with writing():
        event = StepTried(subject_id=case.id, checklist=checklist, step=step, answer=answer)
        record(event, by=by, now=now, chain=case.chain_id)
        if after.done:
            tick(case, Need.REMOTE_CHECKLIST_DONE, by=by, now=now)
    return after
