"""How evenly the work is shared out, and what dispatchers choose past the best, on their pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Technician
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, offering
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.sharing import spread_of
from bihuan.service.improvement.overrides import overrides_between
from tests.makers import NOW, Company, a_case, company, settle
from tests.statements import statements

WORDS = ("冰箱漏水了", "冰箱门关不严", "冰箱灯不亮", "冰箱结冰太厚")


@pytest.fixture
def made(db: None) -> Company:
    return company()


def signed_in(made: Company, role: Role) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(made.people[role])
    return client


@given(st.lists(st.integers(0, 10_000), max_size=30))
def test_the_spread_lies_between_the_least_and_the_most(figures: list[int]) -> None:
    found = spread_of(figures)
    assert found.least <= found.mean + 0.05 and found.mean - 0.05 <= found.most
    assert 0 <= found.deviation <= found.most - found.least + 0.05
    if len(set(figures)) == 1:
        assert (found.deviation, found.unevenness) == (0.0, 0)


def ended(case: Case, technician: Technician, *, minutes: int, ago: timedelta) -> None:
    at = clock.now() - ago
    begins = at - timedelta(minutes=minutes)
    Visit.objects.create(
        case=case,
        number=9,
        technician=technician,
        state=Visit.FINISHED,
        made_at=begins,
        arrived_at=begins,
        ended_at=at,
    )


def test_jobs_and_minutes_of_each_stand_beside_the_spread_and_in_a_file(made: Company) -> None:
    for one, name in zip(made.technicians, ("王师傅", "李师傅", "赵师傅"), strict=True):
        one.person.name = name
        one.person.save()
    first, second = made.technicians[:2]
    for number, words in enumerate(WORDS):
        case = a_case(made, words=words)
        ended(case, second if number == 3 else first, minutes=30, ago=timedelta(days=1 + 9 * (number == 2)))
    client = signed_in(made, Role.SERVICE_POINT_DISPATCHER)
    week = client.get(reverse("dispatchers:shares")).content.decode()
    assert week.index(first.person.name) < week.index(second.person.name)
    assert made.technicians[2].person.name not in week  # of another service point
    file = client.get(reverse("dispatchers:shares"), {"days": "28", "format": "csv"})
    lines = b"".join(file.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[1:] == [
        f"{first.person.name},{made.own.name},3,90,1.0",
        f"{second.person.name},{made.own.name},1,30,-1.0",
    ]
    asked = statements(lambda: client.get(reverse("dispatchers:shares")))
    assert len([one for one in asked if "dispatch_visit" in one]) == 1


def chosen(made: Company, words: str, number: int, **more: Any) -> Case:
    case = a_case(made, words=words)
    settle()
    point = Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER))
    offering.accept_offer(Case.objects.get(id=case.id), doer=point, now=NOW)
    technician = made.technicians[number].id
    assigning.assign(Case.objects.get(id=case.id), technician_id=technician, doer=point, now=NOW, **more)
    return Case.objects.get(id=case.id)


def test_choices_past_the_best_are_counted_by_reason_and_by_how_they_went(made: Company) -> None:
    cases = [chosen(made, WORDS[0], 0), chosen(made, WORDS[1], 1, why_not_best="nearer")]
    for case, late in zip(cases, (0, 60), strict=True):
        Visit.objects.filter(case=case).update(
            slot_from=NOW,
            slot_until=NOW + timedelta(hours=2),
            arrived_at=NOW + timedelta(hours=2, minutes=late),
        )
    viewer, day = made.viewer(Role.MANAGER), NOW.date()
    found = overrides_between(viewer, day, day, now=NOW + timedelta(days=1))
    point, technician = found.stages
    assert (point.choices, point.overrides, point.share) == (0, 0, None)
    assert (technician.choices, technician.overrides, technician.reasons) == (2, 1, (("nearer", 1),))
    assert (found.followed.kept_share, found.overridden.kept_share) == (100.0, 0.0)
    assert len(statements(lambda: overrides_between(viewer, day, day, now=NOW))) == 12


def test_the_page_of_the_manager_says_so_in_words_and_as_a_file(made: Company) -> None:
    client = signed_in(made, Role.MANAGER)
    page = client.get(reverse("managers:overrides"), {"days": "7"}).content.decode()
    assert "0 of 0 choices passed the best over" in page
    file = client.get(reverse("managers:overrides"), {"format": "csv"})
    text = b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Choosing the technician,0 / 0" in text
    assert signed_in(made, Role.TECHNICIAN).get(reverse("managers:overrides")).status_code == 403
