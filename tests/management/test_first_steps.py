"""Tokens for programs, the first administrator, and sending by hand."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bihuan.ground.worktime import clock
from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import viewer_of_token
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Node
from tests.makers import a_case, company, settle

pytestmark = pytest.mark.django_db


def said(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_token_prints_the_token_and_nothing_else() -> None:
    made = company()
    printed = said("token", "agent")
    assert printed == printed.strip() + "\n"
    viewer = viewer_of_token(printed.strip(), now=clock.now())
    assert (viewer.person_id, viewer.roles) == (made.people[Role.AGENT].id, frozenset({Role.AGENT}))


def test_a_customers_token_sees_that_customer() -> None:
    case = a_case(company())
    assert viewer_of_token(said("token", "customer").strip(), now=clock.now()).customer_id == case.customer_id


def test_no_demo_no_token() -> None:
    company()
    Person.objects.update(demo=False)
    with pytest.raises(CommandError):
        said("token", "agent")
    with pytest.raises(CommandError):
        said("token", "wizard")


def test_a_named_login_gets_a_token_of_a_role_they_hold() -> None:
    made = company()
    agent = made.people[Role.AGENT]
    assert said("token", "agent", "--login", agent.login).strip()
    with pytest.raises(CommandError):
        said("token", "manager", "--login", agent.login)


class TestFirstAdministrator:
    def test_makes_the_head_office_and_the_administrator_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BIHUAN_FIRST_PASSWORD", "a quite long pass phrase")
        said("first_admin", "root", "--company", "澄川")
        admin = Person.objects.get(login="root")
        assert (admin.roles, admin.check_password("a quite long pass phrase")) == (["administrator"], True)
        assert Node.objects.get(kind=Node.HEAD_OFFICE).name == "澄川"
        with pytest.raises(CommandError):
            said("first_admin", "second")

    def test_a_weak_password_is_refused_and_nothing_is_made(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BIHUAN_FIRST_PASSWORD", "12345")
        with pytest.raises(CommandError):
            said("first_admin", "root")
        assert (Person.objects.count(), Node.objects.count()) == (0, 0)


def test_send_outbox_sends_what_is_due() -> None:
    a_case(company())
    settle()
    assert int(said("send_outbox").split()[0]) >= 0
