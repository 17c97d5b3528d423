"""Cases whose work is done, for tests of what comes afterwards: asked, answered, called back, counted."""

from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from time import sleep
from typing import Any

from django.db import OperationalError, connection

from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case, tick
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.owning import give_to, set_technician
from bihuan.service.satisfaction import asking, calling_back
from bihuan.service.satisfaction.models import Callback, Survey
from tests.makers import NOW, Company, a_case

CUSTOMER = Actor(kind="customer", id=1)
HAPPY = {"speed": 5, "effect": 5, "attitude": 5, "overall": 5}
REPAIR = (
    ("accept", Need.SERVICE_POINT_ACCEPTED),
    ("assign", Need.TECHNICIAN_ASSIGNED),
    ("book", Need.SLOT_AGREED),
    ("arrive", Need.ARRIVED),
    ("finish", Need.FUNCTIONS_TESTED),
)


def a_done_case(made: Company, *, now: datetime = NOW, done_at: datetime | None = None, **more: Any) -> Case:
    """A repair, reported at `now`, whose work is done at `done_at`: moved along its card by the house."""
    case = a_case(made, now=now, **more)
    give_to(case, node_id=made.own.id, by=CLOCK, now=now)
    set_technician(case, made.people[Role.TECHNICIAN].id)
    return finish_work(case, now=done_at or now)


def finish_work(case: Case, *, now: datetime) -> Case:
    """Take the case from where it stands to 完工."""
    moves = [name for name, _ in REPAIR]
    begins = {"to_accept": 0, "to_assign": 1, "to_book": 2, "booked": 3, "on_site": 4}[case.stands_at]
    tick(case, Need.CUSTOMER_SIGNED, by=CLOCK, now=now)
    for name, need in REPAIR[begins:]:
        tick(case, need, by=CLOCK, now=now)
        move_case(case, name, doer=Doer.house(CLOCK), now=now)
    assert moves[-1] == "finish"
    case.refresh_from_db()
    return case


def asked(case: Case, *, now: datetime) -> Survey:
    """The newest survey of a case, both questions sent if their time has come."""
    asking.ask_confirms(now)
    asking.send_surveys(now)
    return Survey.objects.filter(case=case).latest("id")


def rescued(case: Case, made: Company, *, solved: bool, now: datetime, score: int = 4) -> Callback:
    """The open callback of a case, held, reached and finished by the callback agent."""
    agent = made.people[Role.CALLBACK_AGENT]
    callback = Callback.objects.get(case=case, open=True)
    calling_back.hold(callback, person_id=agent.id)
    by = made.actor(Role.CALLBACK_AGENT)
    calling_back.note_attempt(callback, result="reached", person_id=agent.id, by=by, now=now)
    finding = calling_back.Finding(solved=solved, fault="service", remedy="道歉并免费清洗一次", score=score)
    calling_back.finish(callback, finding, doer=Doer.of(made.viewer(Role.CALLBACK_AGENT)), now=now)
    callback.refresh_from_db()
    case.refresh_from_db()
    return callback


def at_once(*deeds: Callable[[], object]) -> None:
    """All of these deeds in threads of their own, begun together. Tried again while SQLite's in-memory test
    database, which cannot wait, is locked."""
    barrier, troubles = Barrier(len(deeds)), []

    def run(deed: Callable[[], object]) -> None:
        barrier.wait()
        try:
            _patiently(deed)
        except Exception as error:
            troubles.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []


def _patiently(deed: Callable[[], object]) -> None:
    for _ in range(500):
        try:
            deed()
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            sleep(0.01)
        else:
            return
    raise AssertionError("the database stays locked")
