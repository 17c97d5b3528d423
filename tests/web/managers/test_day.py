"""The day board and the day report as pages: figures that open their rows, frozen days, a screen without names."""

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils.timezone import localdate, localtime

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases import snoozing
from bihuan.service.cases.models import Case
from bihuan.service.cases.talking import chase
from bihuan.service.commitments import actions as commitments
from bihuan.service.commitments.board import forget_pulse
from bihuan.service.improvement.day_reports import freeze, rule
from bihuan.service.improvement.models import DayReport, DayRule
from tests.afterwards import CUSTOMER, a_done_case
from tests.makers import Company, a_case, company
from tests.statements import statements

pytestmark = pytest.mark.django_db
PAGE = "/manage/day"


@pytest.fixture
def made() -> Company:
    return company()


def as_(client: Client, made: Company, role: Role = Role.MANAGER) -> Client:
    client.force_login(made.people[role])
    return client


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def busy(made: Company, count: int = 1) -> list[Case]:
    now = clock.now()
    late = [
        a_case(made, now=now - timedelta(hours=80 + n), name="欧阳娜娜", phone="13912345678")
        for n in range(count)
    ]
    chase(late[0], by=CUSTOMER, now=now)
    noon = localtime(now).replace(hour=12) - timedelta(days=1)  # yesterday, also soon after midnight
    a_done_case(made, now=noon - timedelta(hours=4), done_at=noon)
    commitments.mark_broken(now)
    return late


@pytest.mark.demand("U-11", "S0-07", "S3-181")
def test_the_day_board_shows_the_trades_figures_and_what_is_overdue_with_who_and_why(
    client: Client, made: Company
) -> None:
    [late] = busy(made)
    seen = text(as_(client, made).get(PAGE))
    for words in ("Cases in", "Work done", "Not done, over 72 h", "Overdue", "Solved by phone", "By node"):
        assert words in seen
    assert (late.number in seen, made.people[Role.AGENT].name in seen) == (True, True)
    assert seen.count("kpi-definition") == 14
    assert ("欧阳" in seen, "139" in seen) == (False, False)


def test_every_figure_of_the_board_opens_its_rows_and_their_file(client: Client, made: Company) -> None:
    busy(made)
    as_(client, made)
    today = localdate(clock.now()).isoformat()
    for figure in (
        "opened",
        "done",
        "unfinished",
        "over_72",
        "late",
        "broken",
        "chased",
        "complaints",
        "remote",
    ):
        for when in ("today", "yesterday", "last_week"):
            path = f"{PAGE}/{today}/rows?figure={figure}&when={when}"
            assert "The rows this was counted from" in text(client.get(path))
    file = client.get(f"{PAGE}/{today}/rows.csv?figure=chased").getvalue().decode()
    assert (file.count("\n"), "139" in file) == (2, False)
    for wrong in ("figure=nothing", "figure=opened&when=never"):
        assert client.get(f"{PAGE}/{today}/rows?{wrong}").status_code == 404


@pytest.mark.demand("U-11")
def test_the_large_screen_shows_figures_only(client: Client, made: Company) -> None:
    [late] = busy(made)
    seen = text(as_(client, made).get(f"{PAGE}?wall=1"))
    assert seen.count("day-wall-figure") == 8
    for hidden in (late.number, made.people[Role.AGENT].name, made.people[Role.MANAGER].name, "欧阳", "139"):
        assert hidden not in seen


@pytest.mark.parametrize("query", ["", "?wall=1"])
def test_the_board_asks_again_and_is_answered_only_when_something_happened(
    client: Client, made: Company, query: str
) -> None:
    busy(made)
    as_(client, made)
    forget_pulse()
    first = client.get(f"{PAGE}{query}")
    mark = first.context["mark"]
    again = {"HX-Request": "true", "X-Seen": mark}
    assert client.get(f"{PAGE}{query}", headers=again).status_code == 204
    a_case(made, now=clock.now())
    forget_pulse()
    part = client.get(f"{PAGE}{query}", headers=again)
    assert (part.status_code, "<html" in part.content.decode()) == (200, False)


@pytest.mark.demand("U-11", "S3-118")
def test_a_reported_day_stays_as_it_was_told_and_says_what_was_corrected(
    client: Client, made: Company
) -> None:
    now = clock.now()
    busy(made)
    day = localdate(now) - timedelta(days=1)
    freeze(day, rule(), now=now)
    as_(client, made)
    held = DayReport.objects.get(day=day, node=made.head)
    cells = [cell for cell in held.found["cells"] if cell[3] != "done"]
    DayReport.objects.filter(id=held.id).update(found=held.found | {"cells": cells})
    seen = text(client.get(f"{PAGE}/{day.isoformat()}"))
    assert ("As it was known when the report was made" in seen, "Corrected since" in seen) == (True, True)
    assert "Work done: 0 were told, 1 are known now" in seen
    sent = text(client.post(f"{PAGE}/{day.isoformat()}/send", follow=True))
    assert ("Sent again for" in sent, DayReport.objects.get(id=held.id).turn) == (True, 1)


def test_a_day_that_has_not_come_or_is_none_is_not_found(client: Client, made: Company) -> None:
    as_(client, made)
    tomorrow = localdate(clock.now()) + timedelta(days=1)
    for wrong in (tomorrow.isoformat(), "2026-02-31", "yesterday", "0", "0001-01-03"):
        assert client.get(f"{PAGE}/{wrong}").status_code == 404
    today = localdate(clock.now()).isoformat()
    assert client.get(f"{PAGE}/{today}").headers["Location"] == PAGE
    old = text(client.get(f"{PAGE}/2020-01-01"))
    assert "Nobody made a report of that day" in old


@pytest.mark.demand("U-11")
def test_the_report_is_a_workbook_with_figures_what_is_overdue_and_nodes(
    client: Client, made: Company
) -> None:
    [late] = busy(made)
    today = localdate(clock.now()).isoformat()
    file = as_(client, made).get(f"{PAGE}/{today}/report.xlsx").getvalue()
    book = openpyxl.load_workbook(io.BytesIO(file))
    assert book.sheetnames == ["Figures", "Overdue", "By node", "By appliance", "By kind of work"]
    figures = {row[0]: row[1] for row in book["Figures"].iter_rows(min_row=2, values_only=True)}
    assert (figures["Asked again"], figures["Not done, over 72 h"]) == (1, 1)
    overdue = list(book["Overdue"].iter_rows(min_row=2, values_only=True))
    assert overdue[0][0] == late.number
    assert "欧阳" not in str([list(sheet.values) for sheet in book])


def test_an_owner_of_a_service_point_sees_that_point_only(client: Client, made: Company) -> None:
    [late] = busy(made)
    seen = text(as_(client, made, Role.SERVICE_POINT_OWNER).get(PAGE))
    assert (late.number in seen, made.own.name in seen, made.authorised.name in seen) == (False, True, False)


def test_what_people_put_off_is_counted_for_their_supervisors(client: Client, made: Company) -> None:
    now = clock.now()
    case = a_case(made, now=now)
    snoozing.snooze(
        case, until=now + timedelta(hours=2), reason="等回复", viewer=made.viewer(Role.AGENT), now=now
    )
    assert "Put off by their people now" in text(as_(client, made, Role.SUPERVISOR).get(PAGE))


@pytest.mark.parametrize("query", ["", "?wall=1"])
def test_the_board_costs_the_same_statements_however_much_work_there_is(
    client: Client, made: Company, query: str
) -> None:
    as_(client, made)
    counts = []
    for more in (1, 3):
        busy(made, more)
        counts.append(len(statements(lambda: client.get(f"{PAGE}{query}"))))
    assert counts[0] == counts[1]
    assert counts[0] <= 16


def test_an_administrator_says_when_and_to_whom_the_report_goes(client: Client, made: Company) -> None:
    DayRule.objects.all().delete()
    held = DayRule.objects.create(roles=["manager"])
    admin = as_(client, made, Role.ADMINISTRATOR)
    assert "08:30" in text(admin.get("/settings/day-report"))
    told = {
        "at": "07:45",
        "latest": "19:00",
        "calendar": "cn-workdays",
        "roles": ["supervisor"],
        "groups": "on",
    }
    assert admin.post(f"/settings/day-report/{held.id}", told).status_code == 302
    held.refresh_from_db()
    assert (f"{held.at:%H:%M}", held.calendar, held.roles) == ("07:45", "cn-workdays", ["supervisor"])
    wrong = admin.post(f"/settings/day-report/{held.id}", told | {"latest": "07:00"})
    assert wrong.status_code == 422
