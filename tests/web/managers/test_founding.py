"""Founding a company: all of it or nothing, once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import connection

from bihuan.ground.worktime.queries import calendar_card
from bihuan.registers.access.models import Change, Person
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.founded import own_brands
from bihuan.registers.organisation.models import Authorisation, Node
from bihuan.registers.organisation.naming import company_hotline, company_name
from bihuan.registers.parts.models import Category, Requirement
from bihuan.registers.parts.queries import brands
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.web.managers.founding import Founding, FoundingRefused, faults, found
from tests.makers import NOW, company

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]

OURS = Founding(
    company="远山电器",
    hotline="400-123-4567",
    brands=("远山", "近水"),
    tree="东区\n  港口网点\n  山门（特约）",
    login="lin",
    name="林一",
    phone="138 0013 8000",
    password="a quite long pass phrase",
)


def rows() -> tuple[int, ...]:
    return tuple(
        model.objects.count() for model in (Node, Person, Authorisation, Category, Requirement, Change)
    )


def test_everything_that_the_first_case_needs_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BIHUAN_COMPANY", "")
    monkeypatch.setattr(settings, "BIHUAN_HOTLINE", "")
    made = found(OURS, now=NOW)
    assert (made.regions, made.service_points, made.teams, made.brands) == (1, 2, 0, 2)
    assert (company_name(), company_hotline()) == ("远山电器", "400-123-4567")
    told = Node.objects.order_by("id").values_list("code", "kind", "name", "authorised", "parent__code")
    assert list(told) == [
        ("HQ", "head_office", "远山电器", False, None),
        ("R001", "region", "东区", False, "HQ"),
        ("S001", "service_point", "港口网点", False, "R001"),
        ("S002", "service_point", "山门", True, "R001"),
    ]
    assert own_brands() == brands() == ["近水", "远山"]
    admin = Person.objects.get()
    assert (admin.login, admin.roles, admin.phone, admin.node.code) == (
        "lin", [Role.ADMINISTRATOR], "+8613800138000", "HQ",
    )  # fmt: skip
    assert admin.check_password("a quite long pass phrase")
    assert made.families == Category.objects.count() > 0
    assert Requirement.objects.filter(category="air_conditioner", certificate="height").exists()
    assert list(Change.objects.values_list("register", "deed", "person__login")) == [
        ("nodes", "added", "lin")
    ]


def test_the_profile_and_the_hours_that_were_chosen_are_in_force() -> None:
    found(replace(OURS, profile="appliance", office_hours="24x7"), now=NOW)
    assert commitments_in_force().base().name == "appliance"
    assert calendar_card("cn-office").week == calendar_card("24x7").week
    assert calendar_card("cn-office").follows_holidays == ""
    assert calendar_card("cn-field").week["mon"] == [["08:00", "20:00"]]


def test_a_second_company_is_refused_with_a_sentence_and_writes_nothing() -> None:
    found(OURS, now=NOW)
    before = rows()
    with pytest.raises(FoundingRefused) as refused:
        found(replace(OURS, company="another", login="other"), now=NOW)
    assert str(refused.value) == (
        "There is a company in this installation already; its settings can be changed."
    )
    assert rows() == before


def test_the_demo_is_not_overwritten() -> None:
    company()
    Person.objects.update(demo=True)
    with pytest.raises(FoundingRefused) as refused:
        found(OURS, now=NOW)
    assert str(refused.value).startswith("This is the demo company.")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company", "  "),
        ("company", "x" * 121),
        ("hotline", "ring us"),
        ("brands", ("x" * 61,)),
        ("tree", "东区 / 一店\n东区 / 一店"),
        ("office_hours", "never"),
        ("profile", "cn-law"),
        ("login", "a b"),
        ("phone", "12"),
        ("password", "12345678901"),
        ("password", "short"),
        ("password", "LIN"),
    ],
)
def test_what_cannot_be_taken_is_told_by_its_field_and_nothing_is_made(field: str, value: object) -> None:
    before = rows()
    wrong = replace(OURS, **{field: value})  # type: ignore[arg-type]
    assert set(faults(wrong)) == {field}
    with pytest.raises(FoundingRefused) as refused:
        found(wrong, now=NOW)
    assert set(refused.value.fields) == {field}
    assert rows() == before


@pytest.mark.django_db(transaction=True)
def test_of_two_who_found_at_once_one_is_refused() -> None:
    def attempt(login: str) -> str:
        try:
            return found(replace(OURS, login=login), now=NOW).login
        except FoundingRefused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as hands:
        told = sorted(hands.map(attempt, ["lin", "wang"]))
    assert told[1] == "refused" or told[0] == "refused"
    assert (Person.objects.count(), Node.objects.filter(kind=Node.HEAD_OFFICE).count()) == (1, 1)
