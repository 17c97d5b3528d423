"""A technician on one page, skills as a table, leave as a calendar."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import get_default_timezone, localdate

from bihuan.ground.worktime import clock
from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Busy, Certificate, Shift, Skill
from tests.makers import Company, company

pytestmark = pytest.mark.django_db
TABLE = "/settings/skills/table"


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def administrator(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.ADMINISTRATOR])
    client.cookies["language"] = "en"
    return client


def whole(made: Company) -> str:
    return f"/settings/technicians/{made.technicians[0].pk}/whole"


def away(made: Company, begins: datetime, ends: datetime) -> Busy:
    return Busy.objects.create(
        technician=made.technicians[0],
        begins=int(begins.timestamp()),
        ends=int(ends.timestamp()),
        why=Busy.LEAVE,
    )


@pytest.mark.demand("U-08")
def test_everything_about_a_technician_is_kept_on_one_page(administrator: Client, made: Company) -> None:
    technician, page = made.technicians[0], whole(made)
    Skill.objects.filter(technician=technician).delete()
    Shift.objects.filter(technician=technician).delete()
    Certificate.objects.filter(technician=technician).delete()
    told: dict[str, dict[str, Any]] = {
        "skills": {"category": "refrigerator", "kind": "repair", "level": 2},
        "certificates": {"kind": "height", "number": "G-1", "valid_until": "2035-01-01"},
        "shifts": {"weekday": 0, "begins": "08:00", "ends": "17:30"},
        "leave": {"begins": "2026-12-24T08:00", "ends": "2026-12-24T18:00"},
    }
    for part, fields in told.items():
        answer = administrator.post(page, {"part": part, **fields})
        assert (answer.status_code, answer.url) == (302, f"{page}#{part}"), part  # type: ignore[attr-defined]
    text = administrator.get(page).content.decode()
    for words in ("Repair 2", "Work at height", "until 2035-01-01", "08:00–17:30", "2026-12-24 08:00"):
        assert words in text, words
    assert {change.register for change in Change.objects.all()} == set(told)
    assert text.count(": added</span>") == 4


def test_what_is_wrong_stands_at_its_form_and_nothing_is_kept(administrator: Client, made: Company) -> None:
    answer = administrator.post(
        whole(made), {"part": "skills", "category": "refrigerator", "kind": "repair", "level": 9}
    )
    assert answer.status_code == 422
    Busy.objects.filter(technician=made.technicians[0]).delete()
    wrong = {"part": "leave", "begins": "2026-12-24T18:00", "ends": "2026-12-24T08:00"}
    answer = administrator.post(whole(made), wrong)
    assert (answer.status_code, "The end lies after the beginning." in answer.content.decode()) == (422, True)
    assert Change.objects.count() == 0


def test_only_their_own_entries_are_removed_from_their_page(administrator: Client, made: Company) -> None:
    mine = Skill.objects.filter(technician=made.technicians[0]).first()
    other = Skill.objects.filter(technician=made.technicians[2]).first()
    assert mine is not None and other is not None
    assert administrator.post(whole(made), {"part": "skills", "remove": other.pk}).status_code == 404
    assert administrator.post(whole(made), {"part": "skills", "remove": mine.pk}).status_code == 302
    assert (Skill.objects.filter(pk=mine.pk).exists(), Skill.objects.filter(pk=other.pk).exists()) == (
        False,
        True,
    )


def test_permits_say_how_long_they_last(administrator: Client, made: Company) -> None:
    technician, today = made.technicians[0], localdate(clock.now())
    Certificate.objects.filter(technician=technician).delete()
    for number, days in (("A", -1), ("B", 10), ("C", 300)):
        Certificate.objects.create(
            technician=technician, kind="height", number=number, valid_until=today + timedelta(days=days)
        )
    text = administrator.get(whole(made)).content.decode()
    assert [text.count(f">{words}</span>") for words in ("ran out", "runs out soon", "valid")] == [1, 1, 1]
    listed = b"".join(administrator.get("/settings/certificates?days=soon&format=csv")).decode("utf-8-sig")
    assert len(listed.splitlines()) == 2


def cell(technician_id: int, category: str, was: int) -> str:
    return f"level.{technician_id}.{category}.{was}"


def test_skills_are_changed_added_and_removed_in_one_table(administrator: Client, made: Company) -> None:
    one, two = made.technicians[:2]
    Skill.objects.filter(technician__in=(one, two)).delete()
    Skill.objects.create(technician=one, category="refrigerator", kind="repair", level=1)
    Skill.objects.create(technician=two, category="gas_cooker", kind="repair", level=3)
    told = {
        cell(one.pk, "refrigerator", 1): "3",
        cell(one.pk, "gas_cooker", 0): "2",
        cell(two.pk, "gas_cooker", 3): "0",
        cell(two.pk, "refrigerator", 0): "0",
    }
    answer = administrator.post(f"{TABLE}?kind=repair", told, follow=True)
    assert "3 skills were changed." in answer.content.decode()
    rows = Skill.objects.filter(technician__in=(one, two)).values_list("technician_id", "category", "level")
    assert set(rows) == {(one.pk, "refrigerator", 3), (one.pk, "gas_cooker", 2)}
    deeds = [change.deed for change in Change.objects.order_by("id")]
    assert sorted(deeds) == ["added", "changed", "removed"]


def test_a_cell_that_somebody_else_changed_stays_as_they_left_it(
    administrator: Client, made: Company
) -> None:
    one = made.technicians[0]
    Skill.objects.filter(technician=one).delete()
    Skill.objects.create(technician=one, category="refrigerator", kind="repair", level=2)
    answer = administrator.post(TABLE, {cell(one.pk, "refrigerator", 1): "3"}, follow=True)
    assert "1 stay as they are: changed by somebody else meanwhile" in answer.content.decode()
    assert Skill.objects.get(technician=one).level == 2


@pytest.mark.parametrize(
    "name",
    [
        "level.x.refrigerator.0",
        "level.1.spaceship.0",
        "level.1.refrigerator.9",
        "level.1",
        f"level.{'9' * 30}.a.0",
    ],
)
def test_cells_that_no_table_has_change_nothing(administrator: Client, name: str) -> None:
    before = Skill.objects.count()
    assert administrator.post(TABLE, {name: "3"}).status_code == 302
    assert (Skill.objects.count(), Change.objects.count()) == (before, 0)


def test_the_table_of_skills_is_taken_along(administrator: Client, made: Company) -> None:
    Skill.objects.filter(technician=made.technicians[0]).delete()
    Skill.objects.create(technician=made.technicians[0], category="refrigerator", kind="cleaning", level=3)
    text = b"".join(administrator.get(f"{TABLE}?kind=cleaning&node={made.own.pk}&format=csv"))
    lines = text.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Work number,Name,Service point,")
    assert len(lines) == 3  # the two of this service point
    assert lines[1].split(",")[0] == made.technicians[0].number and "3" in lines[1].split(",")[3:]
    assert b"".join(administrator.get(f"{TABLE}?format=xlsx")).startswith(b"PK")


def test_the_calendar_shows_whole_days_and_hours(administrator: Client, made: Company) -> None:
    zone = get_default_timezone()
    away(made, datetime(2026, 12, 1, tzinfo=zone), datetime(2026, 12, 3, tzinfo=zone))
    away(made, datetime(2026, 12, 10, 13, 0, tzinfo=zone), datetime(2026, 12, 10, 17, 30, tzinfo=zone))
    answer = administrator.get("/settings/leave/calendar?month=2026-12")
    line = next(one for one in answer.context["lines"] if one["technician"].pk == made.technicians[0].pk)
    shown = {day["day"]: day["words"] for day in line["days"] if day["words"]}
    assert shown == {
        date(2026, 12, 1): "whole day",
        date(2026, 12, 2): "whole day",
        date(2026, 12, 10): "13:00–17:30",
    }
    assert "1 technician of this page is away" in answer.content.decode()


def test_a_free_day_of_the_calendar_leads_to_a_form_that_knows_it(
    administrator: Client, made: Company
) -> None:
    technician = made.technicians[0]
    address = (
        f"/settings/leave/add?technician_id={technician.pk}&begins=2026-12-05T00:00&ends=2026-12-05T23:59"
    )
    assert (
        address.replace("&", "&amp;")
        in administrator.get("/settings/leave/calendar?month=2026-12").content.decode()
    )
    page = administrator.get(address).content.decode()
    assert 'value="2026-12-05T00:00"' in page and f'value="{technician.pk}" selected' in page


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=x", "month=0000-00", "node=-1", "node=" + "9" * 30]
)
def test_a_month_or_node_that_is_none_shows_this_one(administrator: Client, query: str) -> None:
    assert administrator.get(f"/settings/leave/calendar?{query}").status_code == 200
