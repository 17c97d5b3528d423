"""What the standard promises ask of a case as it turns out: harder, unsolved again, urgent, still unwritten."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from bihuan.ground.journal.actions import hold_chain, record
from bihuan.ground.journal.event import CLOCK
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.cases.talking import set_grade, tell_plan
from bihuan.service.commitments import actions as clock
from bihuan.service.commitments.keeping import put_in_force, upload_profile
from bihuan.service.commitments.models import ProfileVersion, Promise, Rung
from bihuan.service.commitments.profiles_in_use import SHIPPED, activate, forget_cached, load_shipped_profiles
from bihuan.service.commitments.reading import ProfileRefused, read_profile
from bihuan.service.commitments.reckoning import clause_of
from bihuan.service.complaints.official import answer_notice, take_notice
from bihuan.service.notices.models import Notice
from bihuan.service.satisfaction.events import NotSolved
from tests.makers import NOW, Company, a_case, company, later, settle

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def made() -> Company:
    return company()


def promise(case: Case, about: str) -> Promise:
    return Promise.objects.filter(case=case, about=about).latest("id")


def owed(case: Case) -> dict[str, datetime | None]:
    return dict(Promise.objects.filter(case=case, open=True).values_list("clause", "due_at"))


@pytest.mark.demand("S3-76", "S3-134", "S3-112")
def test_a_plain_fault_is_solved_and_a_major_one_gets_a_plan_and_word_of_its_progress(made: Company) -> None:
    case, by = a_case(made, urgency="normal"), made.actor(Role.AGENT)
    assert "solve" in owed(case)
    set_grade(case, "major", by=by, now=later(hours=1))
    after = owed(case)
    assert "solve" not in after
    assert after["plan_major"] == later(hours=1, days=9)  # seven working days over one weekend
    assert after["progress"] == later(hours=1, days=3)
    tell_plan(case, "周四换压缩机，周五试机", contact="phone", by=by, now=later(hours=5))
    assert promise(case, "plan_major").state == "kept"
    assert promise(case, "progress").due_at == later(hours=5, days=3)


@pytest.mark.demand("S2-36", "S4-21", "X-09")
def test_what_is_not_solved_again_goes_up_at_once_and_again_until_it_is(made: Company) -> None:
    case = a_case(made, urgency="normal")
    with transaction.atomic():
        hold_chain(case.chain_id)
        record(NotSolved(subject_id=case.id, callback_id=1), by=CLOCK, now=NOW, chain=case.chain_id)
    clock.climb(NOW)
    settle(NOW)
    told = Notice.objects.filter(person_id=made.people[Role.SUPERVISOR].id).values_list("kind", flat=True)
    assert set(told) >= {"not_solved", "called_in"}
    assert owed(case)["second_handling"] == later(hours=24)
    for day in range(1, 8):
        at = later(hours=24 * day, minutes=1)
        clock.mark_broken(at)
        clock.climb(at)
    again = Rung.objects.filter(promise=promise(case, "second_handling"), level=2, told_at__isnull=False)
    assert again.count() == 5  # the manager, day after day


@pytest.mark.demand("S3-56", "S3-106")
def test_urgent_faults_start_at_once_others_are_answered_in_a_day(made: Company) -> None:
    put_in_force("s3-response", now=NOW, confirmed=True)
    urgent = a_case(made, channel="app", words="插座冒烟了，有焦糊味")
    plain = a_case(made, channel="app", urgency="normal")
    assert owed(urgent)["emergency"] == later(hours=4)
    assert owed(plain)["first_response"] == later(hours=24)
    assert clause_of(promise(urgent, "emergency")).ladder == "fast_team"


@pytest.mark.demand("T-05", "S3-138")
def test_a_profile_with_times_left_blank_cannot_be_put_in_force_until_they_are_filled_in(
    made: Company,
) -> None:
    with pytest.raises(ValidationError):
        put_in_force("s3-quality", now=NOW, confirmed=True)
    text = (SHIPPED / "s3-quality.toml").read_text("utf-8")
    filled = text.replace("XX min", "30 min").replace("XX h", "12 h").replace("version = 1", "version = 2", 1)
    upload_profile(filled, now=NOW)
    put_in_force("s3-quality", now=NOW, confirmed=True)
    case = a_case(made, channel="app", urgency="normal")
    assert owed(case)["first_response"] == NOW + timedelta(minutes=30)


@pytest.mark.demand("L-18")
def test_of_two_notices_of_an_authority_the_answer_to_one_leaves_the_other_owed(made: Company) -> None:
    case, viewer = a_case(made, now=later(days=-3)), made.viewer(Role.SUPERVISOR)
    first, second = (
        take_notice(
            case,
            authority="hotline_12315",
            received_on=TODAY - timedelta(days=1),
            answer_on=day,
            viewer=viewer,
            now=later(hours=hours),
            number=str(hours),
        )
        for day, hours in ((date(2026, 11, 27), 1), (date(2026, 12, 4), 2))
    )
    answer_notice(case, first.id, viewer=viewer, now=later(hours=5))
    rows = Promise.objects.filter(case=case, clause="official_notice").order_by("id")
    assert list(rows.values_list("thing", "state")) == [(first.id, "kept"), (second.id, "running")]


def test_a_shipped_law_never_loosens_what_the_company_promises_beyond_it(made: Company) -> None:
    text = (SHIPPED / "cn-law.toml").read_text("utf-8")
    stricter = text.replace('within = "15 d"', 'within = "10 d"')
    shipped = read_profile(text).version
    ProfileVersion.objects.filter(name="cn-law").update(active=False)
    older = stricter.replace(f"version = {shipped}", f"version = {shipped - 1}", 1)
    ProfileVersion.objects.filter(name="cn-law").delete()
    upload_profile(older, now=NOW)
    activate("cn-law", now=NOW)
    load_shipped_profiles(now=NOW)
    forget_cached()
    assert promise(a_case(made), "statutory_remedy").due_at == later(days=10)


@pytest.mark.parametrize("name", ["旺季", "Peak Summer", "a" * 33])
def test_a_profile_whose_name_no_address_can_hold_is_refused(name: str) -> None:
    text = (SHIPPED / "flowcard.toml").read_text("utf-8").replace('name = "flowcard"', f'name = "{name}"')
    with pytest.raises(ProfileRefused) as refused:
        read_profile(text)
    assert [one.code for one in refused.value.faults] == ["no_name"]
