"""Open cases of another system go on here; past ones are history and wake nothing."""

from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bihuan.ground.journal.models import Entry, Reaction
from bihuan.ground.journal.queries import all_faults, story_of
from bihuan.ground.vault.actions import keys
from bihuan.ground.vault.models import Key
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import Customer
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case, Tick
from bihuan.service.cases.queries import card_of, case_by_number
from bihuan.service.commitments import actions as promises
from bihuan.service.commitments.models import Difference, Promise, Rest
from bihuan.service.commitments.replaying import replay_all
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.imports import actions
from bihuan.service.imports.models import ImportLine
from bihuan.service.imports.running import carry_on, finish
from bihuan.service.imports.target import Take
from bihuan.service.improvement.counting import keep_days
from bihuan.service.improvement.models import DayFigure
from bihuan.service.improvement.queries import figures_now
from bihuan.service.improvement.scope import scope_of
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.notices.forgetting import forget_customer
from bihuan.service.notices.models import Notice
from bihuan.service.satisfaction.models import Survey
from bihuan.web.agents.telling import Known, line_of
from tests import loops
from tests.makers import NOW, Company, company, later, settle
from tests.service.imports import sheets
from tests.service.imports.bringing import brought_in, looked, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]

OPEN = [
    "原工单号",
    "报修时间",
    "服务类型",
    "问题描述",
    "姓名",
    "手机",
    "地址",
    "品类",
    "品牌",
    "状态",
    "网点",
    "师傅",
]
PAST = [
    "工单号",
    "报修时间",
    "类型",
    "问题描述",
    "姓名",
    "手机",
    "产品",
    "状态",
    "完工时间",
    "处理结果",
    "费用",
    "满意度",
]
ADDRESS = "杭州市西湖区文新街道文一西路1号2幢301室"


@pytest.fixture(autouse=True)
def _a_disk_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.BIHUAN_DATA = tmp_path / "data"
    settings.BIHUAN_DATA.mkdir()


@pytest.fixture
def made() -> Company:
    return company()


def an_open(number: str, state: str = "", point: str = "", technician: str = "", **more: str) -> list[Any]:
    kind, words = more.get("kind", "维修"), more.get("words", "冰箱不制冷")
    phone = more.get("phone", f"139{crc32(number.encode()) % 10**8:08d}")
    opened = more.get("opened", "2026-11-10 09:30")
    return [number, opened, kind, words, "李春梅", phone, ADDRESS, "冰箱", "澄川", state, point, technician]


def a_past(number: str, **more: Any) -> list[Any]:
    phone = more.get("phone", "13900000001")
    state, outcome = more.get("state", "已结案"), more.get("outcome", "已修复")
    done = more.get("done", "2025-05-02 15:40")
    return [
        number,
        "2025-05-01 09:00",
        "维修",
        "漏水",
        "李春梅",
        phone,
        "冰箱",
        state,
        done,
        outcome,
        "120元",
        "5",
    ]


def open_file(*rows: list[Any]) -> bytes:
    return sheets.xlsx([OPEN, *rows])


def past_file(*rows: list[Any]) -> bytes:
    return sheets.xlsx([PAST, *rows])


def the(number: str) -> Case:
    return Case.objects.select_related("customer__key", "report").get(outside_number=number)


def bring(made: Company, kind: str, clear: bytes) -> Any:
    return brought_in(made.viewer(Role.ADMINISTRATOR), kind, clear)


def test_an_open_case_is_a_case_like_any_other(made: Company) -> None:
    run = bring(made, "cases", open_file(an_open("WX1")))
    assert (run.looked, run.written) == ({"new": 1}, {"new": 1})
    case = the("WX1")
    assert (case.card, case.stands_at, case.open, case.category, case.district) == (
        "repair",
        "to_accept",
        True,
        "refrigerator",
        "西湖区",
    )
    assert case.number == "AF20261110001"
    assert keys(case.customer.key).open(case.report.words_sealed) == "冰箱不制冷"
    [brought, promised] = story_of(case.chain_id)
    assert (brought.event.kind, promised.event.kind) == ("case.brought_in", "promise.made")
    assert (brought.happened_at, brought.recorded_at) == (case.opened_at, NOW)
    assert list(all_faults()) == []


def test_its_promises_begin_when_it_is_brought_in(made: Company) -> None:
    bring(made, "cases", open_file(an_open("WX1")))
    held = Promise.objects.filter(case=the("WX1"))
    assert {one.began_at for one in held} == {NOW}
    assert {one.about for one in held} == {
        "dispatch",
        "first_response",
        "plan",
        "solve",
        "statutory_remedy",
    }
    assert promises.mark_broken(NOW) == 0
    assert the("WX1").next_due_at == min(one.due_at for one in held if one.due_at)


def test_the_second_reckoning_of_its_promises_finds_the_same(made: Company) -> None:
    bring(made, "cases", open_file(an_open("WX1"), an_open("WX2", "待配件", "文新网点")))
    checked = replay_all(now=later(hours=1), everything=True)
    assert (checked.checked, checked.different) == (Promise.objects.count(), 0)
    assert Difference.objects.count() == 0


def test_what_lies_behind_is_not_promised_again(made: Company) -> None:
    technician = made.technicians[0]
    bring(made, "cases", open_file(an_open("WX1", "待预约", "文新网点", technician.number)))
    about = set(Promise.objects.filter(case=the("WX1")).values_list("about", flat=True))
    assert about == {"plan", "solve", "statutory_remedy"}


def test_a_named_service_point_has_it_and_a_named_technician_too(made: Company) -> None:
    technician = made.technicians[0]
    bring(
        made,
        "cases",
        open_file(an_open("WX1", "待派工", "文新网点"), an_open("WX2", "已派工", "", technician.number)),
    )
    one, two = the("WX1"), the("WX2")
    assert (one.stands_at, one.node_id) == ("to_assign", made.own.id)
    assert Offer.objects.get(case=one).state == Offer.ACCEPTED
    assert set(Tick.objects.filter(case=one).values_list("need", flat=True)) == {"service_point_accepted"}
    assert (two.stands_at, two.node_id, two.technician_person_id) == (
        "to_book",
        technician.node_id,
        technician.person_id,
    )
    assert Assignment.objects.get(case=two).state == Assignment.ACCEPTED
    assert Visit.objects.get(case=two).state == Visit.PLANNED


def test_on_hold_its_clocks_rest_for_the_reason_told(made: Company) -> None:
    bring(made, "cases", open_file(an_open("WX1", "待配件", "文新网点")))
    case = the("WX1")
    assert (case.stands_at, case.hold_reason) == ("on_hold", "parts")
    assert Rest.objects.get(case=case).began_at == NOW
    assert Promise.objects.get(case=case, about="solve").due_at is None


@pytest.mark.parametrize(("state", "code"), [("已完工", "finished_already"), ("飞走了", "state_unknown")])
def test_a_state_that_cannot_be_carried_on_is_refused(made: Company, state: str, code: str) -> None:
    run = looked(made.viewer(Role.ADMINISTRATOR), "cases", open_file(an_open("WX1", state)))
    assert run.looked == {"refused": 1}
    assert ImportLine.objects.get(run=run).codes == [[code, "state"]]


def test_an_unknown_service_point_is_refused_and_an_unknown_technician_is_said(made: Company) -> None:
    clear = open_file(an_open("WX1", "", "没有的网点"), an_open("WX2", "待预约", "文新网点", "没有的师傅"))
    run = bring(made, "cases", clear)
    assert run.written == {"refused": 1, "new": 1}
    assert the("WX2").stands_at == "to_assign"


def test_the_same_file_again_doubles_nothing(made: Company) -> None:
    clear = open_file(an_open("WX1"), an_open("WX1"), an_open("WX2"))
    assert bring(made, "cases", clear).written == {"new": 2, "same": 1}
    before = (Case.objects.count(), Report.objects.count(), Customer.objects.count(), Entry.objects.count())
    assert bring(made, "cases", clear).written == {"same": 3}
    entries = Entry.objects.exclude(kind__startswith="import").count()
    assert (Case.objects.count(), Report.objects.count(), Customer.objects.count()) == before[:3]
    assert entries <= before[3]


def test_an_open_case_is_offered_and_goes_the_whole_way(made: Company) -> None:
    bring(made, "cases", open_file(an_open("WX1")))
    loop = loops.Loop(made, NOW)
    loop.case = the("WX1")
    for step in loops.STEPS[1:]:
        step(loop)
    case = the("WX1")
    assert (case.stands_at, case.open) == ("closed", False)
    assert list(all_faults()) == []
    assert replay_all(now=loop.at, everything=True).different == 0


def test_a_case_nobody_has_is_offered_by_itself(made: Company) -> None:
    bring(made, "cases", open_file(an_open("WX1"), an_open("WX2", "待派工", "文新网点")))
    settle()
    assert Offer.objects.get(case=the("WX1")).state == Offer.OPEN
    assert Notice.objects.exclude(customer=None).count() == 0  # no customer is told anything


def test_a_past_case_wakes_nothing(made: Company) -> None:
    run = bring(made, "past_cases", past_file(a_past("GD1"), a_past("GD2", phone="13900000002")))
    assert run.written == {"new": 2}
    case = the("GD1")
    assert (case.stands_at, case.open, case.outcome, case.closed_how) == ("closed", False, "finished", "")
    assert case.number == "AF20250501001"
    [told] = story_of(case.chain_id)
    assert (told.event.kind, told.event.fee_fen, told.event.score) == ("case.past_brought_in", 12000, 5)
    assert told.happened_at == case.opened_at
    assert [model.objects.count() for model in (Promise, Survey, Notice, Reaction, Offer)] == [0, 0, 0, 0, 0]


def test_a_past_case_is_no_work_of_today(made: Company) -> None:
    bring(made, "past_cases", past_file(a_past("GD1")))
    scope = scope_of(made.viewer(Role.MANAGER), {})
    figures = figures_now(scope, now=NOW)
    assert {name: one.today for name, one in figures.items() if one.today} == {}
    assert keep_days(NOW) > 0


def test_the_days_of_a_past_case_are_summed_anew(made: Company) -> None:
    bring(made, "past_cases", past_file(a_past("GD1", done="2026-11-20 10:00")))
    while keep_days(NOW):
        pass
    day = date(2026, 11, 20)
    done = DayFigure.objects.filter(day=day, figure="done", category="*")
    assert [one.count for one in done] == [1]
    bring(made, "past_cases", past_file(a_past("GD2", done="2026-11-20 12:00")))
    while keep_days(NOW):
        pass
    assert [one.count for one in done.all()] == [2]


def test_a_withdrawn_and_an_unfinished_past_case(made: Company) -> None:
    rows = (
        a_past("GD1", state="已取消", outcome=None, done=None),
        a_past("GD2", state="处理中", done=None, outcome=None),
    )
    run = bring(made, "past_cases", past_file(*rows))
    assert run.written == {"new": 1, "refused": 1}
    case = the("GD1")
    assert (case.stands_at, case.closed_how, case.done_at) == ("withdrawn", "withdrawn", None)


def test_an_import_of_cases_is_taken_back_and_only_their_stories_stay(made: Company) -> None:
    figures = figures_now(scope_of(made.viewer(Role.MANAGER), {}), now=NOW)
    run = bring(made, "cases", open_file(an_open("WX1"), an_open("WX2", "待派工", "文新网点")))
    settle()
    chain = the("WX1").chain_id
    taken_back(made.viewer(Role.ADMINISTRATOR), run)
    assert run.undone == {"taken_back": 2, "kept": 0}
    left = (Case, Report, RawMessage, Promise, Offer, Customer)
    assert [model.objects.count() for model in left] == [0] * 6
    assert story_of(chain)[-1].event.kind == "case.import_undone"
    assert list(all_faults()) == []
    assert settle(later(hours=1)) == 0
    assert figures_now(scope_of(made.viewer(Role.MANAGER), {}), now=NOW) == figures


def test_what_was_worked_on_since_stays_and_is_listed(made: Company) -> None:
    run = bring(made, "cases", open_file(an_open("WX1"), an_open("WX2")))
    settle()
    agent = made.viewer(Role.AGENT)
    move_case(the("WX1"), "cancel", doer=Doer.of(agent), now=later(minutes=1), reason="customer")
    taken_back(made.viewer(Role.ADMINISTRATOR), run)
    assert run.undone == {"taken_back": 1, "kept": 1}
    assert list(Case.objects.values_list("outside_number", flat=True)) == ["WX1"]
    assert Customer.objects.count() == 1


def test_erasing_the_customer_of_a_past_case_makes_it_unreadable(made: Company) -> None:
    bring(made, "past_cases", past_file(a_past("GD1")))
    case = the("GD1")
    forget_customer(made.viewer(Role.ADMINISTRATOR), case.customer_id, now=NOW)
    hand = keys(Key.objects.get(id=case.customer.key_id))
    assert (hand.open(case.report.words_sealed), hand.open(case.customer.name_sealed)) == (None, None)
    assert hand.open(RawMessage.objects.get().body_sealed) is None
    assert list(all_faults()) == []


def test_a_complaint_stands_where_its_own_card_has_that_place(made: Company) -> None:
    bring(made, "cases", open_file(an_open("TS1", "调查中", kind="投诉", words="师傅迟到")))
    case = the("TS1")
    assert (case.card, case.stands_at) == ("complaint", "investigating")
    assert case.stands_at in card_of(case).place_names


def test_the_case_is_found_by_its_new_number_and_says_where_it_comes_from(made: Company) -> None:
    run = bring(made, "cases", open_file(an_open("WX1", "待派工", "文新网点")))
    found = case_by_number(made.viewer(Role.AGENT), the("WX1").number)
    [brought, *_] = story_of(found.chain_id)
    words = line_of(brought, Known(card=card_of(found))).words
    assert f"import {run.id}" in words


def test_a_run_of_cases_that_was_killed_is_carried_on_and_doubles_nothing(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bihuan.service.imports.staging.BATCH", 2)
    viewer = made.viewer(Role.ADMINISTRATOR)
    run = looked(viewer, "cases", open_file(*(an_open(f"WX{at}") for at in range(5))))
    actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
    assert carry_on(run.id, now=NOW, seconds=0)
    assert Case.objects.count() == 2  # a whole batch; then the worker dies
    finish(run.id, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.written, Case.objects.count()) == (run.DONE, {"new": 5}, 5)
    assert list(all_faults()) == []


@pytest.mark.parametrize("kind", ["cases", "past_cases"])
def test_a_batch_costs_the_same_statements_however_many_rows_it_has(made: Company, kind: str) -> None:
    viewer = made.viewer(Role.ADMINISTRATOR)
    row = an_open if kind == "cases" else a_past

    def statements_of(first: int, count: int) -> int:
        numbers = range(first, first + count)
        rows = [row(f"WX{at}", phone=f"1390001{at:04d}") for at in numbers]
        run = looked(viewer, kind, (open_file if kind == "cases" else past_file)(*rows))
        actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
        with CaptureQueriesContext(connection) as seen:
            finish(run.id, now=NOW)
        return sum(not one["sql"].startswith(("BEGIN", "COMMIT")) for one in seen.captured_queries)

    statements_of(1, 2)  # what is remembered is read
    few, many = statements_of(100, 5), statements_of(200, 60)
    assert many < few + 30  # what is remembered may be read again meanwhile; 55 more rows cost nothing


def test_the_page_of_a_case_says_where_it_comes_from(made: Company, client: Client) -> None:
    bring(made, "cases", open_file(an_open("WX1", "待配件", "文新网点")))
    bring(made, "past_cases", past_file(a_past("GD1")))
    client.force_login(made.people[Role.AGENT])
    client.cookies["language"] = "en"
    for number, words in (("WX1", "Brought in from another system"), ("GD1", "as a past case")):
        page = client.get(f"/desk/case/{the(number).number}")
        assert words in page.content.decode()
