"""An authority writes about a case: its deadline is typed, runs to the end of that day, and ends once."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import faults_of, story_of
from bihuan.ground.vault.actions import keys
from bihuan.registers.access.errors import NotAllowed, NotFound
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.complaints.errors import NoticeAnswered, NoticeRefused, NoticeTaken
from bihuan.service.complaints.models import OfficialNotice
from bihuan.service.complaints.official import answer_notice, take_notice
from bihuan.service.complaints.queries import notices_of
from bihuan.service.complaints.rules import end_of, notice_fault
from bihuan.service.complaints.words import AUTHORITIES
from tests.makers import NOW, Company, a_case, company, later

CAME = date(2026, 11, 23)  # the day of NOW
LAST = date(2026, 12, 4)
SOUND: dict[str, Any] = {"authority": "hotline_12315", "received_on": CAME, "answer_on": LAST}


@pytest.fixture
def made(db: None) -> Company:
    return company()


@pytest.fixture
def case(made: Company) -> Case:
    return a_case(made)


def taken(case: Case, made: Company, *, role: Role = Role.AGENT, **more: Any) -> OfficialNotice:
    told = {**SOUND, "now": later(hours=1), **more}
    return take_notice(case, viewer=made.viewer(role), **told)


def told(case: Case) -> list[Any]:
    return [fact for fact in story_of(case.chain_id) if fact.event.kind.startswith("complaint.")]


@pytest.mark.demand("L-18")
def test_the_typed_day_runs_to_its_end_in_the_installations_zone(made: Company, case: Case) -> None:
    notice = taken(case, made, number=" 浙市监投〔2026〕0815号 ")
    assert notice.answer_by == datetime(2026, 12, 4, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Shanghai
    [fact] = told(case)
    assert (fact.event.kind, fact.event.notice_id) == ("complaint.official_notice", notice.id)
    assert (fact.event.authority, fact.event.answer_by) == (
        "hotline_12315",
        int(notice.answer_by.timestamp()),
    )
    assert fact.happened_at == later(hours=1)
    assert faults_of(case.chain_id) == []


def test_the_authoritys_number_is_sealed_and_goes_with_the_customer(made: Company, case: Case) -> None:
    notice = taken(case, made, number="浙市监投0815")
    assert "0815" not in notice.number_sealed
    assert keys(case.customer.key).open(notice.number_sealed) == "浙市监投0815"
    assert all("0815" not in entry.body for entry in Entry.objects.filter(chain_id=case.chain_id))


def test_a_notice_told_late_began_on_the_day_it_came(made: Company, case: Case) -> None:
    taken(case, made, now=later(days=3))
    [fact] = told(case)
    assert fact.happened_at == datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)


def test_a_notice_from_before_the_case_begins_with_the_case(made: Company, case: Case) -> None:
    taken(case, made, received_on=CAME - timedelta(days=2))
    [fact] = told(case)
    assert fact.happened_at == case.opened_at


def test_a_notice_may_come_when_the_case_has_ended(made: Company, case: Case) -> None:
    Case.objects.filter(id=case.id).update(stands_at="closed", open=False)
    taken(case, made)
    assert len(notices_of(case.id)) == 1


def test_the_same_notice_is_written_down_once(made: Company, case: Case) -> None:
    taken(case, made)
    with pytest.raises(NoticeTaken):
        taken(case, made, role=Role.SUPERVISOR)
    taken(case, made, authority="market_supervision")
    assert OfficialNotice.objects.count() == len(told(case)) == 2


@pytest.mark.demand("L-18")
def test_an_answer_is_noted_once(made: Company, case: Case) -> None:
    notice, boss = taken(case, made), made.viewer(Role.SUPERVISOR)
    answered = answer_notice(case, notice.id, viewer=boss, now=later(days=2))
    assert (answered.answered_at, answered.answered_by_id) == (later(days=2), boss.person_id)
    with pytest.raises(NoticeAnswered):
        answer_notice(case, notice.id, viewer=boss, now=later(days=3))
    assert [fact.event.kind for fact in told(case)] == [
        "complaint.official_notice",
        "complaint.official_answered",
    ]


def test_a_notice_is_answered_on_its_own_case_only(made: Company, case: Case) -> None:
    notice = taken(case, made)
    with pytest.raises(NotFound):
        answer_notice(a_case(made), notice.id, viewer=made.viewer(Role.AGENT), now=NOW)


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.DISPATCHER, Role.CALLBACK_AGENT, Role.MANAGER])
def test_only_those_who_handle_complaints_write_notices_down(made: Company, case: Case, role: Role) -> None:
    with pytest.raises(NotAllowed):
        taken(case, made, role=role)
    notice = taken(case, made, role=Role.DEPARTMENT_OWNER)
    with pytest.raises(NotAllowed):
        answer_notice(case, notice.id, viewer=made.viewer(role), now=NOW)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"authority": "neighbour"}, "authority"),
        ({"authority": ""}, "authority"),
        ({"number": "9" * 61}, "number"),
        ({"received_on": None}, "received_on"),
        ({"received_on": CAME + timedelta(days=1)}, "received_on"),
        ({"received_on": date(1999, 1, 1)}, "received_on"),
        ({"answer_on": None}, "answer_on"),
        ({"answer_on": CAME - timedelta(days=1)}, "answer_on"),
        ({"answer_on": date(9999, 12, 31)}, "answer_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_kept(
    made: Company, case: Case, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(NoticeRefused) as refused:
        taken(case, made, **more)
    assert list(refused.value.fields) == [field] and str(refused.value)
    assert (OfficialNotice.objects.count(), told(case)) == (0, [])


@given(st.dates(date(2025, 1, 1), date(2026, 11, 23)), st.integers(0, 700))
def test_a_deadline_on_or_after_the_day_it_came_is_sound_even_when_it_has_passed(
    came: date, days: int
) -> None:
    fault = notice_fault(
        authority="other",
        known=AUTHORITIES,
        number="",
        received_on=came,
        answer_on=came + timedelta(days=days),
        today=CAME,
    )
    assert fault == ""


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-12, 14))
def test_a_day_ends_one_second_before_the_next(day: date, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    after = end_of(day, zone) + timedelta(seconds=1)
    assert after == datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)
