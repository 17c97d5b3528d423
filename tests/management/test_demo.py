"""The demo company: founded once in an empty database, its past told by the same actions, cut short and gone on."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise
from math import inf

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.tasks import task_backends
from django.utils.timezone import localdate
from django_tasks_db.models import DBTaskResult

from bihuan.ground.journal.models import Entry, Reaction, Watch
from bihuan.ground.journal.queries import all_faults
from bihuan.ground.journal.reactions import watched
from bihuan.ground.journal.story import STORY
from bihuan.ground.vault.actions import keys
from bihuan.ground.worktime import clock
from bihuan.management.commands.demo_logins import first_of_each_role
from bihuan.management.demo import filling
from bihuan.management.demo.fates import TODAY
from bihuan.management.demo.models import Filling, Made
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import Customer, Machine
from bihuan.registers.organisation.models import Node
from bihuan.registers.staff.models import Busy, Technician
from bihuan.service.cases.events import CaseClosed
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.capacity.queries import month_of
from bihuan.service.dispatch.grabs.models import Asked, Round
from bihuan.service.dispatch.models import Visit
from bihuan.service.fieldwork.models import Quote
from bihuan.service.intake.chats.limits import limits_in_use
from bihuan.service.intake.queries import words_of
from bihuan.service.notices.models import Notice
from bihuan.service.satisfaction.models import Survey
from tests import makers

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
MOMENT = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)  # a Wednesday afternoon


def found(monkeypatch: pytest.MonkeyPatch, *, at_once: int, cases: int) -> datetime:
    monkeypatch.setattr(clock, "now", lambda: MOMENT)
    call_command("demo", at_once=at_once, seconds=inf, cases=cases, stdout=StringIO())
    return MOMENT


@pytest.fixture
def founded(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A demo company with every case of today's desks."""
    return found(monkeypatch, at_once=60, cases=60)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A demo company of ten cases, six of them made."""
    return found(monkeypatch, at_once=6, cases=10)


def counts_its_days_and_grabs(founded: datetime) -> bool:
    """One service point has a limit, a season, a closed day and visits; another has jobs up for grabs."""
    month = month_of(Node.objects.get(code="sp_zhaohui"), localdate(founded))
    assert {day.line.closed for day in month} == {True, False}
    assert any(day.booked.all and day.left is not None for day in month)
    asked = Asked.objects.filter(rule="", round__state=Round.OPEN)
    return set(asked.values_list("round__case__node__code", flat=True)) == {"sp_binjiang"}


def test_the_company_is_whole_and_its_past_true(founded: datetime) -> None:
    kinds = Counter(Node.objects.values_list("kind", flat=True))
    assert kinds == {Node.HEAD_OFFICE: 1, Node.REGION: 2, Node.SERVICE_POINT: 6}
    assert (Technician.objects.count(), Customer.objects.count()) == (40, 300)
    assert limits_in_use().calendar == "24x7"  # a visitor chats at any hour
    assert {role for roles in Person.objects.values_list("roles", flat=True) for role in roles} == {
        str(role) for role in Role if role is not Role.CUSTOMER
    }
    assert Filling.objects.get().trouble == ""
    assert list(all_faults()) == []
    assert not Entry.objects.filter(recorded_at__gt=founded).exists()
    open_places = set(Case.objects.filter(open=True).values_list("stands_at", flat=True))
    assert {"to_accept", "to_assign", "to_book", "booked", "on_hold", "done", "to_call_back"} <= open_places
    going_on = Visit.objects.filter(case__open=True, case__stands_at__in=("on_the_way", "on_site"))
    assert {localdate(visit.slot_from) for visit in going_on} == {localdate(founded)}
    assert Quote.objects.filter(
        state=Quote.OFFERED, total_fen__gt=0, work__case__in=going_on.values("case")
    ).exists()
    assert Reaction.objects.count() == 0
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.SENT}
    assert not Notice.objects.filter(sent_at__gt=founded + timedelta(days=1)).exists()
    unasked = Survey.objects.filter(case__open=False, sent_at=None, dropped_at=None)
    assert not unasked.filter(due_at__lt=founded).exists()
    for one in Technician.objects.all():
        taken = list(Busy.objects.filter(technician=one).order_by("begins").values_list("begins", "ends"))
        assert all(before[1] <= after[0] for before, after in pairwise(taken))
    assert counts_its_days_and_grabs(founded)
    soonest = Visit.objects.filter(slot_until__gt=founded, state__in=Visit.OPEN).earliest("slot_from", "id")
    assert dict(first_of_each_role())[Role.TECHNICIAN] == soonest.technician.person


def test_the_sources_own_record_is_among_todays_cases(begun: datetime) -> None:
    case = Case.objects.select_related("report", "machine", "customer__key").get(
        id=Made.objects.values_list("case_id", flat=True).get(number=0) or 0
    )
    machine = case.machine
    assert machine is not None
    assert (machine.model, str(machine.bought_on), case.channel, case.urgency) == (
        "ABC123",
        "2023-05-15",
        "hotline",
        "high",
    )
    assert words_of(case.report, keys(case.customer.key)).words == "机器突然不制冷了"
    assert case.number == f"AF20261118{Case.objects.filter(number__startswith='AF20261118').count():03d}"
    assert Machine.objects.filter(model="ABC123").count() == 1


def test_a_filling_that_was_cut_short_goes_on_and_makes_no_case_twice(begun: datetime) -> None:
    row = Filling.objects.get()
    assert (row.made, row.cases, row.ended_at) == (6, 10, None)
    call_command("demo", at_once=6, seconds=inf, stdout=StringIO())
    assert Case.objects.count() == 6
    while filling.go_on(now=begun, ask=False):
        pass
    row.refresh_from_db()
    assert (row.made, row.ended_at) == (row.cases, begun)
    assert Made.objects.filter(case_id__isnull=False).count() == Case.objects.count() == row.cases
    assert not filling.go_on(now=begun, ask=False)
    assert list(all_faults()) == []


def test_the_clock_wakes_a_filling_that_nobody_touches(begun: datetime) -> None:
    woken = []
    for seconds in (30, 61, 62):
        assert watched("demo company", filling.resume, now=begun + timedelta(seconds=seconds))
        woken.append(DBTaskResult.objects.count())
    assert woken == [woken[0], woken[0] + 1, woken[0] + 1]
    assert Watch.objects.get(name="demo company").progress == "6 / 10"


def test_a_company_that_exists_is_left_alone() -> None:
    makers.company()
    with pytest.raises(CommandError, match="needs an empty one"):
        call_command("demo", stdout=StringIO())
    assert Filling.objects.count() == 0


def test_quiet_ends_with_its_block(begun: datetime) -> None:
    assert STORY.later(CaseClosed(subject_id=1, how="confirmed")) != []
    assert type(task_backends["default"]).__name__ != "DummyBackend"
    assert len(TODAY) < filling.FIRST
