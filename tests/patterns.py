"""The few cases made by the real actions from which many are copied."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bihuan.registers.access.roles import Role
from bihuan.service.cases import talking
from bihuan.service.cases.actions import move_case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.writing_up import write_up
from tests import loops, makers
from tests.loops import Loop, Step
from tests.many import Household, household

LONG_AGO = timedelta(days=400)


def closed_household(company: makers.Company, *, now: datetime) -> Household:
    """A customer with four closed cases: repaired after a visit, twice called off, a question answered."""
    phone, begins = makers.a_phone(), now - LONG_AGO
    first = _go(company, begins, {"phone": phone}, loops.STEPS)
    for days in (6, 7):
        _go(
            company,
            begins + timedelta(days=days),
            {"phone": phone},
            (loops.report, loops.offer, loops.cancel),
        )
    question = Loop(
        company,
        begins + timedelta(days=8),
        {"phone": phone, "kind": "consultation", "words": "滤网多久洗一次"},
    )
    loops.go(question, loops.report, _answer, loops.confirm)
    return household(first.case.customer_id)


def open_households(company: makers.Company, *, now: datetime) -> list[Household]:
    """Customers with one open case each, at the places where open cases stand."""
    steps = loops.STEPS
    stops: Sequence[tuple[Step, ...]] = (
        steps[:1],
        (*steps[:1], _note),
        steps[:2],
        steps[:3],
        steps[:4],
        steps[:5],
        steps[:6],
        (*steps[:2], _chase),
    )
    return [
        household(_go(company, now - timedelta(hours=at), {}, stop).case.customer_id)
        for at, stop in enumerate(stops)
    ]


def _go(company: makers.Company, begins: datetime, more: dict[str, object], steps: tuple[Step, ...]) -> Loop:
    return loops.go(Loop(company, begins, dict(more)), *steps)


def _answer(loop: Loop) -> None:
    loop.at += timedelta(minutes=20)
    agent = loop.company.viewer(Role.AGENT)
    write_up(loop.fresh(), Need.ANSWERED, "两周洗一次。", viewer=agent, now=loop.at)
    move_case(loop.fresh(), "answer", doer=loop.staff(Role.AGENT), now=loop.at)


def _note(loop: Loop) -> None:
    loop.at += timedelta(minutes=10)
    talking.note(
        loop.case, "客户在家时间：下午。", by=loop.staff(Role.AGENT).by, now=loop.at, contact="phone"
    )


def _chase(loop: Loop) -> None:
    loop.at += timedelta(minutes=30)
    talking.chase(loop.case, by=loop.staff(Role.AGENT).by, now=loop.at)
