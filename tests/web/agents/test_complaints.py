"""The complaints desk and the way from a case to what its next step lacks."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.complaints.actions import link
from tests.makers import NOW, Company, a_case, company, later
from tests.pages.axe import overflow, shots, violations
from tests.statements import statements

pytestmark = pytest.mark.django_db


def complaint(made: Company, **more: Any) -> Case:
    return a_case(made, kind="complaint", words="师傅迟到两小时还不道歉", **more)


def seen_by(client: Client, made: Company, role: Role, path: str = "/desk/complaints") -> str:
    client.force_login(made.people[role])
    return client.get(path).content.decode()


@pytest.mark.demand("S4-01")
def test_open_complaints_and_returns_stand_by_place_masked_with_their_promise(client: Client) -> None:
    made = company()
    first = complaint(made, name="欧阳娜娜", phone="13912345678")
    back = a_case(made, kind="return_exchange", words="要求退货，用了三天就坏了")
    other = a_case(made)
    seen = seen_by(client, made, Role.SUPERVISOR)
    assert [one.number in seen for one in (first, back, other)] == [True, True, False]
    assert ("139****5678" in seen, "13912345678" in seen, "欧阳娜娜" in seen) == (True, False, False)
    assert ("promise-" in seen, "To take" in seen, "Next step" in seen) == (True, True, True)


def test_a_complaint_names_the_case_it_is_about_and_what_its_next_step_lacks(client: Client) -> None:
    made = company()
    about, case = a_case(made), complaint(made)
    link(case, about=about, by=made.actor(Role.AGENT), now=NOW)
    Case.objects.filter(id=case.id).update(stands_at="investigating")
    seen = seen_by(client, made, Role.SUPERVISOR)
    assert f'href="/desk/case/{about.number}"' in seen
    assert f"/desk/case/{case.number}/write-up/investigation_written" in seen
    page = seen_by(client, made, Role.SUPERVISOR, f"/desk/case/{case.number}")
    assert f"/desk/case/{case.number}/write-up/investigation_written" in page
    answer = client.post(
        f"/desk/case/{case.number}/write-up/investigation_written", {"words": "已核实，迟到属实"}
    )
    assert (answer.status_code, answer.headers["location"]) == (302, f"/desk/case/{case.number}")
    assert "write-up/investigation_written" not in seen_by(client, made, Role.SUPERVISOR)


def test_an_approval_is_offered_to_approvers_only(client: Client) -> None:
    made = company()
    case = complaint(made)
    Case.objects.filter(id=case.id).update(stands_at="approving")
    path = f"/desk/case/{case.number}/write-up/plan_approved"
    assert [path in seen_by(client, made, role) for role in (Role.AGENT, Role.APPROVER)] == [False, True]


def test_an_empty_desk_says_so_and_other_roles_are_refused(client: Client) -> None:
    made = company()
    assert "No complaint is open" in seen_by(client, made, Role.SUPERVISOR)
    client.force_login(made.people[Role.ADMINISTRATOR])
    assert client.get("/desk/complaints").status_code == 403


def test_three_rows_cost_as_many_statements_as_one(client: Client) -> None:
    made = company()
    about = a_case(made)
    client.force_login(made.people[Role.SUPERVISOR])
    counts = []
    for more in (1, 2):
        for _ in range(more):
            link(complaint(made), about=about, by=made.actor(Role.AGENT), now=NOW)
        asked = statements(lambda: client.get("/desk/complaints"))
        counts.append(len(asked))
    assert counts[0] == counts[1], asked
    assert counts[0] <= 12, asked


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_the_complaints_desk_fits_every_width_and_has_no_findings(
    page: Page, live_server: LiveServer, client: Client
) -> None:
    made = company()
    for at, place in enumerate(("to_take", "investigating", "approving", "approving")):
        case = complaint(made, now=later(hours=at))
        Case.objects.filter(id=case.id).update(stands_at=place)
    client.force_login(made.people[Role.SUPERVISOR])
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{live_server.url}/desk/complaints")
        assert (violations(page), overflow(page)) == ([], 0)
    shots(page, "agents-complaints")
