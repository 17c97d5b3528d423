"""The list of logins that `make run` prints."""

from io import StringIO

import pytest
from django.core.management import call_command

from bihuan.management.demo_password import demo_password
from bihuan.registers.access.models import Person
from bihuan.registers.organisation.models import Node

pytestmark = pytest.mark.django_db


def printed() -> list[list[str]]:
    out = StringIO()
    call_command("demo_logins", stdout=out)
    return [line.split() for line in out.getvalue().splitlines()]


def employ(login: str, *roles: str, demo: bool = True) -> None:
    node = Node.objects.first() or Node.objects.create(name="Head office", kind=Node.HEAD_OFFICE, code="HO")
    Person.objects.create(login=login, name=login, roles=list(roles), node=node, demo=demo)


def test_each_role_has_one_login_and_people_who_are_not_for_show_none() -> None:
    employ("boss", "administrator", demo=False)
    employ("ann", "agent")
    employ("bob", "agent", "supervisor")
    password = demo_password()
    assert printed() == [
        ["role", "login", "password"],
        ["agent", "ann", password],
        ["supervisor", "bob", password],
    ]


def test_a_company_of_its_own_prints_nothing() -> None:
    employ("boss", "administrator", demo=False)
    assert printed() == []
