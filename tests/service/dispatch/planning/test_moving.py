"""A case moved on the plan: what follows is told first, only that is done, and one's own move can be taken back."""

from datetime import datetime

import pytest

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.models import Busy
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, booking
from bihuan.service.dispatch.assigning import standing_assignment
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.planning.errors import (
    MoveImpossible,
    NotAgreed,
    NothingMoves,
    NothingToUndo,
    PlanMoved,
)
from bihuan.service.dispatch.planning.intending import intended_for
from bihuan.service.dispatch.planning.models import DayPlan
from bihuan.service.dispatch.planning.moving import last_move_of, move, undo
from bihuan.service.dispatch.planning.weighing import weigh
from bihuan.service.dispatch.queries import free_slots
from bihuan.service.notices.models import Notice
from tests.makers import NOW, Company, company, later, settle
from tests.service.dispatch.test_dispatch import accepted, assigned, booked, by

pytestmark = pytest.mark.django_db
NOON, TWO, FOUR = later(hours=2), later(hours=4), later(hours=6)


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def point(made: Company) -> Viewer:
    return made.viewer(Role.SERVICE_POINT_DISPATCHER)


def arrives(case: Case) -> datetime:
    visit = Visit.objects.get(case=case)
    return later(seconds=Busy.objects.get(subject_id=visit.id).ends - 3_600 - int(NOW.timestamp()))


def test_from_the_pool_it_is_assigned_and_meant_and_taken_back(made: Company, point: Viewer) -> None:
    case = accepted(made, words="洗衣机不转了")
    one, other = made.technicians[:2]
    told = weigh(point, case, technician_id=other.id, at=TWO, now=NOW)
    assert (told.possible, told.needs_reason, told.needs_agreement) == (True, False, False)
    assert told.begins == TWO and told.not_best == one.person.name
    moved = move(point, case, technician_id=other.id, at=TWO, why_not_best="nearer", now=NOW)
    standing, meant = standing_assignment(case.id), intended_for(case.id)
    assert standing is not None and standing.technician_id == other.id
    assert meant is not None and (meant.begins, meant.slot_from) == (TWO, TWO)
    assert not Busy.objects.exists()
    assert last_move_of(point, made.own.id) == moved
    version = DayPlan.objects.get(node=made.own).version
    with pytest.raises(NothingMoves):
        move(point, case, technician_id=other.id, at=TWO, now=NOW)
    assert DayPlan.objects.get(node=made.own).version == version
    undo(point, moved.id, now=NOW)
    assert standing_assignment(case.id) is None and intended_for(case.id) is None
    assert Case.objects.get(id=case.id).stands_at == "to_assign"
    with pytest.raises(NothingToUndo):
        undo(point, moved.id, now=NOW)


def test_within_its_slot_an_agreed_visit_moves_and_makes_room(made: Company, point: Viewer) -> None:
    first, second = booked(made), booked(made, words="空调不制热")
    assert first.slot_from == second.slot_from == NOON
    assert (arrives(first.case), arrives(second.case)) == (NOON, later(hours=3))
    told = weigh(point, second.case, technician_id=second.technician_id, at=NOON, now=NOW)
    assert told.possible and [one.case_number for one in told.shifts] == [first.case.number]
    with pytest.raises(NothingMoves):
        move(point, first.case, technician_id=first.technician_id, at=NOON, now=NOW)
    moved = move(point, second.case, technician_id=second.technician_id, at=NOON, now=NOW)
    assert (arrives(second.case), arrives(first.case)) == (NOON, later(hours=3))
    undo(point, moved.id, now=NOW)
    assert (arrives(first.case), arrives(second.case)) == (NOON, later(hours=3))


def test_another_technician_keeps_the_agreed_time_and_the_customer_is_asked_for_another(
    made: Company, point: Viewer
) -> None:
    visit = booked(made)
    other = next(one for one in made.technicians if one.id != visit.technician_id)
    moved = move(point, visit.case, technician_id=other.id, at=NOON, reason="nearer", now=NOW)
    stands = Visit.objects.get(id=visit.id)
    assert (stands.technician_id, stands.slot_from) == (other.id, NOON)
    undo(point, moved.id, now=NOW)
    assert Visit.objects.get(id=visit.id).technician_id == visit.technician_id
    case = Case.objects.get(id=visit.case_id)
    assert weigh(point, case, technician_id=visit.technician_id, at=FOUR, now=NOW).needs_agreement
    with pytest.raises(NotAgreed):
        move(point, case, technician_id=visit.technician_id, at=FOUR, reason="customer_wish", now=NOW)
    move(
        point, case, technician_id=visit.technician_id, at=FOUR, reason="customer_wish", agreed=True, now=NOW
    )
    assert Visit.objects.get(id=visit.id).slot_from == FOUR


def test_technician_and_agreed_time_change_in_one_step_and_the_customer_hears_of_it_once(
    made: Company, point: Viewer
) -> None:
    visit = booked(made)
    first = visit.technician_id
    other = next(one for one in made.technicians if one.id != first)
    told = weigh(point, visit.case, technician_id=other.id, at=FOUR, now=NOW)
    assert (told.possible, told.needs_reason, told.needs_agreement) == (True, True, True)
    with pytest.raises(NotAgreed):
        move(point, visit.case, technician_id=other.id, at=FOUR, reason="weather", now=NOW)
    settle()
    heard = Notice.objects.filter(case=visit.case, person__isnull=True).count()
    moved = move(point, visit.case, technician_id=other.id, at=FOUR, reason="weather", agreed=True, now=NOW)
    stands = Visit.objects.get(id=visit.id)
    assert (stands.state, stands.technician_id, stands.slot_from) == (Visit.BOOKED, other.id, FOUR)
    assert [row.technician_id for row in Busy.objects.filter(subject_id=visit.id)] == [other.id]
    standing = standing_assignment(visit.case_id)
    assert standing is not None and (standing.technician_id, standing.state) == (other.id, "accepted")
    settle()
    news = Notice.objects.filter(case=visit.case, person__isnull=True).order_by("id")[heard:]
    assert {one.kind for one in news} == {"booked"}
    undo(point, moved.id, now=NOW)
    stands = Visit.objects.get(id=visit.id)
    assert (stands.technician_id, stands.slot_from) == (first, NOON)


def test_what_does_not_fit_says_who_would_be_late_and_changes_nothing(made: Company, point: Viewer) -> None:
    visits = [booked(made), booked(made, words="空调不制热")]
    case = assigned(made, words="冰箱漏水")
    told = weigh(point, case, technician_id=visits[0].technician_id, at=NOON, now=NOW)
    assert told.refusal is not None and told.refusal.code == "no_room"
    assert [(late.case_number, late.minutes, late.in_slot) for late in told.late] == [
        (visits[1].case.number, 30, True)
    ]
    with pytest.raises(MoveImpossible):
        move(point, case, technician_id=visits[0].technician_id, at=NOON, now=NOW)
    assert intended_for(case.id) is None and Busy.objects.count() == 2


def test_a_plan_that_moved_meanwhile_is_looked_at_again(made: Company, point: Viewer) -> None:
    case, other = assigned(made, words="冰箱漏水"), assigned(made, words="空调不制热")
    technician = made.technicians[0].id
    move(point, case, technician_id=technician, at=TWO, now=NOW)
    seen = DayPlan.objects.get(node=made.own).version
    visit = Visit.objects.get(case=other)
    assigning.accept_job(other, technician_id=technician, doer=by(made, Role.TECHNICIAN), now=NOW)
    booking.book(visit, free_slots(other, now=NOW)[0], doer=by(made, Role.AGENT), now=NOW)
    with pytest.raises(PlanMoved):
        move(point, case, technician_id=technician, at=FOUR, version=seen, now=NOW)
    with pytest.raises(PlanMoved):
        move(point, case, technician_id=technician, at=FOUR, version=0, now=NOW)  # a page that named none
    meant = intended_for(case.id)
    assert meant is not None and meant.begins == TWO


def test_nobody_takes_back_the_move_of_somebody_else(made: Company, point: Viewer) -> None:
    case = accepted(made, words="洗衣机不转了")
    moved = move(point, case, technician_id=made.technicians[0].id, at=TWO, now=NOW)
    with pytest.raises(NotFound):
        undo(made.viewer(Role.DISPATCHER), moved.id, now=NOW)
