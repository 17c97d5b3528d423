"""A service point's day as the engine sees it: what was agreed stands, what waits finds its place, nothing is lost."""

from datetime import timedelta

import pytest
from django.utils.timezone import localtime

from bihuan.ground.routing.plans import solve
from bihuan.ground.routing.policies import CUSTOMER_FIRST
from bihuan.ground.routing.search import Budget
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.actions import take_time
from bihuan.registers.staff.models import Busy
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import booking
from bihuan.service.dispatch.choosing import crew_of
from bihuan.service.dispatch.planning.translating import Morning, morning_of
from bihuan.service.dispatch.queries import free_slots
from bihuan.service.dispatch.travelling.providing import straight
from tests.makers import NOW, Company, company
from tests.service.dispatch.test_dispatch import accepted, booked, by

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def the_morning(made: Company, *cases: Case, days: int = 1, without: tuple[int, ...] = ()) -> Morning:
    crew = crew_of(frozenset({made.own.id}), now=NOW)
    waiting = Case.objects.select_related("place", "customer", "node").filter(
        id__in=[one.id for one in cases]
    )
    day = localtime(NOW + timedelta(days=days)).date()
    return morning_of(crew, day, cases=waiting, matrix=straight(now=NOW).matrix, without=without)


def test_what_is_agreed_stays_what_waits_finds_a_slot(made: Company) -> None:
    visit = booked(made)
    tomorrow = [slot for slot in free_slots(visit.case, now=NOW) if slot.begins > NOW + timedelta(hours=12)]
    visit = booking.rebook(visit, tomorrow[1], reason="customer_wish", doer=by(made, Role.AGENT), now=NOW)
    one = made.technicians[0]
    take_time(one.id, begins=tomorrow[3].begins, ends=tomorrow[3].ends, why=Busy.LEAVE)
    waiting = [accepted(made, words="洗衣机不转了"), accepted(made, words="空调不制热")]
    morning = the_morning(made, *waiting)
    plan = solve(morning.problem, CUSTOMER_FIRST, Budget(rounds=200), seed=1, start=morning.start)
    stops = {stop.job.id: stop for route in plan.routes for stop in route.stops if hasattr(stop, "job")}
    assert morning.slot_at(stops[visit.case_id].start) == tomorrow[1]
    assert morning.open == {case.id for case in waiting}
    for case in waiting:
        slot = morning.slot_at(stops[case.id].start)
        assert slot is not None and slot != tomorrow[3]
    assert sum(isinstance(job, str) for job in stops) == 1  # the leave


def test_a_technician_thought_away_leaves_their_visits_to_be_planned_anew_in_their_slot(
    made: Company,
) -> None:
    visit = booked(made)
    morning = the_morning(made, days=0, without=(visit.technician_id,))
    assert morning.open == {visit.case_id}
    [job] = morning.problem.jobs
    assert (job.was, job.technician, len(job.windows)) == (visit.technician_id, None, 1)
    assert morning.slot_at(job.windows[0][0]) is not None
    assert all(one.id != visit.technician_id for one in morning.problem.technicians)
