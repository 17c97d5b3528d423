"""One whole loop, from a customer's words to a closed case, step by step through the actions that people use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.management.demo.cast import scribble
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.queries import technician as technician_at
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, booking, offering
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.queries import free_slots
from bihuan.service.dispatch.visiting import open_visit
from bihuan.service.fieldwork import actions as field_actions
from bihuan.service.fieldwork import quoting, signing
from bihuan.service.fieldwork.checklists import lines_for
from bihuan.service.fieldwork.models import Work
from bihuan.service.satisfaction import asking
from bihuan.service.satisfaction.models import Survey
from bihuan.service.satisfaction.queries import latest_survey
from tests import makers

HOUSE = Doer.house(CLOCK)
MINUTE = timedelta(minutes=1)


@dataclass
class Loop:
    """A case on its way. Each step moves `at` on to when it would happen."""

    company: makers.Company
    at: datetime
    more: dict[str, Any] = field(default_factory=dict)  # what the customer tells otherwise than usual
    case: Case = field(init=False)
    work: Work = field(init=False)

    def staff(self, role: Role) -> Doer:
        return Doer.house(self.company.actor(role))

    @property
    def technician(self) -> Doer:
        visit = self.visit
        return Doer.house(Actor(kind="staff", id=visit.technician.person_id))

    @property
    def visit(self) -> Visit:
        found = open_visit(self.case.id)
        assert found is not None
        return found

    @property
    def survey(self) -> Survey:
        found = latest_survey(self.case.id)
        assert found is not None
        return found

    def fresh(self) -> Case:
        rows = Case.objects.select_related("customer__key", "report", "machine", "place", "node")
        self.case = rows.get(id=self.case.id)
        return self.case


def report(loop: Loop) -> None:
    loop.case = makers.a_case(loop.company, now=loop.at, **loop.more)


def offer(loop: Loop) -> None:
    loop.at += MINUTE
    offering.offer_best(loop.case, doer=HOUSE, now=loop.at, automatic=True)


def accept(loop: Loop) -> None:
    loop.at += 4 * MINUTE
    offering.accept_offer(loop.case, doer=loop.staff(Role.SERVICE_POINT_DISPATCHER), now=loop.at)


def assign(loop: Loop) -> None:
    loop.at += 5 * MINUTE
    loop.fresh()
    assigning.assign_best(loop.case, doer=loop.staff(Role.SERVICE_POINT_DISPATCHER), now=loop.at)


def accept_job(loop: Loop) -> None:
    loop.at += 3 * MINUTE
    held = assigning.standing_assignment(loop.case.id)
    assert held is not None
    person = technician_at(held.technician_id).person_id
    doer = Doer.house(Actor(kind="staff", id=person))
    assigning.accept_job(loop.case, technician_id=held.technician_id, doer=doer, now=loop.at)


def book(loop: Loop) -> None:
    loop.at += 10 * MINUTE
    slot, visit = free_slots(loop.fresh(), now=loop.at)[0], loop.visit
    booking.book(visit, slot, doer=Doer.house(_customer(loop)), now=loop.at, by_customer=True)
    loop.at = slot.begins - 20 * MINUTE


def depart(loop: Loop) -> None:
    doer = loop.technician
    loop.work = field_actions.open_work(loop.fresh(), by=doer.by, now=loop.at)
    field_actions.depart(loop.work, doer=doer, now=loop.at)


def arrive(loop: Loop) -> None:
    loop.at += 25 * MINUTE
    field_actions.arrive(loop.work, doer=loop.technician, now=loop.at)


def check(loop: Loop) -> None:
    loop.at += MINUTE
    answers = {line.code: "yes" for line in lines_for(loop.work.case, "safety")}
    field_actions.check(loop.work, "safety", answers, now=loop.at)


def diagnose(loop: Loop) -> None:
    loop.at += 10 * MINUTE
    field_actions.diagnose(
        loop.work,
        reproduced=True,
        cause="启动电容老化",
        plan="更换启动电容",
        by=loop.technician.by,
        now=loop.at,
    )


def quote(loop: Loop) -> None:
    """The first line of the price list for labour; out of cover it costs something, and the customer agrees."""
    loop.at += 3 * MINUTE
    lines = quoting.price_list(loop.work.case, now=loop.at)
    wanted = {line.id: 1 for line in lines if line.item == "labour"}
    made = quoting.quote(loop.work, wanted, by=loop.technician.by, now=loop.at)
    if made.total_fen:
        quoting.answer(made, consented=True, how=quoting.DEVICE, by=_customer(loop), now=loop.at)


def test(loop: Loop) -> None:
    loop.at += 35 * MINUTE
    points = dict.fromkeys(field_actions.points_of(loop.work.case), True)
    field_actions.try_points(loop.work, points, by=loop.technician.by, now=loop.at)


test.__test__ = False  # type: ignore[attr-defined]  # a step of the loop, not a test of ours


def sign(loop: Loop) -> None:
    loop.at += 3 * MINUTE
    told = signing.Signed(outcome="finished", opinion="very_satisfied", signature=DRAWING)
    signing.sign(loop.work, told, doer=loop.technician, now=loop.at)


def confirm(loop: Loop) -> None:
    """The clock asks, the customer says yes, the case closes."""
    loop.at = max(loop.at, loop.survey.confirm_due_at) + MINUTE
    asking.ask_confirms(loop.at)
    loop.at += 5 * MINUTE
    asking.say_solved(loop.survey, solved=True, via="link", by=_customer(loop), now=loop.at)


def survey(loop: Loop) -> None:
    """The clock sends the four questions, the customer answers them."""
    loop.at = max(loop.at, loop.survey.due_at) + MINUTE
    asking.send_surveys(loop.at)
    loop.at += 30 * MINUTE
    ratings = {"speed": 5, "effect": 5, "attitude": 5, "overall": 5}
    asking.answer(loop.survey, ratings, words="很满意", by=_customer(loop), now=loop.at)


def cancel(loop: Loop) -> None:
    """Not part of the whole loop: the customer no longer wants it."""
    loop.at += 30 * MINUTE
    move_case(loop.fresh(), "cancel", doer=loop.staff(Role.AGENT), now=loop.at, reason="no_longer_needed")


def _customer(loop: Loop) -> Actor:
    return Actor(kind="customer", id=loop.case.customer_id)


type Step = Callable[[Loop], None]

STEPS: tuple[Step, ...] = (
    report,
    offer,
    accept,
    assign,
    accept_job,
    book,
    depart,
    arrive,
    check,
    diagnose,
    quote,
    test,
    sign,
    confirm,
    survey,
)


DRAWING = scribble(Random(1))


def go(loop: Loop, *steps: Step) -> Loop:
    """These steps in order; all of them when none is named."""
    for step in steps or STEPS:
        step(loop)
    return loop
