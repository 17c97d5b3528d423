"""The figures of a day against an independent count from the journal, as known at any moment; frozen and told."""

import json
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django.plugin import DjangoDbBlocker

from bihuan.ground.journal.event import CLOCK
from bihuan.ground.journal.models import Entry
from bihuan.ground.vault.actions import keys_of
from bihuan.registers.access.errors import NotAllowed
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case, tick
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.owning import give_to
from bihuan.service.cases.talking import chase
from bihuan.service.commitments import actions as commitments
from bihuan.service.commitments.models import Promise
from bihuan.service.improvement.day_facts import gather_day_facts
from bihuan.service.improvement.day_reports import (
    corrections,
    frozen_figures,
    frozen_late,
    gather_once,
    load_rule,
    report_days,
    report_of,
    send_again,
    told_on,
)
from bihuan.service.improvement.day_rows import late_list, source_of_day
from bihuan.service.improvement.days import AGE_NAMES, FIGURES, TOLD, Day, day_of, figures_of
from bihuan.service.improvement.models import DayFact, DayReport, DayRule
from bihuan.service.improvement.rules import WHEN
from bihuan.service.improvement.scope import Scope, scope_of
from bihuan.service.notices.groups import keep_group
from bihuan.service.notices.models import Notice
from tests.afterwards import CUSTOMER, a_done_case, finish_work
from tests.makers import Company, a_case, company, settle
from tests.shared import rows_of_a_module
from tests.statements import statements

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)  # a Monday, 14:00 in Shanghai
MORNING = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)  # 08:30 on the day after
MONDAY = date(2026, 11, 30)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def everything(made: Company, **chosen: str) -> Scope:
    return scope_of(made.viewer(Role.MANAGER), chosen)


@pytest.fixture(scope="module")
def written(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Company]:
    with rows_of_a_module(django_db_blocker):
        yield a_week()


@pytest.fixture
def week(written: Company, db: None) -> Company:
    """The week, written once for all tests; each has it for itself."""
    return deepcopy(written)


def a_week() -> Company:
    """A week of work, recorded in the order in which it happened: new, done, by phone, withdrawn, opened again."""
    made = company()
    for hours in (1, 3, 20, 25, 30, 47, 50, 70, 80, 170, 171, 175):
        a_case(made, now=ago(hours=hours))
    for hours, back in ((2, 1), (26, 25), (90, 2), (172, 169), (180, 26), (200, 172)):
        a_done_case(made, now=ago(hours=hours), done_at=ago(hours=back))
    for case in Case.objects.filter(opened_at__in=[ago(hours=3), ago(hours=50)]):
        chase(case, by=CUSTOMER, now=ago(hours=1))
    gone = Case.objects.get(opened_at=ago(hours=80))
    move_case(gone, "cancel", doer=Doer.house(CLOCK), now=ago(hours=2), reason="customer")
    again = Case.objects.get(opened_at=ago(hours=180))
    for name in ("low_score", "back_to_work"):
        move_case(again, name, doer=Doer.house(CLOCK), now=ago(hours=20), reason="not_solved")
    a_case(made, now=ago(hours=4), kind="complaint")
    commitments.mark_broken(NOW)
    return made


def spans_of(day: Day) -> dict[str, tuple[datetime, datetime]]:
    return {when: (span.since, span.until) for when, span in day.spans.items()}


def independent(day: Day) -> Counter[tuple[str, str]]:
    """Told from the entries of the journal alone, case by case, in Python."""
    found: Counter[tuple[str, str]] = Counter()
    kinds = {case.id: case.kind for case in Case.objects.all()}
    stories: dict[int, list[tuple[datetime, str, dict[str, str]]]] = {}
    entries = Entry.objects.filter(chain__isnull=False, recorded_at__lte=day.known_at).order_by(
        "chain_id", "seq"
    )
    for entry in entries:
        facts = json.loads(entry.body)["facts"]
        stories.setdefault(entry.subject_id, []).append((entry.happened_at, entry.kind, facts))
    plain = {
        "case.opened": "opened",
        "case.done": "done",
        "case.chased": "chased",
        "dispatch.offered": "offered",
    }
    plain["dispatch.returned"] = "returned"
    for when, (since, until) in spans_of(day).items():
        for case_id, story in stories.items():
            unfinished, opened = False, None
            for at, kind, facts in story:
                if kind in plain and since <= at < until:
                    found[plain[kind], when] += 1
                    found["complaints", when] += kind == "case.opened" and kinds[case_id] == "complaint"
                if at <= until:
                    opened = at if kind == "case.opened" else opened
                    unfinished = kind == "case.opened" or unfinished
                    unfinished = unfinished and kind not in ("case.done", "case.closed")
                    if kind == "case.moved" and facts["move"] == "back_to_work":
                        unfinished = True
            if unfinished and opened is not None:
                hours = (until - opened).total_seconds() / 3600
                at_most = next(
                    (name for most, name in ((24, "to_24"), (48, "to_48"), (72, "to_72")) if hours <= most),
                    "",
                )
                found[at_most or "over_72", when] += 1
                found["unfinished", when] += 1
    return found


COUNTED = ("opened", "done", "chased", "complaints", "offered", "returned", "unfinished", *AGE_NAMES)


@pytest.mark.demand("U-11")
@pytest.mark.parametrize("back", range(9))
def test_every_figure_of_any_day_is_what_the_journal_tells(week: Company, back: int) -> None:
    day = day_of(MONDAY - timedelta(days=back), now=NOW)
    figures, told = figures_of(everything(week), day), independent(day)
    for name in COUNTED:
        assert (name, [figures.total(name, when) for when in WHEN]) == (
            name,
            [told[name, when] for when in WHEN],
        )


@pytest.mark.demand("U-11")
@pytest.mark.parametrize("back", [0, 1, 7])
def test_every_figure_opens_the_rows_it_was_counted_from(week: Company, back: int) -> None:
    day, scope = day_of(MONDAY - timedelta(days=back), now=NOW), everything(week)
    figures = figures_of(scope, day)
    for name in FIGURES:
        for when in WHEN:
            source = source_of_day(name, scope, day, when=when)
            rows = list(source.rows.order_by(*source.key))
            found = len({row.case_id for row in rows}) if name == "late" else len(rows)
            assert (name, when, found) == (name, when, figures.total(name, when))


def test_promises_overdue_are_counted_by_case_and_listed_with_who_why_and_since_when(week: Company) -> None:
    day, scope = day_of(MONDAY, now=NOW), everything(week)
    late = late_list(scope, day)
    owed = Promise.objects.filter(open=True, quiet=False, broken_at__lte=NOW)
    assert {one.case_id for one in late} == set(owed.values_list("case_id", flat=True))
    assert len(late) == figures_of(scope, day).total("late") > 0
    first = late[0]
    case = Case.objects.get(id=first.case_id)
    assert (first.who_id, first.place) == (case.owner_id, case.stands_at)
    assert [one.since_at for one in late] == sorted(one.since_at for one in late)


@pytest.mark.demand("U-11")
def test_a_day_asked_later_as_it_was_known_then_is_the_same(week: Company) -> None:
    scope = everything(week)
    commitments.mark_broken(MORNING)
    told = figures_of(scope, day_of(MONDAY, now=MORNING))
    late = late_list(scope, day_of(MONDAY, now=MORNING))
    for case in Case.objects.filter(open=True, stands_at="to_accept").order_by("id")[:4]:
        give_to(case, node_id=week.own.id, by=CLOCK, now=MORNING + timedelta(hours=1))
        finish_work(case, now=MORNING + timedelta(hours=2))
    a_case(week, now=MORNING + timedelta(hours=3))
    chase(Case.objects.latest("id"), by=CUSTOMER, now=MORNING + timedelta(hours=4))
    asked = day_of(MONDAY, now=MORNING + timedelta(days=3), known_at=MORNING)
    again = figures_of(scope, asked)
    for name in FIGURES:
        assert (name, again.compared(name)) == (name, told.compared(name))
    moved = {one.case_id: one.place for one in late_list(scope, asked)}
    assert {one.case_id: one.place for one in late} == moved


def test_work_given_to_another_node_was_unfinished_where_it_was_then(week: Company) -> None:
    case = Case.objects.get(opened_at=ago(hours=30))
    give_to(case, node_id=week.authorised.id, by=CLOCK, now=MORNING + timedelta(hours=1))
    later = MORNING + timedelta(days=1)
    there = everything(week, node=str(week.authorised.id))
    then = figures_of(there, day_of(MONDAY, now=later)).total("unfinished")
    now_is = figures_of(there, day_of(MONDAY + timedelta(days=1), now=later + timedelta(days=1))).total(
        "unfinished"
    )
    assert (then, now_is) == (0, 1)
    rows = source_of_day("unfinished", there, day_of(MONDAY, now=later)).rows
    assert list(rows) == []
    everybody = source_of_day("unfinished", everything(week), day_of(MONDAY, now=later)).rows
    assert case.id in set(everybody.values_list("id", flat=True))


def test_figures_are_cut_by_node_category_and_kind(week: Company) -> None:
    day = day_of(MONDAY, now=NOW)
    whole = figures_of(everything(week), day)
    own = figures_of(everything(week, node=str(week.own.id)), day)
    complaints = figures_of(everything(week, kind="complaint"), day)
    assert own.total("done") == whole.total("done", nodes=frozenset({week.own.id})) > 0
    assert (
        complaints.total("opened")
        == whole.total("opened", kind="complaint")
        == whole.total("complaints")
        == 1
    )
    assert figures_of(everything(week, category="gas_cooker"), day).cells == {}


def facts() -> list[tuple[object, ...]]:
    rows = DayFact.objects.values_list(
        "what", "case", "node", "category", "kind", "sign", "at", "recorded_at"
    )
    return sorted(rows)


def test_facts_of_days_can_be_made_anew_from_the_journal(week: Company) -> None:
    case = Case.objects.get(opened_at=ago(hours=30))
    give_to(case, node_id=week.authorised.id, by=CLOCK, now=NOW)
    before = facts()
    DayFact.objects.all().delete()
    assert gather_day_facts() == len(before)
    assert facts() == before
    assert (gather_day_facts(), facts()) == (len(before), before)


def test_after_an_upgrade_the_past_is_gathered_once(week: Company) -> None:
    before = facts()
    DayFact.objects.all().delete()
    load_rule()
    assert [gather_once(NOW) for _ in range(3)] == [len(before), 0, 0]
    assert facts() == before
    assert DayRule.objects.get().gathered_at == NOW


def test_the_figures_cost_the_same_statements_however_much_work_there_is(week: Company) -> None:
    scope, counts = everything(week), []
    for _ in range(2):
        counts.append(len(statements(lambda: figures_of(scope, day_of(MONDAY, now=NOW)))))
        a_case(week, now=ago(hours=2))
    assert counts == [5, 5]


# --- the morning report


def reported(made: Company) -> list[dict[str, Any]]:
    """What was told of the whole company, in the order told."""
    entries = Entry.objects.filter(kind="improvement.day_reported").order_by("id")
    told = [json.loads(entry.body)["facts"] for entry in entries]
    return [facts for facts in told if facts["node_id"] == made.head.id]


def told_figures(made: Company) -> list[list[int]]:
    return [facts["figures"] for facts in reported(made)]


@pytest.mark.demand("U-11", "S3-118")
def test_at_half_past_eight_yesterday_is_frozen_and_told_once(week: Company) -> None:
    assert report_days(MORNING - timedelta(minutes=1)) == 0
    assert report_days(MORNING) > 0
    assert (report_days(MORNING), report_days(MORNING + timedelta(hours=3))) == (0, 0)
    held = report_of(MONDAY)
    assert held is not None and held.turn == 1
    figures = figures_of(everything(week), day_of(MONDAY, now=MORNING))
    assert told_figures(week) == [[figures.total(name) for name in TOLD]]
    assert frozen_figures(held).cells == figures.cells
    assert frozen_late(held, everything(week)) == late_list(everything(week), day_of(MONDAY, now=MORNING))
    settle(MORNING)
    notices = Notice.objects.filter(kind="day_report").exclude(person=None)
    assert {one.person_id for one in notices} == {
        week.people[Role.MANAGER].id,
        week.people[Role.SUPERVISOR].id,
    }


def test_a_morning_that_was_missed_is_made_up_until_the_evening_and_not_later(week: Company) -> None:
    report_days(MORNING + timedelta(hours=6))
    assert len(told_figures(week)) == 1
    DayReport.objects.all().delete()
    report_days(MORNING + timedelta(days=1, hours=12))  # 20:30: kept, not told
    held = report_of(MONDAY + timedelta(days=1))
    assert (len(told_figures(week)), held is not None and held.turn == 0) == (1, True)
    report_days(MORNING + timedelta(days=2))
    assert len(told_figures(week)) == 2


def test_days_without_their_own_morning_are_told_together_on_the_next_one(week: Company) -> None:
    DayRule.objects.all().delete()
    in_force = DayRule.objects.create(roles=["manager"], calendar="cn-workdays")
    friday = date(2026, 12, 4)
    assert told_on(in_force, friday + timedelta(days=3)) == [
        friday + timedelta(days=ahead) for ahead in (2, 1, 0)
    ]
    assert told_on(in_force, friday) == [friday - timedelta(days=1)]
    saturday = datetime.combine(friday + timedelta(days=1), time(9), SHANGHAI)
    report_days(saturday)
    assert (report_of(friday) is not None, told_figures(week)) == (True, [])
    report_days(saturday + timedelta(days=2))
    assert len(told_figures(week)) == 3


@pytest.mark.demand("U-11")
def test_a_fact_that_came_late_is_a_correction_and_the_report_stays(week: Company) -> None:
    report_days(MORNING)
    held = report_of(MONDAY)
    assert held is not None
    assert corrections(held, now=MORNING) == []
    before = dict(frozen_figures(held).cells)
    case = Case.objects.get(opened_at=ago(hours=30))
    give_to(case, node_id=week.own.id, by=CLOCK, now=MORNING)
    late = MORNING + timedelta(hours=2)
    for name, need in (("accept", Need.SERVICE_POINT_ACCEPTED), ("assign", Need.TECHNICIAN_ASSIGNED)):
        tick(case, need, by=CLOCK, now=late)
        move_case(case, name, doer=Doer.house(CLOCK), now=late, happened_at=ago(hours=-1))
    for name, need in (
        ("book", Need.SLOT_AGREED),
        ("arrive", Need.ARRIVED),
        ("finish", Need.FUNCTIONS_TESTED),
    ):
        tick(case, need, Need.CUSTOMER_SIGNED, by=CLOCK, now=late)
        move_case(case, name, doer=Doer.house(CLOCK), now=late, happened_at=ago(hours=-2))
    changed = {one.figure: one.known - one.told for one in corrections(held, now=late)}
    assert (changed["done"], changed["unfinished"], changed["to_48"]) == (1, -1, -1)
    held.refresh_from_db()
    assert dict(frozen_figures(held).cells) == before
    assert (
        send_again(week.viewer(Role.MANAGER), MONDAY, now=late)
        == DayReport.objects.filter(day=MONDAY).count()
    )
    newest = reported(week)[-1]
    assert (newest["corrected"], newest["turn"]) == (True, 2)
    done = TOLD.index("done")
    assert newest["figures"][done] == told_figures(week)[0][done] + 1


def test_only_who_leads_sends_a_report_again(week: Company) -> None:
    report_days(MORNING)
    with pytest.raises(NotAllowed):
        send_again(week.viewer(Role.SERVICE_POINT_OWNER), MONDAY, now=MORNING)


def test_each_gets_the_figures_of_their_own_node(week: Company) -> None:
    DayRule.objects.all().delete()
    DayRule.objects.create(roles=["service_point_owner"])
    report_days(MORNING)
    settle(MORNING)
    owner = week.people[Role.SERVICE_POINT_OWNER]
    [notice] = Notice.objects.filter(kind="day_report").exclude(person=None)
    mine = DayReport.objects.get(node=week.own, day=MONDAY)
    whole = figures_of(everything(week), day_of(MONDAY, now=MORNING))
    assert notice.person_id == owner.id
    assert frozen_figures(mine).total("done") == whole.total("done", nodes=frozenset({week.own.id}))


@pytest.mark.demand("U-11")
def test_a_chat_group_hears_the_day_of_its_own_node_once_and_nothing_of_a_customer(week: Company) -> None:
    group = keep_group(
        week.viewer(Role.ADMINISTRATOR),
        None,
        now=NOW,
        name="网点群",
        kind="wecom",
        webhook="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
        secret="",
        node_id=week.own.id,
        news=["day_report"],
        calendar="24x7",
        language="zh-hans",
    )
    report_days(MORNING)
    settle(MORNING)
    [told] = Notice.objects.filter(kind="day_report", group=group)
    words = keys_of([told.words_sealed]).open(told.words_sealed) or ""
    mine = frozen_figures(DayReport.objects.get(node=week.own, day=MONDAY))
    assert f"{week.own.name}日报 11-30 进单{mine.total('opened')}，完工{mine.total('done')}" in words
    assert ("/manage/day/2026-11-30" in words, "张三" in words, "138" in words) == (True, False, False)
