"""How promises were kept, against an independent count of the same rows."""

from datetime import datetime, timedelta

import pytest

from bihuan.ground.worktime.percentiles import nearest_rank
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.commitments import figures
from bihuan.service.commitments.actions import mark_broken
from bihuan.service.commitments.figures import EVERYWHERE, WHICH, Period, behind, figures_of, judged
from bihuan.service.commitments.measuring import Figure
from bihuan.service.commitments.models import Promise, Rest
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.service.improvement.scope import Scope, scope_of
from tests.makers import NOW, Company, a_case, company, later
from tests.statements import statements

pytestmark = pytest.mark.django_db

DAYS = Period(since=later(days=-20), until=later(days=40), now=later(days=5))


@pytest.fixture
def made() -> Company:
    return company()


def solve_of(case: Case) -> Promise:
    return Promise.objects.get(case=case, about="solve")


def ended(
    case: Case, *, after: timedelta, state: str = "kept", how: str = "done", worked: int = 0
) -> Promise:
    """Its promise of a solution as if it had ended so: the arithmetic of figures is what is tested here."""
    row = solve_of(case)
    row.state, row.open, row.ended_how = state, False, how
    row.ended_at = row.began_at + after
    row.worked_seconds = worked or int(after.total_seconds())
    row.broken_at = row.due_at if state == "broken" else None
    row.save()
    return row


def solved(period: Period = DAYS, cut: Scope | None = None) -> Figure:
    found = figures_of(period, cut or EVERYWHERE)
    return found.get("solve", Figure(metric="solve"))


@pytest.mark.demand("S2-53")
def test_open_and_overdue_counts_as_missed_announced_or_not(made: Company) -> None:
    announced, waiting, _resting = (a_case(made, channel="app") for _ in range(3))
    Promise.objects.filter(case=waiting).update(due_at=later(hours=47))
    Promise.objects.filter(case=_resting).update(due_at=None)
    mark_broken(later(hours=47))
    figure = solved(Period(since=NOW, until=later(days=5), now=later(hours=47, minutes=1)))
    assert (figure.missed, figure.owed, figure.n, figure.rate) == (1, 1, 1, 0.0)
    mark_broken(later(hours=49))
    figure = solved(Period(since=NOW, until=later(days=5), now=later(hours=50)))
    assert (figure.missed, figure.owed, figure.kept) == (2, 2, 0)
    assert solve_of(announced).state == "broken"


def test_what_is_owed_took_at_least_the_time_so_far_and_rests_count_on_the_wall_only(made: Company) -> None:
    case = a_case(made, channel="app")
    Rest.objects.create(case=case, began_at=later(hours=10), ended_at=later(hours=20), reason="parts")
    Promise.objects.filter(case=case, about="solve").update(due_at=later(hours=58))
    mark_broken(later(hours=60))
    figure = solved(Period(since=NOW, until=later(days=9), now=later(hours=60)))
    assert (figure.working.max, figure.wall.max) == (50 * 3600, 60 * 3600)


def test_a_promise_belongs_to_the_month_in_which_it_was_decided(made: Company) -> None:
    early, late = a_case(made, channel="app"), a_case(made, channel="app")
    ended(early, after=timedelta(hours=1))  # due 48 hours later, kept at once
    ended(late, after=timedelta(days=30), state="broken")  # due 48 hours later, made good a month later
    before = Period(since=later(hours=-1), until=later(hours=2), now=later(days=40))
    due = Period(since=later(hours=2), until=later(hours=49), now=later(days=40))
    after = Period(since=later(hours=49), until=later(days=40), now=later(days=40))
    assert [(solved(one).kept, solved(one).missed) for one in (before, due, after)] == [
        (1, 0),
        (0, 1),
        (0, 0),
    ]


def test_late_proofs_are_kept_and_told_apart_and_what_was_dropped_is_in_no_rate(made: Company) -> None:
    proven, dropped, kept = (a_case(made, channel="app") for _ in range(3))
    row = ended(proven, after=timedelta(hours=3))
    Promise.objects.filter(id=row.id).update(breach_withdrawn_at=later(days=3))
    ended(dropped, after=timedelta(hours=2), state="void", how="dropped")
    ended(kept, after=timedelta(hours=1))
    figure = solved()
    assert (figure.kept, figure.proven_late, figure.dropped, figure.n, figure.rate) == (2, 1, 1, 2, 1.0)
    assert figure.wall.ordered == (3600, 3 * 3600)


def test_both_clocks_are_told_as_percentiles(made: Company) -> None:
    for hours in range(1, 21):
        ended(a_case(made, channel="app"), after=timedelta(hours=2 * hours), worked=hours * 3600)
    figure = solved()
    for times, factor in ((figure.working, 1), (figure.wall, 2)):
        assert times.ordered == tuple(factor * 3600 * hours for hours in range(1, 21))
        assert (times.p50, times.p90, times.p95) == tuple(
            nearest_rank(times.ordered, percent) for percent in (50, 90, 95)
        )
    assert (figure.working.p50, figure.working.p95) == (10 * 3600, 19 * 3600)


def test_figures_are_cut_to_the_nodes_that_a_reader_sees(made: Company) -> None:
    mine, other = a_case(made, channel="app"), a_case(made, channel="app")
    Promise.objects.filter(case=other).update(node=made.authorised)
    Promise.objects.filter(case=mine).update(node=made.own)
    for case in (mine, other):
        ended(case, after=timedelta(hours=1))
    seen = {
        role: solved(cut=scope_of(made.viewer(role), {})).n
        for role in (Role.MANAGER, Role.SERVICE_POINT_OWNER)
    }
    assert seen == {Role.MANAGER: 2, Role.SERVICE_POINT_OWNER: 1}
    assert solved(cut=scope_of(made.viewer(Role.MANAGER), {"kind": "installation"})).n == 0


def test_every_figure_has_its_rows(made: Company) -> None:
    for hours in (1, 2, 3):
        ended(a_case(made, channel="app"), after=timedelta(hours=hours))
    ended(a_case(made, channel="app"), after=timedelta(days=3), state="broken")
    ended(a_case(made, channel="app"), after=timedelta(hours=1), state="void", how="dropped")
    a_case(made, channel="app")  # open, overdue by the end, not announced
    a_case(made, channel="app", now=later(hours=-1))
    figure = solved()
    scope = scope_of(made.viewer(Role.MANAGER), {})
    counts = {which: behind("solve", which, DAYS, scope).count() for which in WHICH}
    told = {which: figure.n if which == "decided" else getattr(figure, which) for which in WHICH}
    assert counts == told
    assert told == {"kept": 3, "missed": 3, "owed": 2, "proven_late": 0, "dropped": 1, "decided": 6}


@pytest.mark.demand("S2-53")
def test_the_rates_of_the_profile_are_judged(made: Company) -> None:
    for minutes in range(1, 13):
        case = a_case(made, channel="app")
        Promise.objects.filter(case=case, about="first_response").update(
            state="kept", open=False, ended_how="done", ended_at=later(minutes=minutes), worked_seconds=60
        )
    period = Period(since=NOW, until=later(days=1), now=later(hours=1))
    rates = commitments_in_force().base().clauses
    told = {one.clause.id: one for one in judged(rates, figures_of(period), period)}
    first = told["first_response_rate"]
    assert (first.n, first.value, first.met) == (12, 1.0, True)
    assert (told["chase_rate"].n, told["chase_rate"].met) == (0, None)


def test_figures_cost_five_statements_however_many_rows(made: Company) -> None:
    ended(a_case(made, channel="app"), after=timedelta(hours=1))
    few = len(statements(lambda: figures_of(DAYS)))
    for hours in (1, 2, 3, 4):
        ended(a_case(made, channel="app"), after=timedelta(hours=hours))
    many = len(statements(lambda: figures_of(DAYS)))
    assert (few, many) == (5, 5)


def test_elapsed_time_is_whole_seconds_on_either_database(made: Company) -> None:
    row = ended(a_case(made, channel="app"), after=timedelta(hours=1, microseconds=250))
    found = Promise.objects.filter(id=row.id).annotate(s=figures.Elapsed("ended_at", "began_at")).get()
    assert getattr(found, "s") == 3600  # noqa: B009 (an annotation)
    assert isinstance(row.ended_at, datetime)
