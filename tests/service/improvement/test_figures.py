"""The trade's figures against an independent count of the same rows, and the sums of days against the rows."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.plugin import DjangoDbBlocker

from bihuan.ground.journal.event import CLOCK
from bihuan.ground.journal.models import Entry
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case
from bihuan.service.cases.owning import give_to
from bihuan.service.cases.talking import chase
from bihuan.service.commitments import actions as commitments
from bihuan.service.commitments.models import Promise
from bihuan.service.improvement import counting
from bihuan.service.improvement.models import DayFigure, DayKept, Happened
from bihuan.service.improvement.queries import figures_now, late_cases, trends
from bihuan.service.improvement.rows import FIGURES, source_of
from bihuan.service.improvement.rules import AGES, WHEN, mean, opened_between, rate, windows
from bihuan.service.improvement.scope import Scope, scope_of
from bihuan.service.satisfaction import asking, closing
from bihuan.service.satisfaction.models import Survey
from tests.afterwards import CUSTOMER, HAPPY, a_done_case, asked, rescued
from tests.makers import Company, a_case, company
from tests.shared import rows_of_a_module
from tests.statements import statements

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)  # a Monday, 14:00 in Shanghai


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def everything(made: Company, **chosen: str) -> Scope:
    return scope_of(made.viewer(Role.MANAGER), chosen)


def test_today_is_compared_with_the_same_stretch_of_the_wall_clock() -> None:
    spans = windows(NOW, SHANGHAI)
    assert [spans[when].until for when in WHEN] == [NOW, ago(days=1), ago(days=7)]
    assert {spans[when].until - spans[when].since for when in WHEN} == {timedelta(hours=14)}


@given(st.integers(min_value=0, max_value=200 * 3600))
def test_every_age_falls_into_exactly_one_group(seconds: int) -> None:
    opened = NOW - timedelta(seconds=seconds)
    groups = []
    for age, *_ in AGES:
        after, upto = opened_between(age, NOW)
        if (after is None or opened > after) and upto is not None and opened <= upto:
            groups.append(age)
    assert len(groups) == 1


def test_nothing_divided_by_nothing_is_no_rate() -> None:
    assert (rate(0, 0), rate(3, 4), mean(0, 0), mean(9, 2)) == (None, 75.0, None, 4.5)


@pytest.fixture(scope="module")
def written(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Company]:
    with rows_of_a_module(django_db_blocker):
        yield a_week()


@pytest.fixture
def week(written: Company, db: None) -> Company:
    """The week, written once for all tests; each has it for itself."""
    return deepcopy(written)


def a_week() -> Company:
    """A week of work: new, done, late, chased, withdrawn, complained, scored, rescued and silent cases."""
    made = company()
    for hours in (1, 3, 20, 25, 30, 47, 50, 70, 80, 170, 171, 175):
        a_case(made, now=ago(hours=hours))
    for hours, back in ((2, 1), (26, 25), (90, 2), (172, 169), (180, 26), (200, 172)):
        a_done_case(made, now=ago(hours=hours), done_at=ago(hours=back))
    for case in Case.objects.filter(opened_at__in=[ago(hours=3), ago(hours=50)]):
        chase(case, by=CUSTOMER, now=ago(hours=1))
        chase(case, by=CUSTOMER, now=ago(hours=25))
    gone = Case.objects.get(opened_at=ago(hours=80))
    move_case(gone, "cancel", doer=Doer.house(CLOCK), now=ago(hours=2), reason="customer")
    a_case(made, now=ago(hours=4), kind="complaint")
    unsolved = a_done_case(made, now=ago(hours=40), done_at=ago(hours=30))
    asking.say_solved(
        asked(unsolved, now=ago(hours=29)), solved=False, via="link", by=CUSTOMER, now=ago(hours=28)
    )
    rescued(unsolved, made, solved=False, now=ago(hours=3))
    for points, hours in ((5, 7), (4, 8), (2, 26)):
        case = a_done_case(made, now=ago(hours=hours + 20), done_at=ago(hours=hours + 1))
        asking.answer(
            asked(case, now=ago(hours=hours)),
            dict.fromkeys(HAPPY, points),
            words="",
            by=CUSTOMER,
            now=ago(hours=hours),
        )
    silent = a_done_case(made, now=ago(hours=100), done_at=ago(hours=90))
    asked(silent, now=ago(hours=78))
    closing.close_silent(ago(hours=1))
    commitments.mark_broken(NOW)
    return made


def independent(figure: str, at: datetime) -> int:
    """Counted in Python, from all rows, without windows or indexes."""
    local = at.astimezone(SHANGHAI)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    cases = list(Case.objects.all())
    ages = {"to_24": (0, 24), "to_48": (24, 48), "to_72": (48, 72), "over_72": (72, 10_000)}

    def within(moment: datetime | None) -> bool:
        return moment is not None and midnight <= moment < at

    def open_at(case: Case) -> bool:
        ended = case.done_at or case.closed_at
        return case.opened_at <= at and (ended is None or ended > at)

    if figure in ages:
        least, most = ages[figure]
        old = [(at - case.opened_at).total_seconds() / 3600 for case in cases if open_at(case)]
        return sum(1 for hours in old if (least < hours or least == 0) and hours <= most)
    match figure:
        case "opened":
            return sum(within(case.opened_at) for case in cases)
        case "done":
            return sum(within(case.done_at) for case in cases)
        case "broken":
            return sum(within(row.broken_at) for row in Promise.objects.all())
        case "chased":
            chases = Entry.objects.filter(kind="case.chased")
            return sum(within(entry.happened_at) for entry in chases)
    unsolved = Entry.objects.filter(kind="satisfaction.not_solved")
    complaints = sum(within(case.opened_at) for case in cases if case.kind == "complaint")
    return complaints + sum(within(entry.happened_at) for entry in unsolved)


@pytest.mark.demand("U-11", "S0-07", "S3-181")
def test_every_figure_equals_an_independent_count_today_yesterday_and_last_week(week: Company) -> None:
    figures = figures_now(everything(week), now=NOW)
    for name in ("opened", "done", "broken", "chased", "complaints", *(age for age, *_ in AGES)):
        found = figures[name]
        expected = [independent(name, at) for at in (NOW, ago(days=1), ago(days=7))]
        assert (name, [found.today, found.yesterday, found.last_week]) == (name, expected)


@pytest.mark.demand("U-11")
def test_every_figure_opens_the_rows_it_was_counted_from(week: Company) -> None:
    scope = everything(week)
    figures = figures_now(scope, now=NOW)
    for name in ("opened", "done", "broken", "chased", "unfinished", *(age for age, *_ in AGES)):
        for when in WHEN:
            source = source_of(name, scope, when=when, now=NOW)
            assert (name, when, source.rows.count()) == (name, when, getattr(figures[name], when))
    for when in WHEN:
        opened = [
            source_of(one, scope, when=when, now=NOW).rows.count() for one in ("complaints", "escalated")
        ]
        assert sum(opened) == getattr(figures["complaints"], when)


def test_the_rows_of_every_figure_can_be_paged_by_their_key(week: Company) -> None:
    for figure in FIGURES:
        source = source_of(figure, everything(week), when="today", now=NOW)
        rows = list(source.rows.order_by(*source.key)[:3])
        assert (figure, [source.case(row).number[:2] for row in rows]) == (figure, ["AF"] * len(rows))


def test_figures_are_cut_by_node_category_and_kind(week: Company) -> None:
    own = figures_now(everything(week, node=str(week.own.id)), now=NOW)
    other = figures_now(everything(week, node=str(week.authorised.id)), now=NOW)
    none = figures_now(everything(week, category="gas_cooker"), now=NOW)
    complaints = figures_now(everything(week, kind="complaint"), now=NOW)
    assert own["done"].today == Case.objects.filter(done_at__gte=ago(hours=14), node=week.own).count() > 0
    assert (other["done"].today, none["opened"].today, complaints["opened"].today) == (0, 0, 1)


def test_an_owner_of_a_service_point_sees_the_figures_of_that_point_only(week: Company) -> None:
    give_to(Case.objects.get(opened_at=ago(hours=1)), node_id=week.own.id, by=CLOCK, now=NOW)
    scope = scope_of(week.viewer(Role.SERVICE_POINT_OWNER), {"node": str(week.authorised.id)})
    assert (scope.nodes, figures_now(scope, now=NOW)["to_24"].today) == ((week.own.id,), 1)


@pytest.mark.demand("S3-118", "S2-40")
def test_the_sums_of_days_and_of_today_are_the_rows(week: Company) -> None:
    for _ in range(3):
        counting.keep_days(NOW)
    for chosen in ({}, {"category": "refrigerator"}, {"kind": "repair"}):
        assert_summed(week, chosen)


def assert_summed(week: Company, chosen: dict[str, str]) -> None:
    found = trends(everything(week, **chosen), now=NOW)
    cases = Case.objects.exclude(kind="complaint") if chosen.get("kind") else Case.objects.all()
    by_day = Counter(case.opened_at.astimezone(SHANGHAI).date() for case in cases)
    assert dict(zip(found.days, found.line("opened"), strict=True)) == {
        day: by_day[day] for day in found.days
    }
    scores = found.satisfaction()
    assert (scores.answered, scores.satisfied, scores.means["overall"]) == (3, 2, 3.67)
    sent = Survey.objects.filter(sent_at__isnull=False).count()
    assert (scores.asked, scores.top_two, scores.response) == (sent, 66.7, round(300 / sent, 1))


@pytest.mark.demand("U-06")
def test_silence_is_never_counted_as_satisfied(week: Company) -> None:
    counting.keep_days(NOW)
    assert Case.objects.filter(closed_how="no_answer").count() == 1
    scores = trends(everything(week), now=NOW).satisfaction()
    silent = Survey.objects.filter(sent_at__isnull=False, answered_at__isnull=True).count()
    assert (scores.asked - scores.answered, scores.satisfied) == (silent, 2)


def test_promises_kept_are_counted_clause_by_clause_with_their_number(week: Company) -> None:
    counting.keep_days(NOW)
    found = {one.about: (one.kept, one.decided) for one in trends(everything(week), now=NOW).promises()}
    rows = Promise.objects.exclude(state="void")
    kept = Counter(row.about for row in rows if row.state == "kept")
    decided = kept + Counter(row.about for row in rows if row.broken_at)
    assert found == {about: (kept[about], decided[about]) for about in decided}


def test_sums_may_be_kept_twice_and_made_anew(week: Company) -> None:
    assert (counting.keep_days(NOW) > 0, counting.keep_days(NOW)) == (True, 0)
    before = sorted(DayFigure.objects.values_list("day", "node", "category", "kind", "figure", "count"))
    Happened.objects.all().delete()
    DayFigure.objects.all().delete()
    counting.recount(DayKept.objects.earliest("day").day, now=NOW)
    assert (
        sorted(DayFigure.objects.values_list("day", "node", "category", "kind", "figure", "count")) == before
    )


def test_work_that_came_in_for_days_already_summed_is_found(week: Company) -> None:
    counting.keep_days(NOW)
    a_done_case(week, now=ago(days=20), done_at=ago(days=19))
    assert counting.keep_days(NOW) > 0
    day = ago(days=20).astimezone(SHANGHAI).date()
    assert DayFigure.objects.get(day=day, category="*", figure="opened").count == 1


def test_what_is_late_comes_longest_over_first(week: Company) -> None:
    late = late_cases(everything(week), now=NOW)
    assert [case.next_due_at for case in late] == sorted(case.next_due_at for case in late)
    assert all(case.next_due_at < NOW for case in late)


def test_figures_cost_the_same_statements_however_many_cases(week: Company) -> None:
    scope = everything(week)
    counts = []
    for _ in range(2):
        counts.append(len(statements(lambda: (figures_now(scope, now=NOW), trends(scope, now=NOW)))))
        a_case(week, now=ago(hours=2))
    assert counts == [6, 6]
