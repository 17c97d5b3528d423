"""Days with a single case, or none, in a company that has nothing else."""

from datetime import UTC, date, datetime, timedelta

from bihuan.ground.journal.event import CLOCK
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case, tick
from bihuan.service.cases.needs import Need
from bihuan.service.improvement.day_reports import report_days, rule
from bihuan.service.improvement.days import day_of, figures_of
from bihuan.service.improvement.models import DayReport
from bihuan.service.improvement.scope import scope_of
from tests.makers import a_case, company

NOW = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)  # a Monday, 14:00 in Shanghai
MORNING = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)  # 08:30 on the day after


def test_solved_by_phone_is_part_of_the_work_done(db: None) -> None:
    made = company()
    case = a_case(made, now=NOW - timedelta(hours=2))
    move_case(case, "guide_remotely", doer=Doer.house(CLOCK), now=NOW - timedelta(hours=1))
    tick(case, Need.REMOTE_CHECKLIST_DONE, by=CLOCK, now=NOW - timedelta(hours=1))
    move_case(case, "solve_remotely", doer=Doer.house(CLOCK), now=NOW - timedelta(hours=1))
    figures = figures_of(scope_of(made.viewer(Role.MANAGER), {}), day_of(date(2026, 11, 30), now=NOW))
    assert (figures.total("done"), figures.total("remote"), figures.total("unfinished")) == (1, 1, 0)


def test_a_company_without_a_case_reports_nothing(db: None) -> None:
    company()
    assert (report_days(MORNING), DayReport.objects.count()) == (0, 0)
    assert rule().roles == [Role.MANAGER, Role.SUPERVISOR]
