"""The what-if page and the second reckoning on the operations page, as people see them."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.journal.models import Entry
from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.commitments import trying_out
from bihuan.service.commitments.actions import mark_broken
from bihuan.service.commitments.models import Difference, Promise, WhatIf
from bihuan.service.commitments.profiles_in_use import SHIPPED, keep_profile
from bihuan.service.commitments.reading import read_profile
from bihuan.service.commitments.replaying import replay_all
from tests.makers import Company, a_case, company
from tests.pages.axe import overflow, shots, violations

pytestmark = pytest.mark.django_db

DEFAULT = read_profile((SHIPPED / "default.toml").read_text("utf-8")).version
STRICT = (SHIPPED / "default.toml").read_text("utf-8").replace('within = "48 h"', 'within = "1 h"')


def as_(client: Client, made: Company, role: Role = Role.MANAGER) -> Client:
    client.force_login(made.people[role])
    return client


def stricter() -> None:
    text = STRICT.replace('name = "default"', 'name = "strict"', 1)
    keep_profile(text, now=clock.now())


def a_month() -> str:
    return f"{clock.now():%Y-%m}"


def asked(client: Client, profile: str = f"strict:{DEFAULT}") -> WhatIf:
    answer = client.post("/manage/what-if", {"profile": profile, "month": a_month()})
    assert answer.status_code == 302
    return WhatIf.objects.latest("id")


@pytest.mark.demand("S3-65")
def test_a_stricter_profile_is_tried_on_the_cases_of_a_month_and_nothing_is_written(client: Client) -> None:
    made, now = company(), clock.now()
    stricter()
    case = a_case(made, channel="app", now=now - timedelta(hours=5))
    mark_broken(now)
    before = (Promise.objects.count(), Entry.objects.count())
    row = asked(as_(client, made))
    assert (row.state, row.done, row.total) == ("ready", 1, 1)
    assert (Promise.objects.count(), Entry.objects.count()) == before
    solve = trying_out.what_if(made.viewer(Role.MANAGER), row.id).found.metrics["solve"]
    assert ((solve.was.promises, solve.was.broken), (solve.would.promises, solve.would.broken)) == (
        (1, 0),
        (1, 1),
    )
    page = client.get(f"/manage/what-if/{row.id}").content.decode()
    assert case.number in page
    assert "0 → 1" in page


def test_a_profile_tried_on_itself_changes_nothing(client: Client) -> None:
    made, now = company(), clock.now()
    for hours in (1, 3, 9):
        a_case(made, channel="app", now=now - timedelta(hours=hours))
    mark_broken(now)
    row = asked(as_(client, made), f"default:{DEFAULT}")
    found = trying_out.what_if(made.viewer(Role.MANAGER), row.id).found
    assert found.changed == 0
    assert {
        metric: (both.was, both.would) for metric, both in found.metrics.items() if both.was != both.would
    } == {}


def test_a_month_is_reckoned_in_chunks_that_may_be_interrupted(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying_out, "CHUNK", 2)
    now = clock.now()
    for _ in range(5):
        a_case(made, now=now)
    row = trying_out.ask(made.viewer(Role.MANAGER), "default", DEFAULT, now.date(), now=now)
    assert (row.state, row.total) == ("waiting", 5)
    assert trying_out.carry_on_what_ifs(now) == 5
    row.refresh_from_db()
    assert (row.state, row.done) == ("ready", 5)
    assert trying_out.carry_on_what_ifs(now) == 0


def test_the_figures_and_the_cases_can_be_taken_along(client: Client) -> None:
    made, now = company(), clock.now()
    stricter()
    case = a_case(made, channel="app", now=now - timedelta(hours=5))
    row = asked(as_(client, made))
    metrics = b"".join(client.get(f"/manage/what-if/{row.id}/metrics.csv")).decode()
    cases = b"".join(client.get(f"/manage/what-if/{row.id}/cases.csv")).decode()
    assert "Would be broken" in metrics
    assert case.number in cases


@pytest.mark.parametrize(
    ("profile", "month", "field"),
    [(f"strict:{DEFAULT}", "soon", "month"), ("nothing:1", "2026-01", "profile"), ("", "2026-01", "profile")],
)
def test_what_cannot_be_reckoned_is_refused_beside_its_field(
    client: Client, made: Company, profile: str, month: str, field: str
) -> None:
    stricter()
    answer = as_(client, made).post("/manage/what-if", {"profile": profile, "month": month})
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.content.decode()


def test_a_what_if_is_seen_by_whoever_asked_and_by_head_office(client: Client, made: Company) -> None:
    mine = trying_out.ask(
        made.viewer(Role.SERVICE_POINT_OWNER), "default", DEFAULT, date(2026, 1, 1), now=clock.now()
    )
    theirs = trying_out.ask(made.viewer(Role.MANAGER), "default", DEFAULT, date(2026, 1, 1), now=clock.now())
    owner = as_(client, made, Role.SERVICE_POINT_OWNER)
    assert [owner.get(f"/manage/what-if/{one.id}").status_code for one in (mine, theirs)] == [200, 404]
    assert as_(client, made).get(f"/manage/what-if/{mine.id}").status_code == 200


@pytest.fixture
def made() -> Company:
    return company()


def spoiled(made: Company) -> Promise:
    """A promise whose row was written by somebody else's hand."""
    now = clock.now()
    case = a_case(made, channel="app", now=now - timedelta(minutes=5))
    promise = Promise.objects.get(case=case, about="solve")
    Promise.objects.filter(id=promise.id).update(due_at=now + timedelta(days=9))
    replay_all(now=now, everything=False)
    return promise


def test_a_difference_is_shown_with_both_figures_and_mended_by_a_manager(
    client: Client, made: Company
) -> None:
    promise = spoiled(made)
    page = as_(client, made).get("/manage/operations").content.decode()
    assert promise.case.number in page
    assert client.get("/healthz").json()["replay"] == "differences"
    client.post(f"/manage/operations/promise/{promise.id}/mend")
    mended = Promise.objects.get(id=promise.id)
    assert mended.due_at == promise.due_at
    assert Entry.objects.filter(kind="promise.mended", subject_id=promise.case_id).count() == 1
    assert client.get("/healthz").json()["replay"] == "ok"
    assert Difference.objects.filter(settled_at=None).count() == 0


def test_a_supervisor_sees_differences_and_may_not_mend_them(client: Client, made: Company) -> None:
    promise = spoiled(made)
    supervisor = as_(client, made, Role.SUPERVISOR)
    page = supervisor.get("/manage/operations").content.decode()
    assert (promise.case.number in page, "/mend" in page) == (True, False)


def test_a_profile_leads_to_its_what_if(client: Client, made: Company) -> None:
    stricter()
    manager = as_(client, made)
    profile = manager.get(reverse("managers:profile", args=["strict", DEFAULT])).content.decode()
    assert f"/manage/what-if?profile=strict:{DEFAULT}" in profile
    page = manager.get(f"/manage/what-if?profile=strict:{DEFAULT}").content.decode()
    assert f'<option value="strict:{DEFAULT}" selected>' in page


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_the_pages_fit_every_width_and_have_no_findings(
    page: Page, live_server: LiveServer, client: Client
) -> None:
    made = company()
    stricter()
    spoiled(made)
    a_case(made, channel="app", now=clock.now() - timedelta(hours=5))
    row = asked(as_(client, made))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    for path in ("what-if", f"what-if/{row.id}", "operations"):
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            for width in (1440, 360):
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(f"{live_server.url}/manage/{path}")
                assert (path, violations(page), overflow(page)) == (path, [], 0)
        shots(page, f"managers-{path.partition('/')[0]}{'-found' if '/' in path else ''}")
