"""Staff brought in: people told apart by phone, and what technicians can, may, and when they work."""

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import technician_by_phone
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Certificate, Shift, Skill, Technician
from bihuan.service.imports import staff_reading
from bihuan.service.imports.models import ImportLine
from bihuan.service.imports.reading import Unreadable
from bihuan.service.imports.staff_reading import PermitTold, ShiftTold, SkillTold
from bihuan.service.imports.target import Take
from tests.makers import company
from tests.service.imports import sheets
from tests.service.imports.bringing import brought_in, looked, taken_back

pytestmark = pytest.mark.demand("U-04")

HEADS = ["姓名", "手机号", "工号", "角色", "所属网点", "技能", "证书", "班次"]
WANG: list[Any] = [
    "王𠮷",
    "139 1234 5678",
    "W001",
    "师傅",
    "文新网点",
    "空调安装、冰箱维修2级",
    "低压电工证 T123456 2027-12-31；制冷证 Z9876 20280131",
    "周一至周五 09:00-18:00",
]


@pytest.mark.django_db
def test_a_technician_is_brought_in_with_skills_certificates_and_hours() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    run = brought_in(viewer, "staff", sheets.xlsx([HEADS, WANG]))
    assert run.written == {"new": 1}
    person = Person.objects.get(name="王𠮷")
    assert (person.phone, person.login, person.roles) == ("+8613912345678", "w001", ["technician"])
    assert not person.has_usable_password()
    assert technician_by_phone("+8613912345678") == person
    technician = Technician.objects.get(person=person)
    assert (technician.number, technician.node.name) == ("W001", "文新网点")
    skills = Skill.objects.filter(technician=technician).values_list("category", "kind", "level")
    assert set(skills) == {("air_conditioner", "installation", 1), ("refrigerator", "repair", 2)}
    permits = Certificate.objects.filter(technician=technician).values_list("kind", "number", "valid_until")
    assert set(permits) == {
        ("low_voltage_electrician", "T123456", date(2027, 12, 31)),
        ("refrigeration", "Z9876", date(2028, 1, 31)),
    }
    shifts = Shift.objects.filter(technician=technician).order_by("weekday")
    assert list(shifts.values_list("weekday", "begins", "ends")) == [(n, time(9), time(18)) for n in range(5)]


@pytest.mark.django_db
def test_the_same_staff_again_doubles_nothing_and_can_be_taken_back() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    before = (
        Person.objects.count(),
        Technician.objects.count(),
        Skill.objects.count(),
        Shift.objects.count(),
    )
    first = brought_in(viewer, "staff", sheets.xlsx([HEADS, WANG]))
    again = brought_in(viewer, "staff", sheets.xlsx([HEADS, WANG]))
    assert (again.looked, again.written) == ({"same": 1}, {"same": 1})
    taken_back(viewer, first)
    assert first.undone == {"taken_back": 1, "kept": 0}
    after = (Person.objects.count(), Technician.objects.count(), Skill.objects.count(), Shift.objects.count())
    assert before == after


@pytest.mark.django_db
def test_two_people_of_one_name_are_told_apart_by_phone() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    rows: list[list[Any]] = [
        ["姓名", "手机号", "网点"],
        ["李强", "13911110001", "文新网点"],
        ["李强", "13911110002", "文新网点"],
    ]
    assert brought_in(viewer, "staff", sheets.xlsx(rows)).written == {"new": 2}
    assert set(Person.objects.filter(name="李强").values_list("phone", flat=True)) == {
        "+8613911110001",
        "+8613911110002",
    }


@pytest.mark.django_db
def test_one_phone_with_another_name_is_for_a_person_to_decide() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    brought_in(viewer, "staff", sheets.xlsx([HEADS, WANG]))
    other = sheets.xlsx([["姓名", "手机号", "网点"], ["王小吉", "13912345678", "文新网点"]])
    assert looked(viewer, "staff", other).looked == {"duplicate": 1}
    assert brought_in(viewer, "staff", other, take=Take.OURS).written == {"skipped": 1}
    assert brought_in(viewer, "staff", other, take=Take.THEIRS).written == {"changed": 1}
    assert Person.objects.get(phone="+8613912345678").name == "王小吉"


@pytest.mark.django_db
def test_roles_are_added_and_administrators_are_not_made() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    rows: list[list[Any]] = [
        ["姓名", "手机号", "岗位", "网点"],
        ["赵客", "13911110003", "客服、回访员", None],
        ["钱管", "13911110004", "系统管理员", None],
        ["孙师", "13911110005", "师傅", None],
        ["周师", None, "师傅", "文新网点"],
        ["吴师", "13911110006", "师傅", "没有的网点"],
    ]
    run = brought_in(viewer, "staff", sheets.xlsx(rows))
    assert run.written == {"new": 1, "refused": 4}
    assert Person.objects.get(name="赵客").roles == ["agent", "callback_agent"]
    lines = ImportLine.objects.filter(run=run, phase="write", state="refused").order_by("number")
    assert [line.codes[0][0] for line in lines] == [
        "no_administrators",
        "point_needed",
        "phone_needed",
        "unknown_point",
    ]
    rows = [["姓名", "手机号", "岗位"], ["赵客", "13911110003", "质检员"]]
    assert brought_in(viewer, "staff", sheets.xlsx(rows)).written == {"changed": 1}
    assert Person.objects.get(name="赵客").roles == ["agent", "callback_agent", "quality_inspector"]


@pytest.mark.django_db
def test_a_skill_that_is_not_known_is_told_and_the_rest_is_brought_in() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    rows = [["姓名", "手机号", "网点", "技能"], ["郑师", "13911110007", "文新网点", "空调安装、飞船维修"]]
    run = brought_in(viewer, "staff", sheets.xlsx(rows))
    assert run.written == {"new": 1}
    assert ImportLine.objects.get(run=run, phase="write").codes == [["unknown_skill", "skills"]]


def test_skills_certificates_and_hours_are_read_as_they_are_written() -> None:
    assert staff_reading.skills("空调安装，冰箱维修２级\n热水器") == (
        SkillTold(words="空调安装", level=0),
        SkillTold(words="冰箱维修", level=2),
        SkillTold(words="热水器", level=0),
    )
    assert staff_reading.permits("登高证：G-1001 有效期至2027年1月2日") == (
        PermitTold(kind="登高证", number="G-1001", valid_until=date(2027, 1, 2)),
    )
    weekend = [ShiftTold(weekday=one, begins=time(8, 30), ends=time(12)) for one in (5, 6)]
    assert staff_reading.shifts("周末 8:30~12点") == tuple(weekend)
    assert len(staff_reading.shifts("09:00-18:00") or ()) == 7


@pytest.mark.parametrize("told", ["长白班", "周五至周一 9:00-18:00", "周一 18:00-9:00", "周一 9:00"])
def test_hours_that_are_none_are_refused(told: str) -> None:
    with pytest.raises(Unreadable):
        staff_reading.shifts(told)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_reason(told: str) -> None:
    for read in (staff_reading.skills, staff_reading.permits, staff_reading.shifts, staff_reading.roles):
        try:
            read(told)
        except Unreadable as refused:
            assert refused.code
